package dev.hawser.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.ipam.PoolLock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileLockTest {

    private static final int THREADS = 8;

    @TempDir
    Path directory;

    private Path file = Path.of("/");

    @BeforeEach
    void chooseFile() {
        file = directory.resolve("lock");
    }

    @Test
    void excludesAnotherProcessThatUsesFlock() throws Exception {
        PoolLock.Held held = new FileLock().acquire(file);
        boolean whileHeld = otherProcessGetsIt();
        held.close();
        boolean afterwards = otherProcessGetsIt();

        assertFalse(whileHeld);
        assertTrue(afterwards);
    }

    private boolean otherProcessGetsIt() throws Exception {
        return new ProcessBuilder("flock", "--nonblock", file.toString(), "true")
                        .start()
                        .waitFor()
                == 0;
    }

    @Test
    void excludesAnotherThreadOfThisProcess() throws Exception {
        List<String> events = new ArrayList<>(); // guarded by nothing but the lock under test
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(Thread.ofPlatform().start(() -> enterAndLeave(start, events)));
        }

        start.countDown();
        for (Thread thread : threads) {
            thread.join();
        }

        assertEquals(2 * THREADS, events.size());
        for (int i = 0; i < events.size(); i += 2) {
            assertEquals(List.of("in", "out"), events.subList(i, i + 2));
        }
    }

    private void enterAndLeave(CountDownLatch start, List<String> events) {
        try {
            start.await();
            PoolLock.Held held = new FileLock().acquire(file);
            events.add("in");
            Thread.sleep(2);
            events.add("out");
            held.close();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aDirectoryThatIsNotThereIsAnIoException() {
        Path nowhere = directory.resolve("no-such/lock");

        IOException e = assertThrows(IOException.class, () -> new FileLock().acquire(nowhere));

        assertEquals("open " + nowhere + ": ENOENT (No such file or directory)", e.getMessage());
    }
}
