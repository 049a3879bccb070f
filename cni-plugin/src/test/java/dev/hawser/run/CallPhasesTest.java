package dev.hawser.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hawser.run.PhaseClock.Interval;
import dev.hawser.run.Phases.Phase;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Which phases a call goes through, with a kernel that is not measured. */
class CallPhasesTest {

    private static final String CONF = """
            {"cniVersion": "1.1.0", "name": "net", "type": "bridge",
             "ipam": {"type": "host-local", "subnet": "10.1.2.0/24"}}""";

    private final AtomicLong now = new AtomicLong();
    private final TestNode node = new TestNode();

    @Test
    void anAddLeasesThenAnswers() {
        PhaseClock clock = measured();

        node.call("ADD", "bridge", CONF);

        assertEquals(List.of(Phase.PARSE, Phase.LEASE, Phase.PARSE, Phase.ANSWER, Phase.PARSE), phases(clock));
        assertEquals("net", clock.network());
    }

    @Test
    void anErrorIsAnswered() {
        PhaseClock clock = measured();

        node.call("ADD", "bridge", "{}");

        assertEquals(List.of(Phase.PARSE, Phase.ANSWER, Phase.PARSE), phases(clock));
        assertEquals("", clock.network());
    }

    private PhaseClock measured() {
        PhaseClock clock = new PhaseClock(now::incrementAndGet, true);
        node.phases = clock;
        return clock;
    }

    private static List<Phase> phases(PhaseClock clock) {
        clock.read();
        return clock.intervals().stream().map(Interval::phase).toList();
    }
}
