package dev.hawser.bench;

import java.util.List;
import java.util.Optional;

/** One kind of work while it is measured: by the reference, by ours, and beside them. */
final class Comparison {

    private final Contender ours;
    private final Samples reference = new Samples();
    private final Samples hawser = new Samples();
    private final Samples floor = new Samples();

    Comparison(Contender ours) {
        this.ours = ours;
    }

    /** A contender's jobs, all of them as one run. */
    void add(Contender contender, Batch batch) {
        of(contender).add(batch.wallNanos(), batch.tasks());
    }

    /** Something of a contender's that is no job. */
    void add(Contender contender, long nanos) {
        of(contender).add(nanos);
    }

    /** A contender's jobs, each of them as a run. */
    void addEach(Contender contender, Batch batch) {
        batch.outcomes().forEach(outcome -> of(contender).add(outcome.nanos()));
    }

    void addFloor(long nanos) {
        floor.add(nanos);
    }

    void addFloor(Batch batch) {
        floor.add(batch.wallNanos(), batch.tasks());
    }

    /** @param floorWords what was measured beside, if it was */
    Result result(String id, String work, String floorWords, List<Goal> goals) {
        Optional<Result.Floor> beside = figures(floor).map(figures -> new Result.Floor(floorWords, figures));
        return new Result(id, work, figures(reference), hawser.figures(), beside, goals);
    }

    private Samples of(Contender contender) {
        return contender.equals(ours) ? hawser : reference;
    }

    private static Optional<Figures> figures(Samples samples) {
        return samples.isEmpty() ? Optional.empty() : Optional.of(samples.figures());
    }
}
