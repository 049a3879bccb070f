package dev.hawser.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class FakeKernelTest extends KernelContract {

    private final FakeKernel kernel = new FakeKernel();

    @Override
    protected Kernel kernel() {
        return kernel;
    }

    @Test
    void failsTheChangeThatItIsToldTo() {
        kernel.failOn(2);

        kernel.apply(Side.HOST, bridge("br1"));
        assertThrows(KernelException.class, () -> kernel.apply(Side.HOST, bridge("br2")));
        kernel.apply(Side.HOST, bridge("br3"));

        assertEquals(
                List.of("ip link add br1 type bridge", "ip link add br3 type bridge"),
                kernel.applied().stream().map(Object::toString).toList());
    }

    @Test
    void carriesOutIptablesLinesAllOrNone() {
        kernel.apply(
                Side.HOST,
                new FirewallChange.RestoreIptables(
                        true, "nat", List.of(":CNI-1 - [0:0]", "-A CNI-1 -j ACCEPT", "-A POSTROUTING -j CNI-1")));
        List<String> before = kernel.iptables(true, "nat");
        Change half = new FirewallChange.RestoreIptables(true, "nat", List.of("-F CNI-1", "-D POSTROUTING -j CNI-2"));

        assertThrows(KernelException.class, () -> kernel.apply(Side.HOST, half));

        assertEquals(before, kernel.iptables(true, "nat"));
        assertEquals(
                List.of(":CNI-1 - [0:0]", ":POSTROUTING ACCEPT [0:0]", "-A CNI-1 -j ACCEPT", "-A POSTROUTING -j CNI-1"),
                before);
    }

    private static Change bridge(String name) {
        return new LinkChange.AddBridge(name, OptionalInt.empty(), false);
    }
}
