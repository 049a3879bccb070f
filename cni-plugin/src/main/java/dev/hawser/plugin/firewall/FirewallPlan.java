package dev.hawser.plugin.firewall;

import dev.hawser.ip.Cidr;
import dev.hawser.iptables.IptablesTable;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Side;
import dev.hawser.kernel.Step;
import dev.hawser.spec.CniResult;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** What an ADD does, as steps; of firewalld's own, only what it is not asked to do. */
final class FirewallPlan {

    private final Attachment attachment;
    private final FirewallConf conf;
    private final Kernel kernel;
    private final Consumer<String> log;

    FirewallPlan(Attachment attachment, FirewallConf conf, Kernel kernel, Consumer<String> log) {
        this.attachment = attachment;
        this.conf = conf;
        this.kernel = kernel;
        this.log = log;
    }

    List<Step> steps(Backend backend, CniResult result) {
        Optional<ClosedBridge> closed = ClosedBridge.of(conf, result, kernel);
        List<InetAddress> addresses = addresses(result);
        return switch (backend) {
            case NFTABLES -> byNftables(addresses, closed);
            case IPTABLES -> byIptables(addresses, closed, true);
            case FIREWALLD -> policyBesideFirewalld(addresses, closed);
        };
    }

    static List<InetAddress> addresses(CniResult result) {
        return result.ips().stream()
                .map(CniResult.Ip::address)
                .map(Cidr::address)
                .distinct()
                .toList();
    }

    private List<Step> byNftables(List<InetAddress> addresses, Optional<ClosedBridge> closed) {
        List<Step> steps = new ArrayList<>();
        Stream.of(true, false)
                .filter(ipv4 -> hasFamily(addresses, ipv4))
                .forEach(ipv4 ->
                        new Doorway(kernel, ipv4, conf.adminChain()).step(log).ifPresent(steps::add));
        closed.ifPresent(bridge -> steps.add(close(bridge)));
        addresses.forEach(address -> steps.add(Step.owned(
                Side.HOST,
                new FirewallChange.AllowForwarding(address, attachment),
                new FirewallChange.DisallowForwarding(address, attachment))));
        return steps;
    }

    static boolean hasFamily(List<InetAddress> addresses, boolean ipv4) {
        return addresses.stream().anyMatch(address -> Cidr.ofHost(address).isIpv4() == ipv4);
    }

    private static Step close(ClosedBridge closed) {
        return Step.shared(Side.HOST, new FirewallChange.CloseBridge(closed.bridge(), closed.isolated()));
    }

    private List<Step> policyBesideFirewalld(List<InetAddress> addresses, Optional<ClosedBridge> closed) {
        if (closed.isEmpty()) {
            return List.of();
        }
        return kernel.hasNftables() ? List.of(close(closed.get())) : byIptables(addresses, closed, false);
    }

    /** @param letThrough whether the addresses are let through too */
    private List<Step> byIptables(List<InetAddress> addresses, Optional<ClosedBridge> closed, boolean letThrough) {
        return Stream.of(true, false)
                .filter(ipv4 -> hasFamily(addresses, ipv4))
                .map(ipv4 -> IptablesTable.of(kernel, ipv4, ReferenceChains.FILTER))
                .flatMap(filter -> byIptables(filter, letThrough ? addresses : List.of(), closed).stream())
                .toList();
    }

    /** What is shared stays if the rest is taken back. */
    private Optional<Step> byIptables(
            IptablesTable filter, List<InetAddress> addresses, Optional<ClosedBridge> closed) {
        ReferenceChains chains = new ReferenceChains(filter, conf.adminChain());
        List<String> lines = new ArrayList<>();
        List<String> own = List.of();
        if (!addresses.isEmpty()) {
            lines.addAll(chains.missingFrame());
            own = chains.missingRules(addresses);
            lines.addAll(own);
        }
        closed.ifPresent(bridge -> lines.addAll(chains.missingPolicy(bridge)));
        if (lines.isEmpty()) {
            return Optional.empty();
        }
        FirewallChange.RestoreIptables change = filter.restore(lines);
        return Optional.of(
                own.isEmpty()
                        ? Step.shared(Side.HOST, change)
                        : Step.owned(Side.HOST, change, filter.restore(IptablesTable.deletions(own))));
    }
}
