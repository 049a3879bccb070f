package dev.hawser.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.kernel.Errno;
import dev.hawser.kernel.KernelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class NetnsTest {

    @TempDir
    Path directory;

    @Test
    void aMissingFileIsToldApart() {
        Path missing = directory.resolve("missing");

        KernelException e = assertThrows(KernelException.class, () -> Netns.open(missing));

        assertEquals("open " + missing + ": ENOENT (No such file or directory)", e.getMessage());
        assertEquals(Errno.ENOENT, e.errno());
    }

    @Test
    void aPlainFileIsNoNamespace() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));

        KernelException e = assertThrows(KernelException.class, () -> Netns.open(file));

        assertTrue(e.toString().contains(file + " is not a network namespace: unknown FS magic 0x"), e::toString);
        assertEquals(0, e.errno());
    }

    /** open(2) of a FIFO waits for somebody who writes to it, unless told not to. */
    @Test
    @Timeout(30)
    void aFifoIsNoNamespaceAndIsNotWaitedFor() throws Exception {
        Path fifo = directory.resolve("fifo");
        assertEquals(0, new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor());

        KernelException e = assertThrows(KernelException.class, () -> Netns.open(fifo));

        assertTrue(e.toString().contains(fifo + " is not a network namespace"), e::toString);
    }

    @Test
    void anotherKindOfNamespaceIsNoNetworkNamespace() {
        assertThrows(KernelException.class, () -> {
            try (Netns netns = Netns.open(Path.of("/proc/self/ns/uts"))) {
                NetnsThread.call(netns, () -> true);
            }
        });
    }

    @Test
    void ourOwnNamespaceIsTheSameHoweverItIsOpened() {
        try (Netns own = Netns.own();
                Netns byPath = Netns.open(Path.of("/proc/self/ns/net"));
                Netns byDescriptor = Netns.borrowed(own.fd().number())) {
            assertTrue(own.sameAs(byPath));
            assertTrue(own.sameAs(byDescriptor));
        }
    }

    @Test
    void aBorrowedDescriptorStaysOpen() {
        try (Netns own = Netns.own()) {
            Netns.borrowed(own.fd().number()).close();

            assertTrue(own.sameAs(own));
        }
    }

    @Test
    void aClosedDescriptorIsNotUsedAgain() {
        Netns own = Netns.own();
        own.close();
        own.close();

        assertThrows(IllegalStateException.class, () -> own.fd().number());
    }

    @Test
    void aThreadInsideEndsWithItsTask() throws InterruptedException {
        try (Netns own = Netns.own()) {
            Thread inside = NetnsThread.call(own, Thread::currentThread);

            assertFalse(inside.isVirtual());
            assertNotEquals(Thread.currentThread(), inside);
            assertTrue(inside.join(Duration.ofSeconds(10)));
        }
    }

    @Test
    void oneThreadRunsAllTasksThatItIsGiven() {
        try (Netns own = Netns.own();
                NetnsThread inside = NetnsThread.start(own)) {
            Thread first = inside.call(NetnsTest::interruptedThread);
            Thread second = inside.call(Thread::currentThread);

            assertEquals(first, second);
        }
    }

    private static Thread interruptedThread() {
        Thread.currentThread().interrupt();
        return Thread.currentThread();
    }

    @Test
    void exceptionsComeOutAsTheyAre() {
        KernelException thrown = new KernelException("no", Errno.EPERM);

        try (Netns own = Netns.own()) {
            KernelException e = assertThrows(
                    KernelException.class,
                    () -> NetnsThread.call(own, () -> {
                        throw thrown;
                    }));

            assertEquals(thrown, e);
        }
    }
}
