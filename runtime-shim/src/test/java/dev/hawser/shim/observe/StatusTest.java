package dev.hawser.shim.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class StatusTest {

    @Test
    void aPercentileIsOneOfTheValues() {
        long[] hundred = LongStream.rangeClosed(1, 100).toArray();

        assertEquals(50, Status.percentile(hundred, 0.5));
        assertEquals(99, Status.percentile(hundred, 0.99));
        assertEquals(7, Status.percentile(new long[] {7}, 0.99));
        assertEquals(0, Status.percentile(new long[0], 0.5));
    }

    @Test
    void aTracedCallIsADocumentWhosePhasesAreItsTotal() {
        assertEquals(
                "{\"started\":\"2026-11-24T00:30:01.123Z\",\"verb\":\"ADD\",\"plugin\":\"bridge\",\"network\":\"pods\","
                        + "\"containerId\":\"c1\",\"ifName\":\"eth0\",\"exitStatus\":0,\"totalNanos\":1200000,"
                        + "\"phaseNanos\":{\"launcher\":200000,\"queue\":100000,\"parse\":300000,\"lease\":100000,"
                        + "\"server\":0,\"kernel\":400000,\"firewall\":0,\"answer\":100000}}",
                TracedCall.document(CallRecord.of(Finished.add("c1"))).compact());
    }
}
