package dev.hawser.plugin.bridge;

import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.NftChain;
import dev.hawser.kernel.Side;

/**
 * The chains that the reference bridge plugin made to keep a container from using another MAC ({@code macspoofchk}). They are
 * first looked up by name, which runs no process; most nodes have none.
 */
final class ReferenceTraces {

    private static final NftChain BRIDGE_PREROUTING = new NftChain("bridge", "nat", "PREROUTING");

    private ReferenceTraces() {}

    static void removeMacGuard(Kernel kernel, Attachment attachment) {
        String name = attachment.containerId() + "-" + attachment.ifName();
        NftChain chain = new NftChain("bridge", "nat", "cni-br-iface-" + name);
        NftChain macChain = new NftChain("bridge", "nat", "cni-br-iface-" + name + "-mac");
        if (kernel.hasChain(chain)) {
            kernel.rules(BRIDGE_PREROUTING).stream()
                    .filter(rule -> rule.comment().equals("macspoofchk-" + name))
                    .forEach(rule -> kernel.apply(
                            Side.HOST, new FirewallChange.DeleteNftRule(BRIDGE_PREROUTING, rule.handle())));
            kernel.apply(Side.HOST, new FirewallChange.DeleteNftChain(chain));
            kernel.apply(Side.HOST, new FirewallChange.DeleteNftChain(macChain));
        }
    }
}
