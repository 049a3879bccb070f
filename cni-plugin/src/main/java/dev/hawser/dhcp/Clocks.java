package dev.hawser.dhcp;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The two times of a lease.
 *
 * @param sinceBoot in nanoseconds, the same in all processes of a boot and never set: what leases are counted by. (CLOCK_MONOTONIC,
 *     which is what {@link System#nanoTime} reads on Linux; it stands still while the machine is suspended)
 * @param wall for people
 */
public record Clocks(LongSupplier sinceBoot, InstantSource wall) {

    /** Those of this machine. */
    public static final Clocks SYSTEM = new Clocks(System::nanoTime, InstantSource.system());

    long nanos() {
        return sinceBoot.getAsLong();
    }
}
