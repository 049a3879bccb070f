package dev.hawser.run;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** Measures the phases of one call. It begins in {@link Phases.Phase#PARSE}. For the thread of the call alone. */
public final class PhaseClock implements Phases {

    /**
     * An uninterrupted stay in a phase.
     *
     * @param fromNanos on the clock that was given
     * @param toNanos on the same clock
     */
    public record Interval(Phase phase, long fromNanos, long toNanos) {}

    private final LongSupplier nanoClock;
    private final boolean keepsIntervals;
    private final Map<Phase, Long> nanos = new EnumMap<>(Phase.class);
    private final List<Interval> intervals = new ArrayList<>();

    /** The phases that go on when the scopes within them close, innermost first. */
    private final Deque<Phase> outer = new ArrayDeque<>();

    /** One for all scopes, since they close in the reverse order. */
    private final Scope leaving = () -> change(outer.pop());

    private Phase phase = Phase.PARSE;
    private long since;
    private String network = "";

    /**
     * Begins to measure.
     *
     * @param nanoClock such as {@link System#nanoTime}
     * @param keepsIntervals whether {@link #intervals} are wanted, and not just sums
     */
    public PhaseClock(LongSupplier nanoClock, boolean keepsIntervals) {
        this.nanoClock = nanoClock;
        this.keepsIntervals = keepsIntervals;
        this.since = nanoClock.getAsLong();
    }

    /** Adds what was measured elsewhere: a stay in a phase before this clock began. */
    public void add(Phase earlier, long fromNanos, long toNanos) {
        spend(earlier, fromNanos, toNanos);
    }

    @Override
    public Scope enter(Phase next) {
        outer.push(phase);
        change(next);
        return leaving;
    }

    @Override
    public void network(String name) {
        network = name;
    }

    /** The network that the call is about; empty if that never became known. */
    public String network() {
        return network;
    }

    private void change(Phase next) {
        long now = nanoClock.getAsLong();
        spend(phase, since, now);
        phase = next;
        since = now;
    }

    private void spend(Phase spent, long fromNanos, long toNanos) {
        nanos.merge(spent, toNanos - fromNanos, Long::sum);
        if (keepsIntervals && toNanos > fromNanos) {
            intervals.add(new Interval(spent, fromNanos, toNanos));
        }
    }

    /** What was spent until now. */
    public PhaseTimes read() {
        change(phase);
        return PhaseTimes.of(nanos);
    }

    /** The stays until {@link #read}, in order; none unless they are kept. */
    public List<Interval> intervals() {
        return List.copyOf(intervals);
    }
}
