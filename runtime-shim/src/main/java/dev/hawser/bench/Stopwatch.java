package dev.hawser.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The small C program that executes jobs as a runtime does, and measures them without a JVM in the way. Frames are drawn in
 * stopwatch.c.
 */
final class Stopwatch implements AutoCloseable {

    private static final int ANSWER_BYTES = 8;
    private static final int OUTCOME_BYTES = 28;

    private final Process process;
    private final OutputStream requests;
    private final InputStream answers;

    private Stopwatch(Process process) {
        this.process = process;
        this.requests = process.getOutputStream();
        this.answers = process.getInputStream();
    }

    /** Starts the program in our namespaces; what it complains about goes to our stderr. */
    static Stopwatch start(Path program) throws IOException {
        if (!Files.isExecutable(program)) {
            throw new IOException("there is no " + program
                    + ": run bin/hawser of a whole tree, as scripts/build.sh leaves" + " it in target/hawser");
        }
        return new Stopwatch(new ProcessBuilder(program.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** Runs one job. */
    Batch run(Job job) throws IOException {
        return execute(List.of(job), false);
    }

    /** Starts all jobs at once, and waits for all. */
    Batch together(List<Job> jobs) throws IOException {
        return execute(jobs, true);
    }

    private Batch execute(List<Job> jobs, boolean together) throws IOException {
        ByteArrayOutputStream batch = new ByteArrayOutputStream();
        numbers(batch, together ? 1 : 0, jobs.size());
        for (Job job : jobs) {
            write(batch, job);
        }
        try {
            requests.write(batch.toByteArray());
            requests.flush();
        } catch (IOException e) {
            throw new IOException("the stopwatch ended early (" + e.getMessage() + "): it says why above", e);
        }
        long tasks = read(ANSWER_BYTES).getLong();
        List<Outcome> outcomes = new ArrayList<>(jobs.size());
        for (int i = 0; i < jobs.size(); i++) {
            outcomes.add(readOutcome());
        }
        return Batch.together(tasks, outcomes);
    }

    private static void write(ByteArrayOutputStream batch, Job job) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        job.arguments().forEach(argument -> word(text, argument));
        job.environment().forEach((name, value) -> word(text, name + "=" + value));
        byte[] stdin = job.stdin().getBytes(StandardCharsets.UTF_8);
        numbers(batch, job.arguments().size(), job.environment().size(), text.size(), stdin.length);
        batch.writeBytes(text.toByteArray());
        batch.writeBytes(stdin);
    }

    private static void word(ByteArrayOutputStream text, String word) {
        text.writeBytes(word.getBytes(StandardCharsets.UTF_8));
        text.write(0);
    }

    private static void numbers(ByteArrayOutputStream batch, int... numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Integer.BYTES).order(ByteOrder.nativeOrder());
        for (int number : numbers) {
            bytes.putInt(number);
        }
        batch.writeBytes(bytes.array());
    }

    private Outcome readOutcome() throws IOException {
        ByteBuffer head = read(OUTCOME_BYTES);
        long start = head.getLong();
        long end = head.getLong();
        int waitStatus = head.getInt();
        int stdoutBytes = head.getInt();
        int stderrBytes = head.getInt();
        return new Outcome(start, end, waitStatus, readText(stdoutBytes), readText(stderrBytes));
    }

    private String readText(int bytes) throws IOException {
        return StandardCharsets.UTF_8.decode(read(bytes)).toString();
    }

    private ByteBuffer read(int bytes) throws IOException {
        byte[] answer = answers.readNBytes(bytes);
        if (answer.length < bytes) {
            throw new IOException("the stopwatch ended early: it says why above");
        }
        return ByteBuffer.wrap(answer).order(ByteOrder.nativeOrder());
    }

    /** It ends by itself when there is nothing more to read, and is not waited for. */
    @Override
    public void close() throws IOException {
        requests.close();
        process.destroy();
    }
}
