package dev.hawser.app;

import dev.hawser.run.Programs;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Executes programs of this node. */
final class ExecutedPrograms implements Programs {

    @Override
    public Finished run(Path program, Map<String, String> environment, byte[] stdin) {
        ProcessBuilder builder = new ProcessBuilder(program.toString());
        builder.environment().clear();
        builder.environment().putAll(environment);
        try {
            return await(builder.start(), stdin);
        } catch (IOException e) {
            throw new UncheckedIOException("execute " + program + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException("execute " + program, new InterruptedIOException("interrupted"));
        }
    }

    private static Finished await(Process process, byte[] stdin) throws IOException, InterruptedException {
        // All three pipes at once: a program that fills one while we serve another would wait for ever.
        FutureTask<byte[]> stderr = background(() -> process.getErrorStream().readAllBytes());
        Thread input = Thread.ofPlatform().start(() -> write(process, stdin));
        String stdout = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exitStatus = process.waitFor();
        input.join();
        return new Finished(exitStatus, stdout, new String(result(stderr), StandardCharsets.UTF_8));
    }

    /** Threads of our own: the common pool has a single one on a machine with two processors, and both tasks block. */
    private static <T> FutureTask<T> background(Callable<T> task) {
        FutureTask<T> future = new FutureTask<>(task);
        Thread.ofPlatform().start(future);
        return future;
    }

    private static <T> T result(FutureTask<T> task) throws IOException, InterruptedException {
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        }
    }

    /** A program need not read its input; that it closed the pipe is no failure. */
    private static void write(Process process, byte[] stdin) {
        try (OutputStream pipe = process.getOutputStream()) {
            pipe.write(stdin);
        } catch (IOException closed) {
            // EPIPE: its answer and exit status say what matters.
            return;
        }
    }
}
