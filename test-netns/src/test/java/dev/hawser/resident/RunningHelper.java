package dev.hawser.resident;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A helper as a service manager runs it: it is there when {@link #start} returns, and ends when this is closed. */
public final class RunningHelper implements AutoCloseable {

    /** What launcher and helper call their socket. */
    public static final String SOCKET_VARIABLE = "HAWSER_SOCKET";

    private static final Duration PATIENCE = ThisRun.patience(Duration.ofSeconds(60));
    private static final Duration PAUSE = Duration.ofMillis(10);

    private final Process process;
    private final Path socket;
    private final Path log;

    private RunningHelper(Process process, Path socket, Path log) {
        this.process = process;
        this.socket = socket;
        this.log = log;
    }

    /**
     * Starts a helper and waits until it listens.
     *
     * @param namespace the file that stands for the network namespace of the node that it shall serve
     * @param hawser the program of its release
     * @param directory for its socket and its log
     */
    public static RunningHelper start(Path namespace, Path hawser, Path directory) {
        Path socket = directory.resolve("hawser.sock");
        Path log = directory.resolve("helper.log");
        ProcessBuilder builder = new ProcessBuilder("nsenter", "--net=" + namespace, hawser.toString(), "helper", "run")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put(SOCKET_VARIABLE, socket.toString());
        try {
            RunningHelper helper = new RunningHelper(builder.start(), socket, log);
            helper.awaitListening();
            return helper;
        } catch (IOException e) {
            throw new UncheckedIOException("start " + hawser + " helper run", e);
        }
    }

    /** What HAWSER_SOCKET is for the plugin files that shall find it. */
    public Path socket() {
        return socket;
    }

    /** That it has not ended by itself. */
    public void requireAlive() {
        if (!process.isAlive()) {
            throw new AssertionError("the helper ended with status " + process.exitValue() + ":\n" + log());
        }
    }

    /** Everything that it has said. */
    public String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException("read " + log, e);
        }
    }

    /** What it counts. */
    public HelperMetrics metrics() {
        return HelperMetrics.of(socket);
    }

    private void awaitListening() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!listens()) {
            requireAlive();
            if (System.nanoTime() > deadline) {
                process.destroyForcibly();
                throw new AssertionError("the helper does not listen after " + PATIENCE + ":\n" + log());
            }
            pause();
        }
    }

    private boolean listens() {
        try (SocketChannel _ = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for a helper", e);
        }
    }

    /** As a service manager ends it. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("the helper has not ended " + PATIENCE + " after SIGTERM:\n" + log());
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        if (process.exitValue() != 0) {
            throw new AssertionError("the helper ended with status " + process.exitValue() + ":\n" + log());
        }
    }
}
