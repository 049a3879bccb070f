package dev.hawser.plugin.bridge;

import dev.hawser.ip.Cidr;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.Side;
import java.util.List;
import java.util.Optional;

/**
 * What is already true of the node: an input of the plan, so that carrying it out needs no branches.
 *
 * @param bridge the bridge, if it exists
 * @param gatewayLink the link that gateways live on: the bridge, or its VLAN interface
 * @param gatewayAddresses the addresses of {@code gatewayLink}
 * @param nftables whether the kernel has nf_tables, if it is to be used where it is there
 * @param natIpv4 the lines of iptables' table nat, if it is to be used
 * @param natIpv6 the same of ip6tables
 */
record Observed(
        Optional<Link> bridge,
        Optional<Link> gatewayLink,
        List<Cidr> gatewayAddresses,
        boolean nftables,
        List<String> natIpv4,
        List<String> natIpv6) {

    static Observed of(Kernel kernel, BridgeConf conf) {
        Optional<Link> bridge = kernel.link(Side.HOST, conf.bridge());
        String gatewayName = BridgePlan.gatewayLink(conf);
        Optional<Link> gatewayLink = gatewayName.equals(conf.bridge()) ? bridge : kernel.link(Side.HOST, gatewayName);
        List<Cidr> addresses =
                conf.gateway() && gatewayLink.isPresent() ? kernel.addresses(Side.HOST, gatewayName) : List.of();
        boolean nftables =
                conf.masquerade().equals(Optional.of(BridgeConf.Masquerade.AUTOMATIC)) && kernel.hasNftables();
        return new Observed(
                bridge,
                gatewayLink,
                addresses,
                nftables,
                nat(kernel, conf, nftables, true),
                nat(kernel, conf, nftables, false));
    }

    private static List<String> nat(Kernel kernel, BridgeConf conf, boolean nftables, boolean ipv4) {
        boolean iptables = conf.masquerade().isPresent() && conf.masqueradesByIptables(nftables);
        return iptables ? kernel.iptables(ipv4, IptablesMasquerade.NAT) : List.of();
    }
}
