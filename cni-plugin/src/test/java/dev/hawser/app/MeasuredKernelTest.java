package dev.hawser.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hawser.ip.Cidr;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.FakeKernel;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.Side;
import dev.hawser.run.Phases;
import dev.hawser.run.Phases.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class MeasuredKernelTest {

    private final List<Phase> entered = new ArrayList<>();
    private final FakeKernel fake = new FakeKernel();

    private final Phases phases = phase -> {
        entered.add(phase);
        return () -> {};
    };

    @Test
    void linksAreTheKernelsAndElementsTheFirewalls() {
        Cidr address = Cidr.parse("10.1.2.3/24");
        Attachment owner = new Attachment("net", "c1", "eth0");

        try (Kernel kernel = new MeasuredKernel(fake, phases)) {
            kernel.apply(Side.HOST, new LinkChange.AddBridge("cni0", OptionalInt.empty(), false));
            kernel.apply(Side.HOST, new FirewallChange.AddMasquerade(address, owner));
            kernel.link(Side.HOST, "cni0");
            kernel.masqueradeOwner(address);
        }

        assertEquals(List.of(Phase.KERNEL, Phase.FIREWALL, Phase.KERNEL, Phase.FIREWALL, Phase.KERNEL), entered);
        assertEquals(List.of(new FirewallChange.AddMasquerade(address, owner.abbreviated())), fake.masquerades());
    }
}
