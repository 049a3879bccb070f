package dev.hawser.shim.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LastCallsTest {

    @Test
    void theOldestIsForgottenFirst() {
        LastCalls last = new LastCalls(2);

        for (String containerId : List.of("a", "b", "c")) {
            last.add(CallRecord.of(Finished.add(containerId)));
        }

        assertEquals(
                List.of("b", "c"),
                last.all().stream().map(CallRecord::containerId).toList());
    }

    @Test
    void callsAreFoundByTheirContainer() {
        LastCalls last = new LastCalls(10);
        last.add(CallRecord.of(Finished.add("a")));
        last.add(CallRecord.of(Finished.add("b")));
        last.add(CallRecord.of(Finished.add("a")));

        assertEquals(2, last.of("a").size());
        assertEquals(List.of(), last.of("c"));
    }

    @Test
    void aNameWithoutEndTakesNoMemory() {
        CallRecord call = CallRecord.of(Finished.call(Map.of("CNI_CONTAINERID", "x".repeat(1_000_000)), "", ""));

        assertTrue(call.containerId().length() < 200);
    }
}
