package dev.hawser.shim.observe;

import dev.hawser.run.PhaseClock;
import dev.hawser.run.PhaseTimes;
import dev.hawser.run.Phases.Phase;
import dev.hawser.shim.helper.FinishedCall;
import dev.hawser.shim.wire.CallFrame;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Calls that have ended. */
final class Finished {

    static final Instant STARTED = Instant.parse("2026-11-24T00:30:01.123456789Z");

    private Finished() {}

    static FinishedCall add(String containerId) {
        return call(Map.of("CNI_CONTAINERID", containerId), "", "");
    }

    static FinishedCall call(Map<String, String> more, String error, String trouble) {
        Map<String, String> environment =
                new HashMap<>(Map.of("CNI_COMMAND", "ADD", "CNI_CONTAINERID", "c1", "CNI_IFNAME", "eth0"));
        environment.putAll(more);
        CallFrame frame = new CallFrame(
                "b",
                new CallFrame.FileId(0, 0),
                0,
                List.of("/opt/cni/bin/bridge"),
                environment,
                "/",
                0,
                ByteBuffer.allocate(0));
        return new FinishedCall(
                frame,
                "pods",
                STARTED,
                100,
                new PhaseTimes(200_000, 100_000, 300_000, 100_000, 0, 400_000, 0, 100_000),
                List.of(
                        new PhaseClock.Interval(Phase.LAUNCHER, 100, 200_100),
                        new PhaseClock.Interval(Phase.KERNEL, 200_100, 1_200_100)),
                error.isEmpty() ? 0 : 1,
                error,
                trouble);
    }
}
