package dev.hawser.plugin.firewall;

import dev.hawser.attach.HostAlias;
import dev.hawser.attach.VethNames;
import dev.hawser.ip.Cidr;
import dev.hawser.iptables.IptablesTable;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.ForwardingPolicy;
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
            case NFTABLES -> byNftables(addresses, closed, result);
            case IPTABLES -> byIptables(addresses, closed, true);
            case FIREWALLD -> policyBesideFirewalld(addresses, closed, result);
        };
    }

    static List<InetAddress> addresses(CniResult result) {
        return result.ips().stream()
                .map(CniResult.Ip::address)
                .map(Cidr::address)
                .distinct()
                .toList();
    }

    private List<Step> byNftables(List<InetAddress> addresses, Optional<ClosedBridge> closed, CniResult result) {
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
        steps.addAll(writtenDown(addresses, closed, result));
        return steps;
    }

    /** What elements of ours do, at the host's end of our veth pair if there is one. */
    private List<Step> writtenDown(List<InetAddress> addresses, Optional<ClosedBridge> closed, CniResult result) {
        ForwardingPolicy policy = new ForwardingPolicy(addresses, conf.adminChain(), closed.map(FirewallPlan::change));
        return hostEnd(result).flatMap(end -> end.step(alias -> alias.with(policy))).stream()
                .toList();
    }

    /** Looked up only if the plugins before say that there is one. */
    private Optional<HostAlias> hostEnd(CniResult result) {
        String name = VethNames.of(attachment).hostEnd();
        boolean named = result.interfaces().stream()
                .anyMatch(link -> link.sandbox().isEmpty() && link.name().equals(name));
        return named ? HostAlias.find(kernel, attachment) : Optional.empty();
    }

    static boolean hasFamily(List<InetAddress> addresses, boolean ipv4) {
        return addresses.stream().anyMatch(address -> Cidr.ofHost(address).isIpv4() == ipv4);
    }

    private static Step close(ClosedBridge closed) {
        return Step.shared(Side.HOST, change(closed));
    }

    private static FirewallChange.CloseBridge change(ClosedBridge closed) {
        return new FirewallChange.CloseBridge(closed.bridge(), closed.isolated());
    }

    private List<Step> policyBesideFirewalld(
            List<InetAddress> addresses, Optional<ClosedBridge> closed, CniResult result) {
        if (closed.isEmpty()) {
            return List.of();
        }
        if (!kernel.hasNftables()) {
            return byIptables(addresses, closed, false);
        }
        List<Step> steps = new ArrayList<>(List.of(close(closed.get())));
        steps.addAll(writtenDown(List.of(), closed, result));
        return steps;
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
