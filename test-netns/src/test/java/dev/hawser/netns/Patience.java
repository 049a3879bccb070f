package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.fail;

import dev.hawser.resident.ThisRun;
import java.time.Duration;

/** Waits for what others do in their own time. */
final class Patience {

    private static final Duration LONGEST = ThisRun.patience(Duration.ofSeconds(60));
    private static final Duration PAUSE = Duration.ofMillis(5);

    private Patience() {}

    /** A claim that may not be possible to look at. */
    interface Claim {
        boolean holds() throws Exception;
    }

    /**
     * Returns as soon as a claim is true.
     *
     * @param claim in words, for whoever reads that it has not become true within a minute
     */
    static void await(String claim, Claim that) throws Exception {
        long deadline = System.nanoTime() + LONGEST.toNanos();
        while (!that.holds()) {
            if (System.nanoTime() > deadline) {
                fail("not within " + LONGEST.toSeconds() + " s: " + claim);
            }
            Thread.sleep(PAUSE);
        }
    }
}
