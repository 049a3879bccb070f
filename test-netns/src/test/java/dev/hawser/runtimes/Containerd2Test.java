package dev.hawser.runtimes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.runtimes.Containerd.StartedPod;
import org.junit.jupiter.api.Test;

/** containerd 2 speaks CNI 1.1.0: it asks the plugins how they are. It does not call GC, as of 2.1. */
class Containerd2Test extends ContainerdContract {

    private final CallLog calls = containerd().overhear("bridge", "loopback");

    Containerd2Test() {
        super(ContainerdRelease.FETCHED, "nftables");
    }

    @Test
    void theNetworkIsReadyBecauseTheBridgeSaysSo() {
        int before = statusCalls();

        assertTrue(containerd().isReady(), containerd()::log);

        assertTrue(statusCalls() > before, () -> calls.calls().toString());
    }

    @Test
    void aPodsLoopbackIsOurs() {
        StartedPod pod = containerd().runServer("lo", "on lo");

        assertTrue(calls.calls().contains("ADD loopback"), () -> calls.calls().toString());
        assertEquals("on lo", containerd().fetch(pod, "http://127.0.0.1/"));
    }

    private int statusCalls() {
        return (int) calls.calls().stream().filter("STATUS bridge"::equals).count();
    }
}
