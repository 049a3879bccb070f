package dev.hawser.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stopwatch, compiled with the address and the undefined-behaviour sanitizer. */
class StopwatchTest {

    private static final long MILLI = 1_000_000;

    @TempDir
    private static Path build = Path.of("");

    private final List<Stopwatch> started = new ArrayList<>();

    @BeforeAll
    static void compile() throws Exception {
        Process gcc = new ProcessBuilder(
                        "gcc",
                        "-std=c17",
                        "-Wall",
                        "-Wextra",
                        "-Werror",
                        "-g",
                        "-fsanitize=address,undefined",
                        "-fno-sanitize-recover=all",
                        "-o",
                        program().toString(),
                        "src/main/c/stopwatch.c")
                .redirectErrorStream(true)
                .start();
        String said = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, gcc.waitFor(), said);
    }

    @BeforeEach
    void start() throws IOException {
        started.add(Stopwatch.start(program()));
    }

    @AfterEach
    void stop() throws IOException {
        started.getFirst().close();
    }

    @Test
    void aJobHasItsArgumentsItsEnvironmentAndItsStdinAndNothingElse() throws IOException {
        Job job = new Job(
                List.of("/bin/sh", "-c", "echo \"$0|$1|$A|$HOME|$(cat)\"; echo said >&2", "a b", ""),
                Map.of("A", "ü=1"),
                "in\nput");

        Outcome outcome = stopwatch().run(job).only();

        assertEquals("a b||ü=1||in\nput\n", outcome.stdout());
        assertEquals("said\n", outcome.stderr());
        assertTrue(outcome.succeeded());
    }

    @Test
    void aJobThatFailsIsReportedWithItsStatusAndItsWords() throws IOException {
        Outcome failed = stopwatch().run(shell("echo no; exit 3")).only();
        Outcome killed = stopwatch().run(shell("kill -9 $$")).only();

        assertEquals("exit status 3: no", failed.words());
        assertEquals("killed by signal 9:", killed.words());
    }

    @Test
    void timeIsFromTheStartToTheReaping() throws IOException {
        Outcome outcome = stopwatch().run(shell("sleep 0.2")).only();

        assertTrue(outcome.nanos() >= 200 * MILLI && outcome.nanos() < 2000 * MILLI, outcome.toString());
    }

    @Test
    void jobsTogetherOverlapAndAreAnsweredInTheirOrder() throws IOException {
        List<Job> jobs = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            jobs.add(shell("sleep 0.3; echo " + i));
        }

        Batch batch = stopwatch().together(jobs);

        assertTrue(batch.wallNanos() < 20 * 300 * MILLI / 3, batch.wallNanos() + " ns");
        assertEquals(
                "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19",
                String.join(
                        " ",
                        batch.outcomes().stream().map(o -> o.stdout().strip()).toList()));
    }

    @Test
    void tasksAreCountedWithoutTheThreadsOfTheStopwatch() throws IOException {
        long fewest = Long.MAX_VALUE;
        for (int i = 0; i < 50; i++) {
            fewest = Math.min(
                    fewest,
                    stopwatch()
                            .together(Collections.nCopies(4, shell("exec true")))
                            .tasks());
        }

        // Others on this machine start tasks too, but not in each of fifty moments.
        assertEquals(4, fewest);
    }

    @Test
    void outputBeyondAMebibyteIsNotReported() throws IOException {
        Outcome outcome =
                stopwatch().run(shell("head -c 3000000 /dev/zero | tr '\\0' x")).only();

        assertEquals(1 << 20, outcome.stdout().length());
    }

    @Test
    void manyBatchesLeakNothing() throws IOException {
        for (int i = 0; i < 400; i++) {
            assertTrue(stopwatch().run(shell("exec true")).only().succeeded());
        }
    }

    @Test
    void aProgramThatIsNotThereEndsTheStopwatch() {
        Job job = new Job(List.of("/nowhere/bridge"), Map.of(), "");

        IOException failure = assertThrows(IOException.class, () -> stopwatch().run(job));

        assertTrue(failure.toString().contains("ended early"), failure.toString());
    }

    @Test
    void moreJobsThanItHasRoomForEndIt() {
        List<Job> jobs = Collections.nCopies(1025, shell("exec true"));

        assertThrows(IOException.class, () -> stopwatch().together(jobs));
    }

    @Test
    void withoutItsProgramItSaysWhatToDo() {
        IOException failure = assertThrows(IOException.class, () -> Stopwatch.start(Path.of("/nowhere/stopwatch")));

        assertTrue(failure.toString().contains("scripts/build.sh"), failure.toString());
    }

    private Stopwatch stopwatch() {
        return started.getFirst();
    }

    private static Job shell(String script) {
        return new Job(List.of("/bin/sh", "-c", script), Map.of("PATH", "/usr/bin:/bin"), "");
    }

    private static Path program() {
        return build.resolve("stopwatch");
    }
}
