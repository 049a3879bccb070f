package dev.hawser.plugin.bridge;

import dev.hawser.ip.Cidr;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.Side;
import dev.hawser.masquerade.Masquerade;
import java.util.List;
import java.util.Optional;

/**
 * What is already true of the node: an input of the plan, so that carrying it out needs no branches.
 *
 * @param bridge the bridge, if it exists
 * @param gatewayLink the link that gateways live on: the bridge, or its VLAN interface
 * @param gatewayAddresses the addresses of {@code gatewayLink}
 * @param masquerade what matters for masquerading, if there is to be any
 */
record Observed(
        Optional<Link> bridge,
        Optional<Link> gatewayLink,
        List<Cidr> gatewayAddresses,
        Optional<Masquerade.Observed> masquerade) {

    static Observed of(Kernel kernel, BridgeConf conf) {
        Optional<Link> bridge = kernel.link(Side.HOST, conf.bridge());
        String gatewayName = BridgePlan.gatewayLink(conf);
        Optional<Link> gatewayLink = gatewayName.equals(conf.bridge()) ? bridge : kernel.link(Side.HOST, gatewayName);
        List<Cidr> addresses =
                conf.gateway() && gatewayLink.isPresent() ? kernel.addresses(Side.HOST, gatewayName) : List.of();
        return new Observed(
                bridge, gatewayLink, addresses, conf.masquerade().map(masquerade -> masquerade.observe(kernel)));
    }
}
