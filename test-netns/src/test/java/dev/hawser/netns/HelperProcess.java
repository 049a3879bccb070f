package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.resident.RunningHelper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A helper that lives in a node's namespace, as {@code hawser helper run} starts it, on a socket of the node's own. */
final class HelperProcess implements AutoCloseable {

    private static final String SOCKET = RunningHelper.SOCKET_VARIABLE;
    private static final int PATIENCE_SECONDS = 60;

    private final Process process;
    private final Path socket;
    private final Path log;

    private HelperProcess(Process process, Path socket, Path log) {
        this.process = process;
        this.socket = socket;
        this.log = log;
    }

    /**
     * Starts it and waits until it answers.
     *
     * @param options of {@code hawser helper run}
     */
    static HelperProcess start(TestNode node, String... options) throws Exception {
        return begin(node, node.plugins().resolve("hawser"), List.of(), options).awaitReady();
    }

    /** Starts it and waits for nothing. */
    static HelperProcess begin(TestNode node) {
        return begin(node, node.plugins().resolve("hawser"), List.of());
    }

    /**
     * Starts it and waits for nothing.
     *
     * @param hawser the program
     * @param by the words of a program that executes it in its own place
     * @param options of {@code hawser helper run}
     */
    static HelperProcess begin(TestNode node, Path hawser, List<String> by, String... options) {
        List<String> command = new ArrayList<>(node.host().entering());
        command.addAll(by);
        command.addAll(List.of(hawser.toString(), "helper", "run"));
        command.addAll(List.of(options));
        Path log = node.directory().resolve("helper.log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().clear();
        builder.environment()
                .putAll(Map.of(
                        "PATH",
                        "/usr/sbin:/usr/bin:/sbin:/bin",
                        SOCKET,
                        socketOf(node).toString()));
        return new HelperProcess(Shell.start(builder), socketOf(node), log);
    }

    /** In a directory of its own, which holds what helpers make for themselves. */
    static Path socketOf(TestNode node) {
        return node.directory().resolve("run").resolve("hawser.sock");
    }

    /** A call that asks the node's helper. */
    static Call through(TestNode node, Call call) {
        return call.with(SOCKET, socketOf(node).toString());
    }

    /** A call that asks no helper. */
    static Call cold(Call call) {
        return call.with(SOCKET, "");
    }

    HelperProcess awaitReady() throws Exception {
        Patience.await("a helper answers", () -> {
            assertTrue(process.isAlive(), this::log);
            return answers();
        });
        return this;
    }

    private boolean answers() {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException notYet) {
            return false;
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** {@code kill -9}, and waits until nothing is left of it. */
    void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    /** SIGTERM, and returns the exit status. */
    int stop() {
        process.destroy();
        awaitEnd();
        return process.exitValue();
    }

    private void awaitEnd() {
        try {
            assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), this::log);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Its directory in proc(5). */
    Path proc() {
        return Path.of("/proc", Long.toString(process.pid()));
    }

    /** What its descriptors lead to. */
    List<String> descriptors() throws IOException {
        List<String> targets = new ArrayList<>();
        try (Stream<Path> list = Files.list(proc().resolve("fd"))) {
            for (Path descriptor : list.toList()) {
                addTarget(descriptor, targets);
            }
        }
        return targets;
    }

    private static void addTarget(Path descriptor, List<String> targets) throws IOException {
        try {
            targets.add(Files.readSymbolicLink(descriptor).toString());
        } catch (NoSuchFileException closedMeanwhile) {
            // It is none then.
        }
    }

    int threads() throws IOException {
        return status("Threads:");
    }

    /** Memory that it occupies. */
    int residentKibibytes() throws IOException {
        return status("VmRSS:");
    }

    /** A number of proc_pid_status(5). */
    private int status(String key) throws IOException {
        return Files.readAllLines(proc().resolve("status")).stream()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(key.length()).replace("kB", "").strip())
                .map(Integer::valueOf)
                .findFirst()
                .orElseThrow();
    }

    /** utime and stime of proc_pid_stat(5), in ticks of 10 ms. */
    long cpuTicks() throws IOException {
        String[] fieldsFromState = Files.readString(proc().resolve("stat"))
                .replaceFirst("^.*\\) ", "")
                .split(" ", -1);
        return Long.parseLong(fieldsFromState[11]) + Long.parseLong(fieldsFromState[12]);
    }

    /** All that helpers of this node have said. */
    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException("read " + log, e);
        }
    }

    @Override
    public void close() {
        kill();
    }
}
