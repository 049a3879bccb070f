package dev.hawser.app;

import dev.hawser.ip.Cidr;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.Change;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.Frames;
import dev.hawser.kernel.IpChange;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.NftChain;
import dev.hawser.kernel.PolicyRule;
import dev.hawser.kernel.Qdisc;
import dev.hawser.kernel.QdiscChange;
import dev.hawser.kernel.Route;
import dev.hawser.kernel.Side;
import dev.hawser.kernel.Tap;
import dev.hawser.run.Phases;
import dev.hawser.run.Phases.Phase;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/** Another kernel, whose time is measured: that of nftables and iptables as the firewall's. */
record MeasuredKernel(Kernel kernel, Phases phases) implements Kernel {

    @Override
    public void apply(Side side, Change change) {
        try (Phases.Scope _ = phases.enter(phase(change))) {
            kernel.apply(side, change);
        }
    }

    private static Phase phase(Change change) {
        return switch (change) {
            case FirewallChange _ -> Phase.FIREWALL;
            case LinkChange _, IpChange _, QdiscChange _, Change.SetSysctl _ -> Phase.KERNEL;
        };
    }

    @Override
    public Optional<Link> link(Side side, String name) {
        return phases.get(Phase.KERNEL, () -> kernel.link(side, name));
    }

    @Override
    public List<Link> links(Side side) {
        return phases.get(Phase.KERNEL, () -> kernel.links(side));
    }

    @Override
    public Optional<Tap> tap(Side side, String name) {
        return phases.get(Phase.KERNEL, () -> kernel.tap(side, name));
    }

    @Override
    public List<Cidr> addresses(Side side, String link) {
        return phases.get(Phase.KERNEL, () -> kernel.addresses(side, link));
    }

    @Override
    public List<Route> routes(Side side, String link) {
        return phases.get(Phase.KERNEL, () -> kernel.routes(side, link));
    }

    @Override
    public Optional<String> defaultRouteLink(Side side) {
        return phases.get(Phase.KERNEL, () -> kernel.defaultRouteLink(side));
    }

    @Override
    public List<PolicyRule> policyRules(Side side) {
        return phases.get(Phase.KERNEL, () -> kernel.policyRules(side));
    }

    @Override
    public void lock(Side side) {
        phases.in(Phase.KERNEL, () -> kernel.lock(side));
    }

    @Override
    public Optional<String> sysctl(Side side, String key) {
        return phases.get(Phase.KERNEL, () -> kernel.sysctl(side, key));
    }

    @Override
    public boolean hasNftables() {
        return phases.get(Phase.FIREWALL, kernel::hasNftables);
    }

    @Override
    public Optional<Attachment> masqueradeOwner(Cidr address) {
        return phases.get(Phase.FIREWALL, () -> kernel.masqueradeOwner(address));
    }

    @Override
    public List<FirewallChange.AddMasquerade> masquerades() {
        return phases.get(Phase.FIREWALL, kernel::masquerades);
    }

    @Override
    public List<FirewallChange.AddMacGuard> macGuards() {
        return phases.get(Phase.FIREWALL, kernel::macGuards);
    }

    @Override
    public Optional<Attachment> forwardingOwner(InetAddress address) {
        return phases.get(Phase.FIREWALL, () -> kernel.forwardingOwner(address));
    }

    @Override
    public List<FirewallChange.AllowForwarding> forwarded() {
        return phases.get(Phase.FIREWALL, kernel::forwarded);
    }

    @Override
    public List<FirewallChange.CloseBridge> closedBridges() {
        return phases.get(Phase.FIREWALL, kernel::closedBridges);
    }

    @Override
    public int uses(NftChain chain) {
        return phases.get(Phase.FIREWALL, () -> kernel.uses(chain));
    }

    @Override
    public List<String> jumps(NftChain chain) {
        return phases.get(Phase.FIREWALL, () -> kernel.jumps(chain));
    }

    @Override
    public boolean hasIptables(boolean ipv4) {
        return phases.get(Phase.FIREWALL, () -> kernel.hasIptables(ipv4));
    }

    @Override
    public boolean usesLegacyIptables() {
        return phases.get(Phase.FIREWALL, kernel::usesLegacyIptables);
    }

    @Override
    public List<NftChain.Rule> rules(NftChain chain) {
        return phases.get(Phase.FIREWALL, () -> kernel.rules(chain));
    }

    @Override
    public boolean hasChain(NftChain chain) {
        return phases.get(Phase.FIREWALL, () -> kernel.hasChain(chain));
    }

    @Override
    public List<String> iptables(boolean ipv4, String table) {
        return phases.get(Phase.FIREWALL, () -> kernel.iptables(ipv4, table));
    }

    /** Waiting for what comes in is not measured as the kernel's. */
    @Override
    public Frames frames(Side side, String link, int udpPort) {
        return phases.get(Phase.KERNEL, () -> kernel.frames(side, link, udpPort));
    }

    @Override
    public Optional<Link> linkTowards(Side side, InetAddress address) {
        return phases.get(Phase.KERNEL, () -> kernel.linkTowards(side, address));
    }

    @Override
    public List<String> missing(FirewallChange.PublishPorts wanted) {
        return phases.get(Phase.FIREWALL, () -> kernel.missing(wanted));
    }

    @Override
    public List<Attachment> publishers() {
        return phases.get(Phase.FIREWALL, kernel::publishers);
    }

    @Override
    public List<Qdisc> qdiscs(Side side, String link) {
        return phases.get(Phase.KERNEL, () -> kernel.qdiscs(side, link));
    }

    @Override
    public List<Integer> redirects(Side side, String link) {
        return phases.get(Phase.KERNEL, () -> kernel.redirects(side, link));
    }

    @Override
    public void close() {
        phases.in(Phase.KERNEL, kernel::close);
    }
}
