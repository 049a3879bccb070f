package dev.hawser.shim.helper;

import dev.hawser.run.PhaseClock;
import dev.hawser.run.PhaseTimes;
import dev.hawser.shim.wire.CallFrame;
import java.time.Instant;
import java.util.List;

/**
 * A call that has ended.
 *
 * @param frame what the launcher relayed
 * @param network which the call was about; empty if that never became known
 * @param started when the launcher began
 * @param startedNanos the same on the clock of the intervals
 * @param times what its time was spent on
 * @param intervals each stay in a phase, in order; empty unless somebody {@linkplain CallObserver#follows follows} the call
 * @param exitStatus that of the answer; 1 without an answer
 * @param error the document of the answer if that is an error, else empty
 * @param trouble why there was no answer, or why nobody got it; else empty
 */
public record FinishedCall(
        CallFrame frame,
        String network,
        Instant started,
        long startedNanos,
        PhaseTimes times,
        List<PhaseClock.Interval> intervals,
        int exitStatus,
        String error,
        String trouble) {

    public FinishedCall {
        intervals = List.copyOf(intervals);
    }
}
