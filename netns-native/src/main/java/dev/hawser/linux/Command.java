package dev.hawser.linux;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hawser.kernel.KernelException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A tool of this node, found where administrators' tools are. PATH is not asked: a runtime may start us with a poor one.
 *
 * <p>The process is forked from the calling thread, and so lives in the network namespace of that thread
 * (network_namespaces(7)).
 */
final class Command {

    /** In the order of Debian's PATH for root; the last one is NixOS. */
    static final List<Path> DIRECTORIES = List.of(
            Path.of("/usr/local/sbin"),
            Path.of("/usr/local/bin"),
            Path.of("/usr/sbin"),
            Path.of("/usr/bin"),
            Path.of("/sbin"),
            Path.of("/bin"),
            Path.of("/run/current-system/sw/bin"));

    /** A table of 100,000 rules, as kube-proxy makes them, is some 20 MB. */
    private static final int MAX_OUTPUT_BYTES = 128 << 20;

    /** The rest of it says the same again for the next line. */
    private static final int MAX_ERROR_BYTES = 4096;

    /** What a killed process leaves in its pipes is read at once. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final Path executable;
    private final List<String> arguments;
    private final Duration timeout;

    Command(Path executable, List<String> arguments, Duration timeout) {
        this.executable = executable;
        this.arguments = List.copyOf(arguments);
        this.timeout = timeout;
    }

    /** The executable file of this name in one of these directories. */
    static Optional<Path> find(String name, List<Path> directories) {
        return directories.stream()
                .map(directory -> directory.resolve(name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Runs it to its end.
     *
     * @param input its standard input
     * @return its standard output
     * @throws KernelException if it cannot be started, does not end in time, or ends with another status than 0; with what
     *     it wrote to its standard error
     */
    String run(String input) {
        Process process = start();
        try {
            FutureTask<Boolean> writing = onThread("stdin", () -> write(process.getOutputStream(), input));
            FutureTask<byte[]> output = onThread("stdout", () -> read(process.getInputStream(), MAX_OUTPUT_BYTES));
            FutureTask<byte[]> errors = onThread("stderr", () -> read(process.getErrorStream(), MAX_ERROR_BYTES));
            await(process);
            String complaint = new String(result(errors), UTF_8).strip();
            requireSuccess(process.exitValue(), complaint);
            result(writing);
            return text(result(output));
        } finally {
            process.destroyForcibly();
        }
    }

    private Process start() {
        ProcessBuilder builder = new ProcessBuilder();
        builder.command().add(executable.toString());
        builder.command().addAll(arguments);
        builder.environment().put("LC_ALL", "C");
        try {
            return builder.start();
        } catch (IOException e) {
            throw new KernelException("run " + this + ": " + e.getMessage(), 0, e);
        }
    }

    private void await(Process process) {
        try {
            if (!process.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new KernelException(
                        "run " + this + ": it did not end within " + timeout.toSeconds() + " s and was killed", 0);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KernelException("run " + this + ": interrupted, and killed", 0, e);
        }
    }

    private void requireSuccess(int status, String complaint) {
        if (status != 0) {
            throw new KernelException(
                    "run " + this + ": exit status " + status + (complaint.isEmpty() ? "" : ": " + complaint), 0);
        }
    }

    private String text(byte[] output) {
        if (output.length == MAX_OUTPUT_BYTES) {
            throw new KernelException("run " + this + ": it printed more than " + MAX_OUTPUT_BYTES + " bytes", 0);
        }
        return new String(output, UTF_8);
    }

    /** A process that ends early closes its input: its exit status says more than our EPIPE. */
    private static boolean write(OutputStream stdin, String input) {
        try (stdin) {
            stdin.write(input.getBytes(UTF_8));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** The first bytes of a stream, which is read to its end: nobody can hang at a full pipe. */
    private static byte[] read(InputStream stream, int maxBytes) throws IOException {
        try (stream) {
            byte[] first = stream.readNBytes(maxBytes);
            stream.transferTo(OutputStream.nullOutputStream());
            return first;
        }
    }

    private <T> FutureTask<T> onThread(String pipe, Callable<T> task) {
        FutureTask<T> future = new FutureTask<>(task);
        Thread.ofPlatform().daemon().name(executable.getFileName() + " " + pipe).start(future);
        return future;
    }

    private <T> T result(FutureTask<T> task) {
        try {
            return task.get(GRACE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KernelException("run " + this + ": interrupted", 0, e);
        } catch (ExecutionException | TimeoutException e) {
            throw new KernelException("run " + this + ": its output cannot be read: " + e, 0, e);
        }
    }

    @Override
    public String toString() {
        return executable.getFileName() + " " + String.join(" ", arguments);
    }
}
