package dev.hawser.bench;

import java.util.List;

/**
 * Jobs that were run together or one after another.
 *
 * @param wallNanos how long that took: from the start of the first to the end of the last, or, of jobs one after another, what
 *     each of them took
 * @param tasks how many processes and threads the machine started meanwhile, other programs' included
 * @param outcomes in the order of the jobs; at least one
 */
record Batch(long wallNanos, long tasks, List<Outcome> outcomes) {

    Batch {
        outcomes = List.copyOf(outcomes);
        if (outcomes.isEmpty()) {
            throw new IllegalArgumentException("a batch has jobs");
        }
    }

    /** Of jobs that ran at the same time. */
    static Batch together(long tasks, List<Outcome> outcomes) {
        long start = outcomes.stream().mapToLong(Outcome::startNanos).min().orElse(0);
        long end = outcomes.stream().mapToLong(Outcome::endNanos).max().orElse(0);
        return new Batch(end - start, tasks, outcomes);
    }

    /** Of batches that ran one after another; what was done between them does not count. */
    static Batch inTurn(List<Batch> batches) {
        return new Batch(
                batches.stream().mapToLong(Batch::wallNanos).sum(),
                batches.stream().mapToLong(Batch::tasks).sum(),
                batches.stream().flatMap(batch -> batch.outcomes().stream()).toList());
    }

    Outcome only() {
        return outcomes.getFirst();
    }
}
