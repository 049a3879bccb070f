package dev.hawser.runtimes;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A program to run: words, variables added to the test's own environment, and standard input. */
record Command(List<String> words, Map<String, String> variables, String stdin) {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    Command {
        words = List.copyOf(words);
        variables = Map.copyOf(variables);
    }

    static Command of(String... words) {
        return new Command(List.of(words), Map.of(), "");
    }

    static Command of(List<String> words) {
        return new Command(words, Map.of(), "");
    }

    /** The same program, executed by another one that takes it as its last arguments. */
    Command under(String... wrapper) {
        return new Command(Stream.concat(Stream.of(wrapper), words.stream()).toList(), variables, stdin);
    }

    Command with(Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>(variables);
        all.putAll(more);
        return new Command(words, all, stdin);
    }

    Command reading(String text) {
        return new Command(words, variables, text);
    }

    /** Standard output of a run that must succeed. */
    String run() {
        Outcome outcome = attempt();
        if (outcome.exitCode() != 0) {
            throw new AssertionError(this + ": " + outcome);
        }
        return outcome.stdout();
    }

    /** How a run ended that may fail. */
    Outcome attempt() {
        try {
            return finish(builder().start());
        } catch (IOException e) {
            throw new UncheckedIOException("start " + this, e);
        }
    }

    ProcessBuilder builder() {
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().putAll(variables);
        return builder;
    }

    @Override
    public String toString() {
        return String.join(" ", words);
    }

    private Outcome finish(Process process) throws IOException {
        CompletableFuture<String> stdout = CompletableFuture.supplyAsync(() -> drain(process.getInputStream()));
        CompletableFuture<String> stderr = CompletableFuture.supplyAsync(() -> drain(process.getErrorStream()));
        feed(process);
        await(process);
        return new Outcome(process.exitValue(), stdout.join(), stderr.join());
    }

    private void feed(Process process) throws IOException {
        try (OutputStream in = process.getOutputStream()) {
            in.write(stdin.getBytes(StandardCharsets.UTF_8));
        }
    }

    private void await(Process process) {
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(this + ": not done after " + PATIENCE);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new AssertionError(this + ": interrupted", e);
        }
    }

    private static String drain(InputStream stream) {
        try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a program said and how it ended. */
    record Outcome(int exitCode, String stdout, String stderr) {

        @Override
        public String toString() {
            return "exit status " + exitCode + ": " + (stdout + " " + stderr).strip();
        }
    }
}
