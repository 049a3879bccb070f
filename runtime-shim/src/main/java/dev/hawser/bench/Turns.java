package dev.hawser.bench;

import java.time.Duration;

/**
 * How often work is repeated: a few turns that do not count, then as many as were asked for, or as time allows, but never
 * fewer than ten of those asked for.
 */
final class Turns {

    private static final int FEWEST = 10;

    private final int uncounted;
    private final int wanted;
    private final long deadlineNanos;
    private int begun;

    /** @param most after this no further turn begins, once ten have counted */
    Turns(int uncounted, int wanted, Duration most) {
        this.uncounted = uncounted;
        this.wanted = wanted;
        this.deadlineNanos = System.nanoTime() + most.toNanos();
    }

    /** Begins the next turn, if there is one. */
    boolean next() {
        int counted = begun - uncounted;
        boolean late = counted >= FEWEST && System.nanoTime() - deadlineNanos > 0;
        if (counted >= wanted || late) {
            return false;
        }
        begun++;
        return true;
    }

    /** Whether the turn that was begun counts. */
    boolean counts() {
        return begun > uncounted;
    }
}
