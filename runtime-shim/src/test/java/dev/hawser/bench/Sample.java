package dev.hawser.bench;

import java.util.List;
import java.util.Optional;

/** A small report that the tests of all forms share. */
final class Sample {

    private Sample() {}

    /** Figures whose percentiles are all so many milliseconds. */
    static Figures constant(double millis, long tasks) {
        return new Figures(List.of(Math.round(millis * 1e6)), tasks);
    }

    static Result result(double reference, double hawser, double floor, Goal... goals) {
        return new Result(
                "add",
                "ADD, one after another",
                Optional.of(constant(reference, 17)),
                constant(hawser, 1),
                Optional.of(new Result.Floor("kernel alone", constant(floor, -1))),
                List.of(goals));
    }

    static Result alone(double hawser, Goal... goals) {
        return new Result(
                "del.\"x\"",
                "DEL of \"a\" & <b>",
                Optional.empty(),
                new Figures(List.of(Math.round(hawser * 1e6), Math.round(3 * hawser * 1e6)), 1),
                Optional.empty(),
                List.of(goals));
    }

    static Report report() {
        return new Report(
                List.of("hawser: /opt/hawser", "machine: 2 processors & <more>"),
                List.of(
                        result(13.2, 1.65, 0.8, new Goal.Faster(7), new Goal.NearFloor(2)),
                        alone(482, new Goal.Steady(2))));
    }
}
