package dev.hawser.linux;

import dev.hawser.kernel.Errno;
import dev.hawser.kernel.KernelException;
import java.util.function.BooleanSupplier;

/** Asking again and again, at growing distances: most waits here end within a millisecond. */
final class Waiting {

    private static final int FIRST_PAUSE_MILLIS = 1;
    private static final int LONGEST_PAUSE_MILLIS = 50;

    private Waiting() {}

    /** Whether {@code condition} became true; false after pauses of {@code timeoutMillis} in all. */
    static boolean until(BooleanSupplier condition, int timeoutMillis) {
        int pause = FIRST_PAUSE_MILLIS;
        int left = timeoutMillis;
        while (!condition.getAsBoolean()) {
            if (left <= 0) {
                return false;
            }
            pause(Math.min(pause, left));
            left -= pause;
            pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
        }
        return true;
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KernelException("interrupted while waiting for the kernel", Errno.EINTR, e);
        }
    }
}
