package dev.hawser.runtimes;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for what a process of another does in its own time. */
final class Patience {

    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(50);

    private Patience() {}

    /**
     * Returns as soon as something is true, and says that it is not after half a minute.
     *
     * @return whether it has become true
     */
    static boolean until(BooleanSupplier claim) {
        return within(LONGEST, claim);
    }

    /**
     * Returns as soon as something is true, and says that it is not after a time.
     *
     * @return whether it has become true
     */
    static boolean within(Duration time, BooleanSupplier claim) {
        long deadline = System.nanoTime() + time.toNanos();
        while (!claim.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            pause();
        }
        return true;
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
