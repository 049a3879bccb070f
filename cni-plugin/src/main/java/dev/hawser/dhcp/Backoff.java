package dev.hawser.dhcp;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait for an answer before the question is sent again, as the reference waits: some 2 seconds four times, for
 * links that begin to forward late, then 4, 8, 16, 32, and 62 from there on; each a second more or less, so that the pods
 * of a node do not ask in step.
 */
final class Backoff {

    private static final int FAST = 4;
    private static final long FAST_MILLIS = 2_000;
    private static final long FIRST_MILLIS = 4_000;
    private static final long LONGEST_MILLIS = 62_000;
    private static final long JITTER_MILLIS = 1_000;

    private final RandomGenerator random;
    private int waits;
    private long millis = FIRST_MILLIS;

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    Duration next() {
        long jitter = random.nextLong(-JITTER_MILLIS, JITTER_MILLIS + 1);
        if (waits++ < FAST) {
            return Duration.ofMillis(FAST_MILLIS + jitter);
        }
        long wait = millis;
        millis = Math.min(2 * millis, LONGEST_MILLIS);
        return Duration.ofMillis(wait + jitter);
    }
}
