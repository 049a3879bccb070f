package dev.hawser.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.hawser.run.Programs.Finished;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExecutedProgramsTest {

    @TempDir
    private Path directory = Path.of("");

    @Test
    void servesAllThreePipesAtOnceWhateverElseTheProcessIsBusyWith() throws IOException {
        Path program = program("read -r line; head -c 200000 /dev/zero >&2; echo \"$line\"; cat; exit 3");
        byte[] stdin = ("first\n" + "x".repeat(200_000)).getBytes(StandardCharsets.UTF_8);
        CountDownLatch done = new CountDownLatch(1);
        for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
            ForkJoinPool.commonPool().execute(() -> awaitQuietly(done));
        }

        Finished finished = assertTimeoutPreemptively(
                Duration.ofSeconds(30),
                () -> new ExecutedPrograms().run(program, Map.of("PATH", "/usr/bin:/bin"), stdin));

        done.countDown();
        assertEquals(3, finished.exitStatus());
        assertEquals("first\n" + "x".repeat(200_000), finished.stdout());
        assertEquals(200_000, finished.stderr().length());
    }

    @Test
    void aProgramThatDoesNotReadItsInputIsNoFailure() throws IOException {
        Path program = program("exec 0<&-; echo done");

        Finished finished = new ExecutedPrograms().run(program, Map.of("PATH", "/usr/bin:/bin"), new byte[1 << 20]);

        assertEquals(new Finished(0, "done\n", ""), finished);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Path program(String script) throws IOException {
        Path file = Files.writeString(directory.resolve("program"), "#!/bin/sh\n" + script + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
