package dev.hawser.bench;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The helper, as {@code hawser helper run} starts it, on a socket of its own. */
final class ResidentHelper implements AutoCloseable {

    /** What launcher and helper call their socket. */
    static final String SOCKET_VARIABLE = "HAWSER_SOCKET";

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(20);

    private final Process process;
    private final Path socket;
    private final Path log;

    private ResidentHelper(Process process, Path socket, Path log) {
        this.process = process;
        this.socket = socket;
        this.log = log;
    }

    /**
     * Starts the helper in our namespaces and waits until it answers.
     *
     * @param home the tree that it belongs to
     * @param directory for its log
     */
    static ResidentHelper start(Path home, Path directory) throws IOException {
        // Short, for sun_path of unix(7) has 108 bytes; and /run is ours alone.
        Path socket = Path.of("/run/hawser-bench.sock");
        Path log = directory.resolve("helper.log");
        ProcessBuilder builder = new ProcessBuilder(home.resolve("bin/hawser").toString(), "helper", "run")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put(SOCKET_VARIABLE, socket.toString());
        ResidentHelper helper = new ResidentHelper(builder.start(), socket, log);
        try {
            helper.awaitAnswer();
        } catch (IOException e) {
            helper.process.destroyForcibly();
            throw e;
        }
        return helper;
    }

    Path socket() {
        return socket;
    }

    /** How much memory it has (VmRSS of proc_pid_status(5)), in the words of that file. */
    Optional<String> residentMemory() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .map(line -> line.substring("VmRSS:".length()).strip())
                .findFirst();
    }

    private void awaitAnswer() throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!answers()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new IOException("start the helper: it does not answer on " + socket + ": "
                        + Files.readString(log).strip());
            }
            pause();
        }
    }

    private boolean answers() {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException notYet) {
            return false;
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(BETWEEN_ATTEMPTS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Has it end as a service manager would; it has time for what it is doing. */
    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("the helper did not end within " + PATIENCE.toSeconds() + " s of SIGTERM: "
                        + Files.readString(log).strip());
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
