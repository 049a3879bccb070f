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
    void aContainerMayBeNamedByHowItsIdBegins() {
        LastCalls last = new LastCalls(10);
        for (String containerId : List.of("abc1", "abc2", "abc", "x")) {
            last.add(CallRecord.of(Finished.add(containerId)));
        }

        assertEquals(List.of("abc1", "abc2", "abc"), ids(last.of("ab")));
        assertEquals(List.of("abc"), ids(last.of("abc")), "it is one itself");
        assertEquals(List.of(), ids(last.of("")), "calls about no container");
    }

    private static List<String> ids(List<CallRecord> calls) {
        return calls.stream().map(CallRecord::containerId).toList();
    }

    @Test
    void aNameWithoutEndTakesNoMemory() {
        CallRecord call = CallRecord.of(Finished.call(Map.of("CNI_CONTAINERID", "x".repeat(1_000_000)), "", ""));

        assertTrue(call.containerId().length() < 200);
    }
}
