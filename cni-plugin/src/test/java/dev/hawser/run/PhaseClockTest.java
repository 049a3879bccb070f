package dev.hawser.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.run.PhaseClock.Interval;
import dev.hawser.run.Phases.Phase;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class PhaseClockTest {

    private final AtomicLong now = new AtomicLong(1_000);

    @Test
    void aPhaseWithinAPhaseIsNotCountedTwice() {
        PhaseClock clock = new PhaseClock(now::get, true);
        now.addAndGet(1);

        try (Phases.Scope _ = clock.enter(Phase.LEASE)) {
            now.addAndGet(10);
            clock.in(Phase.KERNEL, () -> now.addAndGet(100));
            now.addAndGet(20);
        }
        now.addAndGet(2);

        assertEquals(new PhaseTimes(0, 0, 3, 30, 0, 100, 0, 0), clock.read());
        assertEquals(
                List.of(
                        new Interval(Phase.PARSE, 1_000, 1_001),
                        new Interval(Phase.LEASE, 1_001, 1_011),
                        new Interval(Phase.KERNEL, 1_011, 1_111),
                        new Interval(Phase.LEASE, 1_111, 1_131),
                        new Interval(Phase.PARSE, 1_131, 1_133)),
                clock.intervals());
    }

    @Test
    void aPhaseThatEndsByAnExceptionGoesBackToTheOneBefore() {
        PhaseClock clock = new PhaseClock(now::get, false);

        try {
            clock.in(Phase.FIREWALL, () -> {
                now.addAndGet(5);
                throw new IllegalStateException("no nft");
            });
        } catch (IllegalStateException expected) {
            now.addAndGet(7);
        }

        assertEquals(new PhaseTimes(0, 0, 7, 0, 0, 0, 5, 0), clock.read());
    }

    @Test
    void whatWasBeforeIsAdded() {
        PhaseClock clock = new PhaseClock(now::get, false);

        clock.add(Phase.LAUNCHER, 100, 140);
        clock.add(Phase.QUEUE, 140, 150);

        assertEquals(new PhaseTimes(40, 10, 0, 0, 0, 0, 0, 0), clock.read());
    }

    @Property
    void thePhasesAreAllOfTheTime(@ForAll List<Phase> nested, @ForAll List<Phase> following) {
        PhaseClock clock = new PhaseClock(now::get, true);
        long begin = now.get();

        nest(clock, nested);
        following.forEach(phase -> clock.in(phase, now::incrementAndGet));

        assertEquals(now.get() - begin, clock.read().total());
        assertTrue(inOneAtATime(clock.intervals(), begin), clock.intervals().toString());
    }

    private void nest(PhaseClock clock, List<Phase> phases) {
        now.addAndGet(3);
        if (!phases.isEmpty()) {
            clock.in(phases.getFirst(), () -> nest(clock, phases.subList(1, phases.size())));
            now.addAndGet(2);
        }
    }

    /** Each stay begins where the one before has ended. */
    private static boolean inOneAtATime(List<Interval> intervals, long begin) {
        long end = begin;
        for (Interval interval : intervals) {
            if (interval.fromNanos() != end) {
                return false;
            }
            end = interval.toNanos();
        }
        return true;
    }
}
