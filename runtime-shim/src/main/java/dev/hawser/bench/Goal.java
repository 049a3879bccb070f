package dev.hawser.bench;

import java.util.OptionalDouble;

/** A speed to reach. It is said whether it was, and nothing fails for it. */
sealed interface Goal {

    /** What is asked for: {@code ≥ 7x}. */
    String words();

    /** What was reached, in the unit of {@link #words()}; empty if that was not measured. */
    OptionalDouble reached(Result result);

    /** Whether so much is enough. */
    boolean suffices(double reached);

    /** {@code ≥ 7x: met} or {@code ≤ 2.5x floor: missed (3.1)}. */
    default String verdict(Result result) {
        OptionalDouble reached = reached(result);
        if (reached.isEmpty()) {
            return words() + ": not measured";
        }
        return words()
                + (suffices(reached.getAsDouble())
                        ? ": met"
                        : ": missed (" + Numbers.factor(reached.getAsDouble()) + ")");
    }

    /** So many times faster than the reference. */
    record Faster(double times) implements Goal {
        @Override
        public String words() {
            return "≥ " + Numbers.plain(times) + "x";
        }

        @Override
        public OptionalDouble reached(Result result) {
            return result.ratio();
        }

        @Override
        public boolean suffices(double reached) {
            return reached >= times;
        }
    }

    /** At most so many times the floor. */
    record NearFloor(double times) implements Goal {
        @Override
        public String words() {
            return "≤ " + Numbers.plain(times) + "x floor";
        }

        @Override
        public OptionalDouble reached(Result result) {
            return result.timesFloor();
        }

        @Override
        public boolean suffices(double reached) {
            return reached <= times;
        }
    }

    /** At most so many milliseconds more than the floor. */
    record AboveFloor(double millis) implements Goal {
        @Override
        public String words() {
            return "≤ floor + " + Numbers.plain(millis) + " ms";
        }

        @Override
        public OptionalDouble reached(Result result) {
            return result.floor().isPresent()
                    ? OptionalDouble.of(result.hawser().p50()
                            - result.floor().get().figures().p50())
                    : OptionalDouble.empty();
        }

        @Override
        public boolean suffices(double reached) {
            return reached <= millis;
        }
    }

    /** p99 at most so many times p50. */
    record Steady(double times) implements Goal {
        @Override
        public String words() {
            return "p99 ≤ " + Numbers.plain(times) + "x p50";
        }

        @Override
        public OptionalDouble reached(Result result) {
            return OptionalDouble.of(result.hawser().p99() / result.hawser().p50());
        }

        @Override
        public boolean suffices(double reached) {
            return reached <= times;
        }
    }

    /**
     * As fast as the same work on a small node, give or take a quarter.
     *
     * @param small our figures there
     */
    record Flat(Figures small) implements Goal {

        private static final double TOLERANCE = 1.25;

        @Override
        public String words() {
            return "flat";
        }

        @Override
        public OptionalDouble reached(Result result) {
            return OptionalDouble.of(result.hawser().p50() / small.p50());
        }

        @Override
        public boolean suffices(double reached) {
            return reached <= TOLERANCE;
        }
    }

    /** All of them together so fast that each takes at most so long; its share of starting a process included. */
    record Each(int count, double millis) implements Goal {
        @Override
        public String words() {
            return "≤ " + Numbers.plain(millis) + " ms each";
        }

        @Override
        public OptionalDouble reached(Result result) {
            return OptionalDouble.of(result.hawser().p50() / count);
        }

        @Override
        public boolean suffices(double reached) {
            return reached <= millis;
        }
    }
}
