package dev.hawser.bench;

import java.util.List;

/**
 * What was measured of one kind of work.
 *
 * @param nanos each run's time; at least one, sorted by the constructor
 * @param tasks processes and threads that a run started: the lowest seen, since others start some too; negative if not counted
 */
record Figures(List<Long> nanos, long tasks) {

    private static final double NANOS_PER_MILLI = 1e6;

    Figures {
        if (nanos.isEmpty()) {
            throw new IllegalArgumentException("figures without a run");
        }
        nanos = nanos.stream().sorted().toList();
    }

    int runs() {
        return nanos.size();
    }

    double p50() {
        return percentile(50);
    }

    double p90() {
        return percentile(90);
    }

    double p99() {
        return percentile(99);
    }

    /**
     * The time, in milliseconds, that so many percent of the runs did not exceed: a time that was measured, never one
     * between two (nearest rank).
     */
    double percentile(int percent) {
        int rank = Math.max(1, (int) Math.ceil(percent / 100.0 * runs()));
        return nanos.get(rank - 1) / NANOS_PER_MILLI;
    }
}
