package dev.hawser.shim.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class CallLineTest {

    private static final Duration SLOW = Duration.ofSeconds(1);

    @Test
    void aCallIsOneLine() {
        String line = CallLine.of(CallRecord.of(Finished.add("c1")), SLOW);

        assertEquals(
                "time=2026-11-24T00:30:01.123Z level=info msg=call verb=ADD plugin=bridge network=pods container=c1"
                        + " if=eth0 status=0 ms=1.200",
                line);
    }

    @Test
    void aSlowCallSaysWhatItsTimeWasSpentOn() {
        String line = CallLine.of(CallRecord.of(Finished.add("c1")), Duration.ofMillis(1));

        assertTrue(
                line.endsWith(
                        "ms=1.200 launcher_ms=0.200 queue_ms=0.100 parse_ms=0.300 lease_ms=0.100 server_ms=0.000 kernel_ms=0.400"
                                + " firewall_ms=0.000 answer_ms=0.100"),
                line);
        assertTrue(line.contains("level=warn msg=\"slow call\""), line);
    }

    @Test
    void anErrorHasItsCodeAndItsText() {
        String error = "{\"code\": 11, \"msg\": \"no \\\"free\\\" address\", \"details\": \"in\\nthe pool\"}";

        String line = CallLine.of(CallRecord.of(Finished.call(Map.of(), error, "")), SLOW);

        assertTrue(line.endsWith("status=1 ms=1.200 code=11 error=\"no \\\"free\\\" address; in\\nthe pool\""), line);
    }

    @Test
    void anAnswerThatNobodyGotIsAnErrorWithoutCode() {
        String line = CallLine.of(CallRecord.of(Finished.call(Map.of(), "", "the launcher is gone")), SLOW);

        assertTrue(line.contains("level=error"), line);
        assertTrue(line.endsWith("error=\"the launcher is gone\""), line);
    }

    @Property
    void whateverACallerWritesStaysInItsValue(@ForAll String containerId) {
        String line = CallLine.of(CallRecord.of(Finished.call(Map.of("CNI_CONTAINERID", containerId), "", "")), SLOW);

        assertEquals(1, line.lines().count());
        assertFalse(line.chars().anyMatch(Character::isISOControl), line);
        assertTrue(line.endsWith(" if=eth0 status=0 ms=1.200"), line);
    }
}
