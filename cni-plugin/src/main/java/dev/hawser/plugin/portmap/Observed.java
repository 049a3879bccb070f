package dev.hawser.plugin.portmap;

import dev.hawser.attach.HostAlias;
import dev.hawser.iptables.IptablesTable;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.Side;
import dev.hawser.kernel.Step;
import dev.hawser.run.Call;
import dev.hawser.spec.CniResult;
import java.util.List;
import java.util.Optional;

/**
 * What is already true of the node: an input of the plan.
 *
 * @param byIptables whether ports are published by iptables
 * @param natIpv4 table nat of iptables, if it is to be used
 * @param natIpv6 the same of ip6tables
 * @param hostEnd the host's end of our veth pair, if there is one: its alias tells what to restore when rules are lost
 * @param localLink the link towards the container, if the host's 127.0.0.0/8 is to reach it
 */
record Observed(
        boolean byIptables,
        IptablesTable natIpv4,
        IptablesTable natIpv6,
        Optional<HostAlias> hostEnd,
        Optional<String> localLink) {

    /** Runs a process for each family that the container has, if ports are published by iptables. */
    static Observed of(Kernel kernel, Call call, PortmapConf conf, ContainerAddresses addresses, CniResult previous) {
        boolean iptables = usesIptables(kernel, conf);
        return new Observed(
                iptables,
                table(kernel, true, iptables && addresses.ipv4().isPresent()),
                table(kernel, false, iptables && addresses.ipv6().isPresent()),
                iptables ? Optional.empty() : HostAlias.find(kernel, call.attachment()),
                localLink(kernel, conf, addresses, previous));
    }

    private static IptablesTable table(Kernel kernel, boolean ipv4, boolean needed) {
        return needed
                ? IptablesTable.of(kernel, ipv4, IptablesPorts.NAT)
                : IptablesTable.unseen(ipv4, IptablesPorts.NAT);
    }

    static boolean usesIptables(Kernel kernel, PortmapConf conf) {
        return switch (conf.backend()) {
            case AUTOMATIC -> !kernel.hasNftables();
            case NFTABLES -> false;
            case IPTABLES -> true;
        };
    }

    /** By the route; where a plan has made none yet, the first link of the host that the plugins before have reported. */
    static Optional<String> localLink(
            Kernel kernel, PortmapConf conf, ContainerAddresses addresses, CniResult previous) {
        return PortmapPlan.routesLocalhost(conf, addresses)
                ? kernel.linkTowards(Side.HOST, addresses.ipv4().orElseThrow().address())
                        .map(Link::name)
                        .or(() -> hostLink(previous))
                : Optional.empty();
    }

    private static Optional<String> hostLink(CniResult previous) {
        return previous.interfaces().stream()
                .filter(link -> link.sandbox().isEmpty())
                .map(CniResult.Interface::name)
                .findFirst();
    }

    /** What is true now; the same if nothing of it is of iptables, for that takes no harm from other ADDs. */
    Observed again(Kernel kernel, Call call, PortmapConf conf, ContainerAddresses addresses, CniResult previous) {
        return byIptables ? of(kernel, call, conf, addresses, previous) : this;
    }

    /** Whether this step failed because another ADD has made a chain that all containers share, since {@code before}. */
    boolean explains(Step failed, Observed before) {
        return failed.change() instanceof FirewallChange.RestoreIptables restore
                && !shared(restore.ipv4()).equals(before.shared(restore.ipv4()));
    }

    private List<String> shared(boolean ipv4) {
        return IptablesPorts.sharedChains(ipv4 ? natIpv4 : natIpv6);
    }
}
