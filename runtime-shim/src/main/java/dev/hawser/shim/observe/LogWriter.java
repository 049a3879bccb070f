package dev.hawser.shim.observe;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Writes lines by a thread of its own, so that no call waits for a journal that is stuck. What does not fit any more is dropped
 * and counted.
 */
public final class LogWriter implements Consumer<String>, AutoCloseable {

    private static final int MOST_WAITING = 8192;
    private static final Duration LAST_LINES = Duration.ofSeconds(1);

    /** Not a line: compared by identity. */
    @SuppressWarnings("StringOperationCanBeSimplified")
    private static final String END = new String("end");

    private final BlockingQueue<String> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final AtomicLong dropped = new AtomicLong();
    private final OutputStream out;
    private final Thread thread;

    /**
     * Begins to write.
     *
     * @param out such as stderr; it stays open
     */
    public LogWriter(OutputStream out) {
        this.out = out;
        this.thread = Thread.ofPlatform().name("log").daemon().start(this::write);
    }

    @Override
    public void accept(String line) {
        if (!waiting.offer(line)) {
            dropped.incrementAndGet();
        }
    }

    /** How many lines were lost so far. */
    long dropped() {
        return dropped.get();
    }

    private void write() {
        List<String> lines = new ArrayList<>();
        try {
            do {
                lines.clear();
                lines.add(waiting.take());
                waiting.drainTo(lines);
            } while (write(lines));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** False after the last line. */
    @SuppressWarnings("ReferenceEquality")
    private boolean write(List<String> lines) {
        StringBuilder text = new StringBuilder();
        boolean goesOn = true;
        for (String line : lines) {
            if (line == END) {
                goesOn = false;
            } else {
                text.append(line).append('\n');
            }
        }
        try {
            out.write(text.toString().getBytes(UTF_8));
            out.flush();
        } catch (IOException e) {
            // There is no other place to say it.
            dropped.addAndGet(lines.size());
        }
        return goesOn;
    }

    /** Writes what has come so far, unless that takes too long. */
    @Override
    public void close() {
        accept(END);
        try {
            thread.join(LAST_LINES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
