package dev.hawser.bench;

import java.util.ArrayList;
import java.util.List;

/** Runs of one kind of work, while they are being measured. */
final class Samples {

    private static final long NOT_COUNTED = -1;

    private final List<Long> nanos = new ArrayList<>();
    private long tasks = Long.MAX_VALUE;

    /** A run that started processes. */
    void add(long runNanos, long tasksMeanwhile) {
        nanos.add(runNanos);
        tasks = Math.min(tasks, tasksMeanwhile);
    }

    /** A run inside of this process. */
    void add(long runNanos) {
        add(runNanos, Long.MAX_VALUE);
    }

    boolean isEmpty() {
        return nanos.isEmpty();
    }

    Figures figures() {
        return new Figures(nanos, tasks == Long.MAX_VALUE ? NOT_COUNTED : tasks);
    }
}
