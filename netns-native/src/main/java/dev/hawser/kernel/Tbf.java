package dev.hawser.kernel;

import java.time.Duration;

/**
 * A token bucket (tc-tbf(8)): what is sent keeps to a rate, apart from bursts.
 *
 * @param bytesPerSecond the rate
 * @param bufferTicks how long the longest burst takes at this rate, in ticks of 64 ns; 32 bits, unsigned
 * @param limitBytes how much may wait to be sent; what is more is dropped; 32 bits, unsigned
 */
public record Tbf(long bytesPerSecond, long bufferTicks, long limitBytes) {

    private static final long MAX_U32 = 0xffff_ffffL;
    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final long MILLIS_PER_SECOND = 1000;

    /** PSCHED_SHIFT of net/pkt_sched.h; what /proc/net/psched says has been the same since Linux 2.6.31. */
    private static final long NANOS_PER_TICK = 64;

    private static final long NANOS_PER_MICRO = 1000;
    private static final double NANOS_PER_SECOND = 1e9;

    /**
     * A token bucket with roundings of tc(8): first to whole microseconds, then to whole ticks. What does not fit in 32 bits is as
     * much as fits, for a burst 274 seconds: Kubernetes' runtimes ask for bursts without end.
     *
     * @param bytesPerSecond at least 1
     * @param latency how long a packet may wait at most
     */
    public static Tbf of(long bytesPerSecond, long burstBytes, Duration latency) {
        long burstMicros = burstBytes * MICROS_PER_SECOND / bytesPerSecond;
        long ticks = burstMicros * NANOS_PER_MICRO / NANOS_PER_TICK;
        long millis = latency.toMillis();
        long waiting = bytesPerSecond / MILLIS_PER_SECOND * millis
                + bytesPerSecond % MILLIS_PER_SECOND * millis / MILLIS_PER_SECOND;
        return new Tbf(bytesPerSecond, Math.min(ticks, MAX_U32), Math.min(waiting, MAX_U32 - burstBytes) + burstBytes);
    }

    /** The longest burst. */
    public long burstBytes() {
        return Math.round(bufferTicks * NANOS_PER_TICK / NANOS_PER_SECOND * bytesPerSecond);
    }

    /** As tc(8) takes it, whose {@code bps} are bytes. */
    @Override
    public String toString() {
        return "tbf rate " + bytesPerSecond + "bps burst " + burstBytes() + "b limit " + limitBytes + "b";
    }
}
