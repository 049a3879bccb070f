package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code hawser bench} as a doubter runs it, but shorter. */
class BenchTest {

    private static final Path HAWSER =
            Path.of("..", "target", "hawser", "bin", "hawser").toAbsolutePath().normalize();

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final List<String> SHORT =
            List.of("--rounds=1", "--parallel=3", "--leases=2,20", "--attachments=1,3", "--ports=3", "--warm-ups=12");

    @TempDir
    private Path directory = Path.of("");

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void endWhatIsStillRunning() {
        for (Process process : started) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    @Test
    void everyRowHasFiguresAndNothingIsLeft() throws Exception {
        Process bench = bench(List.of("--runs=2", "--json", "--csv=" + file("csv"), "--svg=" + file("svg")));

        assertTrue(bench.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS), "ends");
        assertEquals(0, bench.exitValue(), said());
        JsonNode results = Json.parse(Files.readString(file("out"))).path("results");
        assertEquals(
                List.of(
                        "version",
                        "add",
                        "del",
                        "add.masquerade",
                        "del.masquerade",
                        "add.chain",
                        "del.chain",
                        "add.fused",
                        "del.fused",
                        "publish",
                        "publish.many",
                        "connect",
                        "connect.many",
                        "add.leases.20",
                        "del.leases.20",
                        "add.parallel",
                        "add.parallel.each",
                        "del.parallel",
                        "del.parallel.each",
                        "version.cold",
                        "add.cold",
                        "del.cold",
                        "add.attachments.3",
                        "del.attachments.3"),
                Json.texts(results, "id"));
        for (JsonNode row : Json.elements(results)) {
            for (JsonNode measured : Json.elements(row.path("measured"))) {
                assertTrue(measured.path("p50Millis").asDouble() > 0, row.toString());
                assertTrue(
                        measured.path("p99Millis").asDouble()
                                >= measured.path("p50Millis").asDouble(),
                        row.toString());
            }
        }
        assertTrue(Files.readString(file("svg")).endsWith("</svg>\n"));
        assertTrue(Files.readString(file("csv")).contains("\nadd.leases.20,ADD with 20 leases,hawser,"));
        assertNothingIsLeft();
    }

    @Test
    void aBenchThatIsInterruptedLeavesNothing() throws Exception {
        Process bench = bench(List.of("--rows=serial", "--runs=100000"));
        await(() -> said().contains("bench: ADD and DEL, one after another") || !bench.isAlive());
        assertTrue(bench.isAlive(), said());

        // As Ctrl-C does, but to the first process alone.
        Shell.output(List.of("kill", "-INT", Long.toString(bench.pid())));

        assertTrue(bench.waitFor(30, TimeUnit.SECONDS), "ends");
        assertEquals(130, bench.exitValue(), said());
        assertNothingIsLeft();
    }

    @Test
    void aPeerThatFailsIsNamedAndNothingIsLeft() throws Exception {
        Path peer = Files.createDirectory(directory.resolve("peer"));
        for (String type : List.of("bridge", "host-local")) {
            Files.writeString(
                    peer.resolve(type), "#!/bin/sh\n[ $CNI_COMMAND = VERSION ] || { echo broken; exit 1; }\n");
            assertTrue(peer.resolve(type).toFile().setExecutable(true));
        }

        Process bench = bench(List.of("--runs=2", "--rows=serial", "--no-helper", "--peer=" + peer));

        assertTrue(bench.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS), "ends");
        assertEquals(1, bench.exitValue(), said());
        assertTrue(said().contains("ADD by " + peer + "/bridge: exit status 1: broken"), said());
        assertNothingIsLeft();
    }

    private Process bench(List<String> more) throws IOException {
        // A shell has what it starts in the background ignore Ctrl-C, and so everything that this starts.
        List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT"));
        command.addAll(List.of(HAWSER.toString(), "bench", "--directory=" + scratch()));
        command.addAll(SHORT);
        command.addAll(more);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(file("out").toFile())
                .redirectError(file("err").toFile());
        builder.environment().putAll(Map.of("JAVA_HOME", System.getProperty("java.home")));
        Process process = Shell.start(builder);
        started.add(process);
        return process;
    }

    private Path scratch() throws IOException {
        return Files.createDirectories(directory.resolve("scratch"));
    }

    private Path file(String name) {
        return directory.resolve(name);
    }

    private String said() throws IOException {
        return Files.exists(file("err")) ? Files.readString(file("err")) : "";
    }

    private void assertNothingIsLeft() throws IOException {
        try (Stream<Path> files = Files.list(scratch())) {
            assertEquals(List.of(), files.toList());
        }
        assertEquals(
                List.of(),
                ProcessHandle.allProcesses()
                        .map(ProcessHandle::info)
                        .map(info -> info.commandLine().orElse(""))
                        .filter(line -> line.contains(scratchText()))
                        .toList());
        String links = Shell.output(List.of("ip", "-o", "link")) + Shell.output(List.of("ip", "netns"));
        assertTrue(links.lines().noneMatch(line -> line.matches(".*\\b(bench[0-2]|neighbours|pod[0-9]+)\\b.*")), links);
    }

    private String scratchText() {
        return directory.resolve("scratch").toString();
    }

    /** A condition that may fail to be asked. */
    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(Condition condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < deadline, "happens in time");
            Thread.sleep(50);
        }
    }
}
