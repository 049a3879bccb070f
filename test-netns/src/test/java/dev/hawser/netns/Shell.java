package dev.hawser.netns;

import dev.hawser.resident.ThisRun;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** Executes programs and waits for them. */
final class Shell {

    private static final Duration TIMEOUT = ThisRun.patience(Duration.ofSeconds(60));

    /** Reading a pipe blocks: the JDK's common pool may have but one thread. */
    private static final Executor READERS = task -> Thread.ofPlatform().daemon().start(task);

    private Shell() {}

    /** What a finished program left. */
    record Exit(int status, String stdout, String stderr) {

        boolean succeeded() {
            return status == 0;
        }
    }

    /** Executes a program with our environment and nothing on stdin, whatever its exit status. */
    static Exit run(List<String> command) {
        return finish(start(new ProcessBuilder(command)), command, new byte[0]);
    }

    /** Executes a program with exactly this environment and this on stdin, whatever its exit status. */
    static Exit run(List<String> command, Map<String, String> environment, byte[] stdin) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        builder.environment().putAll(environment);
        return finish(start(builder), command, stdin);
    }

    /**
     * Executes a program that must succeed.
     *
     * @return its stdout
     */
    static String output(List<String> command) {
        Exit exit = run(command);
        if (!exit.succeeded()) {
            throw new AssertionError(String.join(" ", command) + ": exit status " + exit.status() + ": " + exit.stderr()
                    + exit.stdout());
        }
        return exit.stdout();
    }

    /** The words of a command line that is written in one string; nothing is quoted. */
    static List<String> words(String line) {
        return List.of(line.strip().split("\\s+"));
    }

    static List<String> join(List<String> first, List<String> second) {
        List<String> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }

    static Process start(ProcessBuilder builder) {
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException("execute " + builder.command(), e);
        }
    }

    private static Exit finish(Process process, List<String> command, byte[] stdin) {
        CompletableFuture<String> stdout =
                CompletableFuture.supplyAsync(() -> drain(process.getInputStream()), READERS);
        CompletableFuture<String> stderr =
                CompletableFuture.supplyAsync(() -> drain(process.getErrorStream()), READERS);
        feed(process, stdin);
        try {
            if (!process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(String.join(" ", command) + ": not finished after " + TIMEOUT);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + command, e);
        }
        return new Exit(process.exitValue(), stdout.join(), stderr.join());
    }

    /** A program need not read its stdin: that it hung up first is no fault of the test. */
    private static void feed(Process process, byte[] stdin) {
        try (OutputStream out = process.getOutputStream()) {
            out.write(stdin);
        } catch (IOException e) {
            if (!String.valueOf(e.getMessage()).contains("Broken pipe")
                    && !String.valueOf(e.getMessage()).contains("Stream closed")) {
                throw new UncheckedIOException("write stdin of pid " + process.pid(), e);
            }
        }
    }

    private static String drain(InputStream stream) {
        try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("read a program's output", e);
        }
    }
}
