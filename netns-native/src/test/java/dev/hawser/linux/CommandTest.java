package dev.hawser.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.kernel.KernelException;
import dev.hawser.sys.Netns;
import dev.hawser.sys.NetnsThread;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CommandTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final Path SHELL = Path.of("/bin/sh");

    @Test
    void feedsInputAndReturnsOutput() {
        String megabytes = "0123456789abcdef".repeat(1 << 17);

        assertEquals(megabytes, shell("cat").run(megabytes));
    }

    @Test
    void aFailureCarriesTheToolsWords() {
        KernelException e = assertThrows(
                KernelException.class, () -> shell("echo wrong >&2; exit 3").run("ignored"));

        assertEquals("run sh -c echo wrong >&2; exit 3: exit status 3: wrong", e.getMessage());
    }

    @Test
    void aFloodOfComplaintsIsCut() {
        KernelException e = assertThrows(
                KernelException.class,
                () -> shell("yes oops | head -c 1000000 >&2; exit 1").run(""));

        assertTrue(String.valueOf(e.getMessage()).length() < 5000);
    }

    @Test
    void oneThatNeverEndsIsKilled() {
        Command sleeping = new Command(SHELL, List.of("-c", "exec sleep 1000"), Duration.ofSeconds(1));

        KernelException e = assertThrows(KernelException.class, () -> sleeping.run(""));

        assertEquals("run sh -c exec sleep 1000: it did not end within 1 s and was killed", e.getMessage());
        assertFalse(ProcessHandle.current()
                .children()
                .anyMatch(child -> child.info().commandLine().orElse("").endsWith("sleep 1000") && waits(child)));
    }

    @Test
    void oneThatDoesNotReadItsInputIsNotWaitedFor() {
        assertEquals("done\n", shell("echo done").run("x".repeat(1 << 20)));
    }

    @Test
    void runsInTheNamespaceOfTheCallingThread() {
        try (NftHost host = new NftHost();
                Netns netns = Netns.open(Path.of("/run/netns", host.name()))) {
            host.shell("ip link add hw-here type bridge");

            String links = NetnsThread.call(
                    netns, () -> shell("cat /proc/self/net/dev").run(""));

            assertTrue(links.contains("hw-here"));
            assertFalse(shell("cat /proc/self/net/dev").run("").contains("hw-here"));
        }
    }

    @Test
    void findsToolsInOrder() {
        assertEquals(
                Optional.of(Path.of("/bin/sh")), Command.find("sh", List.of(Path.of("/nonexistent"), Path.of("/bin"))));
        assertEquals(Optional.empty(), Command.find("no-such-tool", Command.DIRECTORIES));
    }

    /** Killing is at once, the end a moment later. */
    private static boolean waits(ProcessHandle child) {
        return child.onExit()
                .orTimeout(5, TimeUnit.SECONDS)
                .handle((end, late) -> late != null)
                .join();
    }

    private static Command shell(String script) {
        return new Command(SHELL, List.of("-c", script), TIMEOUT);
    }
}
