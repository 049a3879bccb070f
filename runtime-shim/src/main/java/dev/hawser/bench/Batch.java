package dev.hawser.bench;

import java.util.List;

/**
 * Jobs that were run together or one after another.
 *
 * @param tasks how many processes and threads the machine started meanwhile, other programs' included
 * @param outcomes in the order of the jobs; at least one
 */
record Batch(long tasks, List<Outcome> outcomes) {

    Batch {
        outcomes = List.copyOf(outcomes);
        if (outcomes.isEmpty()) {
            throw new IllegalArgumentException("a batch has jobs");
        }
    }

    /** From the start of the first to the end of the last. */
    long wallNanos() {
        long start = outcomes.stream().mapToLong(Outcome::startNanos).min().orElseThrow();
        long end = outcomes.stream().mapToLong(Outcome::endNanos).max().orElseThrow();
        return end - start;
    }

    Outcome only() {
        return outcomes.getFirst();
    }
}
