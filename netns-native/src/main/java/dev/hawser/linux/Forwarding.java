package dev.hawser.linux;

import static dev.hawser.kernel.Errno.ENOENT;

import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.KernelException;
import dev.hawser.kernel.NftChain;
import dev.hawser.netfilter.ChainLinks;
import dev.hawser.netfilter.ClosedBridges;
import dev.hawser.netfilter.ForwardedPods;
import dev.hawser.netfilter.Nftables;
import dev.hawser.netfilter.Ruleset;
import dev.hawser.netlink.Ack;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What nf_tables of the host lets be forwarded and what not, and what it can say of the chains of iptables. */
final class Forwarding {

    /** One line for each table of the older iptables that this thread's namespace has; missing without that module. */
    private static final File LEGACY_TABLES = new File("/proc/thread-self/net/ip_tables_names");

    private final Namespace host;
    private final Firewall firewall;

    Forwarding(Namespace host, Firewall firewall) {
        this.host = host;
        this.firewall = firewall;
    }

    // ---- Pods that are let through

    void apply(FirewallChange.AllowForwarding change) {
        Ack ack = firewall.withRuleset(() -> tryToAdd(change), Ruleset.forwarding());
        Firewall.require(ack, "let through", change.address().getHostAddress() + " for " + change.owner());
    }

    /** The element of an address that was used before may be left from a pod that we were not asked to delete. */
    private Ack tryToAdd(FirewallChange.AllowForwarding change) {
        Ack ack = firewall.execute(List.of(ForwardedPods.add(change)));
        if (!Firewall.exists(ack)) {
            return ack;
        }
        return isOf(change.owner(), change.address())
                ? Ack.OK
                : firewall.execute(List.of(ForwardedPods.delete(change.address()), ForwardedPods.add(change)));
    }

    private boolean isOf(Attachment owner, InetAddress address) {
        return owner(address).filter(owner.abbreviated()::equals).isPresent();
    }

    void apply(FirewallChange.DisallowForwarding change) {
        if (isOf(change.owner(), change.address())) {
            Ack ack = firewall.execute(List.of(ForwardedPods.delete(change.address())));
            Firewall.require(
                    ack.ignoring(ENOENT),
                    "let through no longer",
                    change.address().getHostAddress());
        }
    }

    Optional<Attachment> owner(InetAddress address) {
        return host.netfilter()
                .find(
                        ForwardedPods.lookUp(address),
                        ForwardedPods::read,
                        ENOENT,
                        "whether " + address.getHostAddress() + " is let through")
                .flatMap(found -> found.stream().findFirst())
                .map(FirewallChange.AllowForwarding::owner);
    }

    List<FirewallChange.AllowForwarding> forwarded() {
        return ForwardedPods.all().stream()
                .flatMap(request -> firewall.dump(request, ForwardedPods::read, "pods that are let through").stream())
                .toList();
    }

    // ---- Closed bridges

    void apply(FirewallChange.CloseBridge change) {
        Ack ack = firewall.withRuleset(() -> tryToClose(change), Ruleset.closedBridges());
        Firewall.require(ack, "close", "bridge " + change.bridge());
    }

    /** Whether its ports are neighbours is not looked at if it is closed already, nor believed if it is not. */
    private Ack tryToClose(FirewallChange.CloseBridge change) {
        String bridge = change.bridge();
        if (!change.isolated()) {
            Ack ack = firewall.execute(List.of(ClosedBridges.close(bridge), ClosedBridges.join(bridge)));
            return Firewall.exists(ack) ? Ack.OK : ack;
        }
        Ack closed = firewall.execute(List.of(ClosedBridges.close(bridge)));
        return closed.isOk() || Firewall.exists(closed)
                ? firewall.execute(List.of(ClosedBridges.isolate(bridge))).ignoring(ENOENT)
                : closed;
    }

    void apply(FirewallChange.OpenBridge change) {
        for (var request : List.of(ClosedBridges.open(change.bridge()), ClosedBridges.isolate(change.bridge()))) {
            Ack ack = firewall.execute(List.of(request));
            Firewall.require(ack.ignoring(ENOENT), "open", "bridge " + change.bridge());
        }
    }

    List<FirewallChange.CloseBridge> closedBridges() {
        Set<String> joined =
                new HashSet<>(firewall.dump(ClosedBridges.allJoined(), ClosedBridges::links, "joined bridges"));
        return firewall.dump(ClosedBridges.allClosed(), ClosedBridges::links, "closed bridges").stream()
                .map(bridge -> new FirewallChange.CloseBridge(bridge, !joined.contains(bridge)))
                .toList();
    }

    // ---- The chains of iptables

    int uses(NftChain chain) {
        return host.netfilter()
                .find(ChainLinks.lookUp(chain), ChainLinks::uses, ENOENT, "chain " + chain)
                .orElse(0);
    }

    List<String> jumps(NftChain chain) {
        return firewall.dump(
                Nftables.rulesOf(chain), answer -> ChainLinks.jumps(chain, answer), "the rules of " + chain);
    }

    boolean hasIptables(boolean ipv4) {
        return firewall.tool(Firewall.iptablesRestore(ipv4)).isPresent();
    }

    boolean usesLegacyIptables() {
        return host.inside(() -> !legacyTables().isEmpty());
    }

    private static String legacyTables() {
        try {
            return Sysctls.content(LEGACY_TABLES);
        } catch (FileNotFoundException none) {
            return "";
        } catch (IOException e) {
            throw new KernelException("read " + LEGACY_TABLES + ": " + e.getMessage(), 0, e);
        }
    }
}
