package dev.hawser.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.ipam.PoolLock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileLockTest {

    private static final int THREADS = 8;

    @TempDir
    Path directory;

    private final BlockingQueue<String> log = new LinkedBlockingQueue<>();
    private final FileLock lock = new FileLock(log::add);
    private Path file = Path.of("/");

    @BeforeEach
    void chooseFile() {
        file = directory.resolve("lock");
    }

    @Test
    void excludesAnotherProcessThatUsesFlock() throws Exception {
        PoolLock.Held held = lock.acquire(file);
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
            PoolLock.Held held = lock.acquire(file);
            events.add("in");
            Thread.sleep(2);
            events.add("out");
            held.close();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aLongWaitSaysOnceWhichProcessHoldsTheLock() throws Exception {
        Process holder = holder();
        try {
            Thread waiting = Thread.ofPlatform().start(this::acquireAndClose);
            String said = String.valueOf(log.poll(20, TimeUnit.SECONDS));
            List<String> meanwhile = lock.longWaits();
            holder.destroy();
            waiting.join();

            String sentence =
                    "waiting for the lock " + file + " for \\d+ s: pid " + holder.pid() + " \\(sleep\\) holds it";
            assertTrue(said.matches(sentence), said);
            assertEquals(1, meanwhile.size());
            assertTrue(meanwhile.getFirst().matches(sentence), meanwhile::toString);
            assertEquals(List.of(), lock.longWaits(), "it is over");
            assertTrue(log.isEmpty(), log::toString);
        } finally {
            holder.destroyForcibly();
        }
    }

    @Test
    void aShortWaitSaysNothing() throws Exception {
        PoolLock.Held held = lock.acquire(file);
        Thread waiting = Thread.ofPlatform().start(this::acquireAndClose);
        assertFalse(waiting.join(Duration.ofMillis(300)), "it has to wait");
        assertEquals(List.of(), lock.longWaits());

        held.close();
        waiting.join();

        assertEquals(null, log.poll(1200, TimeUnit.MILLISECONDS), "though a second has passed since");
    }

    @Test
    void aHolderInThisProcessIsSaidToBeThat() throws Exception {
        PoolLock.Held held = lock.acquire(file);
        Thread waiting = Thread.ofPlatform().start(this::acquireAndClose);

        String said = String.valueOf(log.poll(20, TimeUnit.SECONDS));
        held.close();
        waiting.join();

        assertTrue(said.endsWith(": pid " + ProcessHandle.current().pid() + " (java, this process) holds it"), said);
    }

    /** A process that holds the lock until it is ended: flock(1) executes sleep(1) in its own place. */
    private Process holder() throws Exception {
        Process holder = new ProcessBuilder("flock", "--no-fork", file.toString(), "sleep", "60").start();
        while (otherProcessGetsIt()) {
            assertTrue(holder.isAlive());
        }
        return holder;
    }

    private void acquireAndClose() {
        try (PoolLock.Held _ = lock.acquire(file)) {
            assertTrue(Files.exists(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void whatIsSharedByAnyNumberIsFreeWhenTheLastHasGone() {
        assertTrue(FileLock.isFree(file), "there is no such file");
        Fd first = FileLock.share(file);
        Fd second = FileLock.share(file);
        assertFalse(FileLock.isFree(file));

        first.close();
        assertFalse(FileLock.isFree(file));
        second.close();

        assertTrue(FileLock.isFree(file));
    }

    @Test
    void aProcessThatIsKilledSharesNothingAnyMore() throws Exception {
        Process other = new ProcessBuilder("flock", "--no-fork", "--shared", file.toString(), "sleep", "60").start();
        while (FileLock.isFree(file)) {
            assertTrue(other.isAlive());
        }

        other.destroyForcibly().waitFor();

        assertTrue(FileLock.isFree(file));
    }

    @Test
    void aDirectoryThatIsNotThereIsAnIoException() {
        Path nowhere = directory.resolve("no-such/lock");

        IOException e = assertThrows(IOException.class, () -> lock.acquire(nowhere));

        assertEquals("open " + nowhere + ": ENOENT (No such file or directory)", e.getMessage());
    }
}
