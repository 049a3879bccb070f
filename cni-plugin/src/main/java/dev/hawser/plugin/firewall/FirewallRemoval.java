package dev.hawser.plugin.firewall;

import dev.hawser.attach.HostAlias;
import dev.hawser.iptables.IptablesTable;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.ForwardingPolicy;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.Side;
import dev.hawser.plugin.firewall.FirewallConf.IngressPolicy;
import dev.hawser.run.Call;
import dev.hawser.run.Cleanup;
import dev.hawser.run.Node;
import dev.hawser.spec.CniResult;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * DEL: the pod's elements, whatever backend is named now; its rules in iptables, whoever made them; its sources in firewalld.
 * What pods share stays.
 */
final class FirewallRemoval {

    private final Call call;
    private final FirewallConf conf;
    private final Node node;
    private final Cleanup cleanup;
    private final Kernel kernel;
    private final boolean hasNftables;

    FirewallRemoval(Call call, FirewallConf conf, Node node, Cleanup cleanup) {
        this.call = call;
        this.conf = conf;
        this.node = node;
        this.cleanup = cleanup;
        this.kernel = cleanup.kernel(node, call);
        this.hasNftables = kernel.hasNftables();
    }

    void run() {
        Optional<CniResult> previous = call.previousIfReadable(node.log());
        List<InetAddress> addresses = previous.map(FirewallPlan::addresses).orElseGet(this::addressesOfElements);
        if (hasNftables) {
            cleanup.attempt(
                    () -> HostAlias.forget(kernel, call.attachment(), alias -> alias.with(ForwardingPolicy.NONE)));
            addresses.forEach(address -> apply(new FirewallChange.DisallowForwarding(address, call.attachment())));
            previous.ifPresent(this::openOwnLink);
        }
        for (boolean ipv4 : List.of(true, false)) {
            if (FirewallPlan.hasFamily(addresses, ipv4)) {
                cleanup.attempt(() -> removeIptables(ipv4, addresses));
            }
        }
        cleanup.attempt(() -> removeSources(addresses));
    }

    /** Without prevResult the comments say what is ours. This is the one case that takes a dump. */
    private List<InetAddress> addressesOfElements() {
        return !hasNftables
                ? List.of()
                : kernel.forwarded().stream()
                        .filter(pod -> pod.owner().equals(call.attachment().abbreviated()))
                        .map(FirewallChange.AllowForwarding::address)
                        .toList();
    }

    /** The host's end of a ptp's veth is closed for this pod alone; a bridge for others too. */
    private void openOwnLink(CniResult previous) {
        if (conf.ingressPolicy() == IngressPolicy.OPEN) {
            return;
        }
        cleanup.attempt(() -> ClosedBridge.find(previous, kernel)
                .filter(name -> !kernel.link(Side.HOST, name)
                        .filter(FirewallRemoval::isBridge)
                        .isPresent())
                .ifPresent(name -> kernel.apply(Side.HOST, new FirewallChange.OpenBridge(name))));
    }

    private static boolean isBridge(Link link) {
        return link.is("bridge");
    }

    private void removeIptables(boolean ipv4, List<InetAddress> addresses) {
        if (!mayHaveRules(ipv4)) {
            return;
        }
        IptablesTable filter = IptablesTable.of(kernel, ipv4, ReferenceChains.FILTER);
        List<String> lines = new ReferenceChains(filter, conf.adminChain()).removal(addresses);
        if (!lines.isEmpty()) {
            kernel.apply(Side.HOST, filter.restore(lines));
        }
    }

    /** A rule that does not jump is one of a pod; most nodes have none. Of older iptables, only iptables can tell. */
    private boolean mayHaveRules(boolean ipv4) {
        return !hasNftables || kernel.jumps(ReferenceChains.forward(ipv4)).contains("") || kernel.usesLegacyIptables();
    }

    private void removeSources(List<InetAddress> addresses) {
        boolean mayHaveSources = conf.backend()
                .map(Backend.FIREWALLD::equals)
                .orElseGet(() -> !hasNftables || FirewalldSources.mayRun(kernel, node));
        if (mayHaveSources && !addresses.isEmpty() && FirewalldSources.isRunning(node)) {
            FirewalldSources.of(conf, node).remove(addresses, cleanup);
        }
    }

    private void apply(FirewallChange change) {
        cleanup.attempt(() -> kernel.apply(Side.HOST, change));
    }
}
