package dev.hawser.app;

import dev.hawser.run.Programs;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

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
        CompletableFuture<byte[]> stderr = CompletableFuture.supplyAsync(() -> readAll(process));
        CompletableFuture<Void> input = CompletableFuture.runAsync(() -> write(process, stdin));
        String stdout = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exitStatus = process.waitFor();
        input.join();
        return new Finished(exitStatus, stdout, new String(stderr.join(), StandardCharsets.UTF_8));
    }

    private static byte[] readAll(Process process) {
        try {
            return process.getErrorStream().readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
