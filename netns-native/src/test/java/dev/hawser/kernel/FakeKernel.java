package dev.hawser.kernel;

import static dev.hawser.kernel.Errno.EACCES;
import static dev.hawser.kernel.Errno.EEXIST;
import static dev.hawser.kernel.Errno.EHOSTUNREACH;
import static dev.hawser.kernel.Errno.EINVAL;
import static dev.hawser.kernel.Errno.EIO;
import static dev.hawser.kernel.Errno.ENETDOWN;
import static dev.hawser.kernel.Errno.ENETUNREACH;
import static dev.hawser.kernel.Errno.EOPNOTSUPP;

import dev.hawser.ip.Cidr;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A kernel in memory, as {@link KernelContract} describes it. It starts with two namespaces that hold nothing but
 * {@code lo}, remembers what was applied, and can be told to fail.
 */
public final class FakeKernel implements Kernel {

    private static final int ETHERNET_MTU = 1500;

    /** TX_Q_LIMIT of drivers/net/ifb.c. */
    private static final int IFB_QUEUE = 32;

    /** A change that was carried out. */
    public record Applied(Side side, Change change) {
        @Override
        public String toString() {
            return change.on(side);
        }
    }

    private final Map<Side, FakeNetns> sides = new EnumMap<>(Side.class);
    private final FakeFirewall firewall = new FakeFirewall();
    private final List<Applied> applied = new ArrayList<>();
    private int changesUntilFailure;
    private boolean hasNftables = true;
    private long macs;

    /** A node and a container. */
    public FakeKernel() {
        sides.put(Side.HOST, new FakeNetns());
        sides.put(Side.POD, new FakeNetns());
    }

    /** A node alone. */
    public static FakeKernel withoutPod() {
        FakeKernel kernel = new FakeKernel();
        kernel.sides.remove(Side.POD);
        return kernel;
    }

    /** Makes the {@code n}-th change from now fail (1 is the next one), and only that one. */
    public void failOn(int n) {
        changesUntilFailure = n;
    }

    /** Makes this a kernel without nf_tables. */
    public void removeNftables() {
        hasNftables = false;
    }

    /** Makes this a node without iptables. */
    public void removeIptables() {
        firewall.hasIptables = false;
    }

    /** Makes iptables the older one, whose tables nf_tables knows nothing of. */
    public void useLegacyIptables() {
        firewall.iptablesIsLegacy = true;
    }

    /** Adds an nftables rule as another plugin would, and its chain if need be. */
    public NftChain.Rule addRule(NftChain chain, String comment) {
        return firewall.addRule(chain, comment);
    }

    /** Adds an empty nftables chain as another plugin would. */
    public void addChain(NftChain chain) {
        firewall.addChain(chain);
    }

    /** The changes that were carried out, in their order; those that failed are not among them. */
    public List<Applied> applied() {
        return List.copyOf(applied);
    }

    @Override
    public void apply(Side side, Change change) {
        if (changesUntilFailure > 0 && --changesUntilFailure == 0) {
            throw new KernelException(change.on(side) + ": it was to fail", EIO);
        }
        carryOut(netns(side), change);
        applied.add(new Applied(side, change));
    }

    private void carryOut(FakeNetns netns, Change change) {
        switch (change) {
            case LinkChange link -> carryOut(netns, link);
            case IpChange ip -> carryOut(netns, ip);
            case FirewallChange rules -> firewall.apply(rules);
            case QdiscChange qdisc -> carryOut(netns, qdisc);
            case Change.SetSysctl set -> netns.set(set);
        }
    }

    private void carryOut(FakeNetns netns, LinkChange change) {
        switch (change) {
            case LinkChange.AddBridge add -> add(netns, add);
            case LinkChange.AddVeth add -> add(netns, add);
            case LinkChange.AddLink add -> add(netns, add);
            case LinkChange.AddTap add -> add(netns, add);
            case LinkChange.MoveLink move -> move(netns.get(move.link()), move);
            case LinkChange.SetMac set -> setMac(netns.get(set.link()), set.mac());
            case LinkChange.SetMtu set -> netns.get(set.link()).mtuBytes = set.mtuBytes();
            case LinkChange.SetMaster set -> netns.get(set.link()).setMaster(Optional.of(netns.get(set.master())));
            case LinkChange.ClearMaster clear -> netns.get(clear.link()).setMaster(Optional.empty());
            case LinkChange.DeleteLink delete ->
                delete.names().forEach(name -> netns.find(name).ifPresent(this::delete));
            case LinkChange.SetUp set -> netns.get(set.link()).up = true;
            case LinkChange.SetDown set -> setDown(netns.get(set.link()));
            case LinkChange.SetAlias set -> netns.get(set.link()).alias = set.alias();
            case LinkChange.SetPromiscuous set -> netns.get(set.link()).promiscuous = set.on();
            case LinkChange.SetAllMulticast set -> netns.get(set.link()).allMulticast = set.on();
            case LinkChange.SetTxQueueLength set -> netns.get(set.link()).txQueueLength = set.packets();
            case LinkChange.PinMac pin -> pinMac(netns.get(pin.link()));
            case LinkChange.SetBridgePort set -> requirePort(netns.get(set.link()));
            case LinkChange.AddBridgeVlan add -> requirePort(netns.get(add.link()));
            case LinkChange.ClearBridgeVlans clear -> requirePort(netns.get(clear.link()));
            case LinkChange.AwaitUp await -> requireUp(netns.get(await.link()), await);
        }
    }

    private static void carryOut(FakeNetns netns, IpChange change) {
        switch (change) {
            case IpChange.AddAddress add -> add(netns.get(add.link()), add);
            case IpChange.DeleteAddress delete ->
                netns.find(delete.link()).ifPresent(link -> link.remove(delete.address()));
            case IpChange.AwaitAddresses await -> netns.get(await.link());
            case IpChange.AddRoute add -> add(netns.get(add.link()), add);
            case IpChange.DeleteRoute delete ->
                netns.find(delete.link()).ifPresent(link -> link.deleteRoute(delete.route()));
            case IpChange.AddRule add -> netns.add(add.rule());
            case IpChange.DeleteRule delete -> netns.rules.remove(delete.rule());
        }
    }

    private static void carryOut(FakeNetns netns, QdiscChange change) {
        switch (change) {
            case QdiscChange.SetTbf set -> setTbf(netns.get(set.link()), set);
            case QdiscChange.DeleteTbf delete -> netns.find(delete.link()).ifPresent(FakeKernel::deleteTbf);
            case QdiscChange.AddIngress add -> netns.get(add.link()).filtered = true;
            case QdiscChange.DeleteIngress delete -> netns.find(delete.link()).ifPresent(FakeKernel::deleteIngress);
            case QdiscChange.Redirect redirect -> redirect(netns.get(redirect.link()), netns.get(redirect.target()));
        }
    }

    private static void setTbf(FakeLink link, QdiscChange.SetTbf set) {
        if (link.root.filter(there -> !there.is("tbf")).isPresent()) {
            throw new KernelException(
                    "give a tbf to " + link.name + ": it has a qdisc "
                            + link.root.get().kind() + " already",
                    EEXIST);
        }
        link.root = Optional.of(new Qdisc("tbf", Qdisc.OURS, Optional.of(set.tbf())));
    }

    private static void deleteTbf(FakeLink link) {
        link.root = link.root.filter(there -> !there.is("tbf"));
    }

    private static void deleteIngress(FakeLink link) {
        link.filtered = false;
        link.redirect = Optional.empty();
    }

    private static void redirect(FakeLink link, FakeLink target) {
        if (!link.filtered) {
            throw new KernelException("redirect what comes to " + link.name + ": no ingress qdisc", EINVAL);
        }
        link.redirect = Optional.of(target);
    }

    /** Gives the link a root qdisc as somebody else would. */
    public void addQdisc(Side side, String link, Qdisc qdisc) {
        netns(side).get(link).root = Optional.of(qdisc);
    }

    private void add(FakeNetns netns, LinkChange.AddBridge add) {
        Optional<FakeLink> there = netns.find(add.name());
        if (there.isEmpty()) {
            netns.add(
                    add.name(), Optional.of("bridge"), nextMac(), add.mtuBytes().orElse(ETHERNET_MTU));
        } else if (!there.get().is("bridge")) {
            throw new KernelException("\"" + add.name() + "\" already exists but is not a bridge", EEXIST);
        }
    }

    private void add(FakeNetns near, LinkChange.AddVeth add) {
        FakeNetns far = netns(add.peerSide());
        Optional<FakeLink> master = add.master().map(near::get);
        if (far.find(add.peer()).isPresent()) {
            throw new KernelException(
                    "container veth name (\"" + add.peer() + "\") peer provided (\"" + add.name()
                            + "\") already exists",
                    EEXIST);
        }
        if (near.find(add.name()).isPresent()) {
            throw new KernelException("add veth " + add.name() + ": a link of this name is there already", EEXIST);
        }
        int mtu = add.mtuBytes().orElse(ETHERNET_MTU);
        FakeLink peer = far.add(add.peer(), Optional.of("veth"), add.peerMac(), mtu);
        FakeLink link = near.add(add.name(), Optional.of("veth"), add.mac(), mtu);
        link.peer = Optional.of(peer);
        peer.peer = Optional.of(link);
        link.master = master;
    }

    private void add(FakeNetns netns, LinkChange.AddLink add) {
        Optional<FakeLink> parent = add.kind().on().map(on -> netns(on.side()).get(on.link()));
        netns.find(add.name()).ifPresent(holder -> {
            throw new KernelException(
                    add.words() + ": there is a " + holder.kind.orElse("physical device") + " of this name already",
                    EEXIST);
        });
        boolean vlanIsTaken = add.kind() instanceof LinkKind.Vlan
                && sides.values().stream()
                        .flatMap(side -> side.links.values().stream())
                        .anyMatch(other -> other.is("vlan")
                                && other.parent.equals(parent)
                                && other.setting.equals(add.kind().setting()));
        if (vlanIsTaken) {
            throw refused(add, EEXIST);
        }
        int mtu = add.mtuBytes().orElse(parent.map(on -> on.mtuBytes).orElse(ETHERNET_MTU));
        MacAddress mac = macOf(add, parent.map(FakeLink::currentMac)).orElseGet(this::nextMac);
        FakeLink link = netns.add(add.name(), Optional.of(add.kind().name()), mac, mtu);
        link.parent = parent;
        link.setting = add.kind().setting();
        link.txQueueLength = add.kind() instanceof LinkKind.Ifb ? IFB_QUEUE : link.txQueueLength;
    }

    private void add(FakeNetns netns, LinkChange.AddTap add) {
        if (netns.find(add.name()).isPresent() || add.selinuxContext().isPresent()) {
            throw refused(add, add.selinuxContext().isPresent() ? 0 : EEXIST);
        }
        FakeLink link = netns.add(add.name(), Optional.of("tun"), nextMac(), ETHERNET_MTU);
        link.tap = Optional.of(new Tap(add.owner(), add.group(), add.multiQueue(), true));
    }

    private void move(FakeLink link, LinkChange.MoveLink move) {
        FakeNetns to = netns(move.to());
        if (to.find(move.name()).isPresent()) {
            throw refused(move, EEXIST);
        }
        to.take(link, move.name());
    }

    private static void setMac(FakeLink link, MacAddress mac) {
        link.mac = mac;
        link.macPinned = true;
    }

    private static Optional<MacAddress> macOf(LinkChange.AddLink add, Optional<MacAddress> parents) {
        return switch (add.kind()) {
            case LinkKind.Macvlan macvlan when macvlan.mode() == LinkKind.MacvlanMode.PASSTHRU -> parents;
            case LinkKind.Ipvlan _ -> parents;
            case LinkKind.Vlan _ -> add.mac().or(() -> parents);
            case LinkKind.Macvlan _, LinkKind.Dummy _, LinkKind.Ifb _, LinkKind.Vrf _ -> add.mac();
        };
    }

    private MacAddress nextMac() {
        return MacAddress.locallyAdministered(0xf0_0000_0000L + ++macs);
    }

    /** What is on top of a link goes with it, on either side. */
    private void delete(FakeLink link) {
        sides.values().stream()
                .flatMap(side -> List.copyOf(side.links.values()).stream())
                .filter(child -> child.parent.filter(on -> on == link).isPresent())
                .forEach(this::delete);
        link.netns.delete(link);
    }

    private static void setDown(FakeLink link) {
        link.up = false;
        link.clearRoutes();
    }

    private static void pinMac(FakeLink link) {
        setMac(link, link.currentMac());
    }

    private static void requirePort(FakeLink link) {
        if (link.master.isEmpty()) {
            throw new KernelException(link.name + " is not a bridge port", EOPNOTSUPP);
        }
    }

    private static void requireUp(FakeLink link, LinkChange.AwaitUp wait) {
        if (!link.state().equals("up")) {
            throw new KernelException(
                    "bridge port in error state: " + link.state() + ": " + link.name + " was not up after "
                            + wait.timeoutMillis() + " ms",
                    0);
        }
    }

    private static void add(FakeLink link, IpChange.AddAddress add) {
        Cidr address = add.address();
        if (link.addresses.contains(address)) {
            return;
        }
        boolean taken =
                link.addresses.stream().anyMatch(other -> other.address().equals(address.address()));
        if (!address.isIpv4() && taken) {
            throw refused(add, EEXIST);
        }
        if (!address.isIpv4() && isIpv6Disabled(link)) {
            throw refused(add, EACCES);
        }
        link.addresses.add(address);
        if (!add.onLink()) {
            link.offLink.add(address);
        }
    }

    private static boolean isIpv6Disabled(FakeLink link) {
        return link.netns
                .sysctl("net/ipv6/conf/" + link.name + "/disable_ipv6")
                .filter("1"::equals)
                .isPresent();
    }

    private static void add(FakeLink link, IpChange.AddRoute add) {
        Route route = add.route();
        if (!link.up) {
            throw refused(add, ENETDOWN);
        }
        if (route.gateway().isPresent() && !link.reaches(route.gateway().get())) {
            throw refused(add, route.destination().isIpv4() ? ENETUNREACH : EHOSTUNREACH);
        }
        link.addRoute(route);
    }

    private static KernelException refused(Change change, int errno) {
        return new KernelException(change.words() + ": " + Errno.text(errno), errno);
    }

    @Override
    public Optional<Link> link(Side side, String name) {
        return netns(side).find(name).map(FakeLink::toLink);
    }

    @Override
    public List<Link> links(Side side) {
        return netns(side).links.values().stream().map(FakeLink::toLink).toList();
    }

    @Override
    public Optional<Tap> tap(Side side, String name) {
        return netns(side).find(name).flatMap(link -> link.tap);
    }

    @Override
    public List<Cidr> addresses(Side side, String link) {
        return netns(side).find(link).map(found -> List.copyOf(found.addresses)).orElse(List.of());
    }

    @Override
    public List<Route> routes(Side side, String link) {
        return netns(side).find(link).map(FakeLink::allRoutes).orElse(List.of());
    }

    @Override
    public List<PolicyRule> policyRules(Side side) {
        return List.copyOf(netns(side).rules);
    }

    /** There is nobody else. */
    @Override
    public void lock(Side side) {
        netns(side);
    }

    @Override
    public Optional<String> defaultRouteLink(Side side) {
        return Stream.of(true, false)
                .flatMap(ipv4 -> netns(side).links.values().stream()
                        .filter(link -> link.allRoutes().stream()
                                .anyMatch(route -> route.isDefault()
                                        && route.isMain()
                                        && route.destination().isIpv4() == ipv4)))
                .map(link -> link.name)
                .findFirst();
    }

    @Override
    public Optional<Link> linkTowards(Side side, InetAddress address) {
        return netns(side).links.values().stream()
                .filter(link -> link.up && link.reaches(address))
                .findFirst()
                .map(FakeLink::toLink);
    }

    @Override
    public List<Qdisc> qdiscs(Side side, String link) {
        return netns(side).find(link).map(FakeLink::qdiscs).orElse(List.of());
    }

    @Override
    public List<Integer> redirects(Side side, String link) {
        return netns(side)
                .find(link)
                .flatMap(found -> found.redirect)
                .map(target -> List.of(netns(side).links.containsValue(target) ? target.index : 0))
                .orElse(List.of());
    }

    @Override
    public Optional<String> sysctl(Side side, String key) {
        return netns(side).sysctl(key);
    }

    @Override
    public boolean hasNftables() {
        return hasNftables;
    }

    @Override
    public Optional<Attachment> masqueradeOwner(Cidr address) {
        return Optional.ofNullable(firewall.masquerades.get(address)).map(FirewallChange.AddMasquerade::owner);
    }

    @Override
    public List<FirewallChange.AddMasquerade> masquerades() {
        return List.copyOf(firewall.masquerades.values());
    }

    @Override
    public List<FirewallChange.AddMacGuard> macGuards() {
        return List.copyOf(firewall.macGuards.values());
    }

    @Override
    public Optional<Attachment> forwardingOwner(InetAddress address) {
        return Optional.ofNullable(firewall.forwarded.get(address)).map(FirewallChange.AllowForwarding::owner);
    }

    @Override
    public List<FirewallChange.AllowForwarding> forwarded() {
        return List.copyOf(firewall.forwarded.values());
    }

    @Override
    public List<FirewallChange.CloseBridge> closedBridges() {
        return List.copyOf(firewall.closedBridges.values());
    }

    @Override
    public int uses(NftChain chain) {
        return firewall.uses(chain);
    }

    @Override
    public List<String> jumps(NftChain chain) {
        return firewall.jumps(chain);
    }

    @Override
    public boolean hasIptables(boolean ipv4) {
        return firewall.hasIptables;
    }

    @Override
    public boolean usesLegacyIptables() {
        return firewall.iptablesIsLegacy;
    }

    @Override
    public List<String> missing(FirewallChange.PublishPorts wanted) {
        return firewall.ports.missing(wanted);
    }

    @Override
    public List<Attachment> publishers() {
        return firewall.ports.publishers();
    }

    @Override
    public List<NftChain.Rule> rules(NftChain chain) {
        return firewall.rules(chain);
    }

    @Override
    public boolean hasChain(NftChain chain) {
        return firewall.has(chain);
    }

    @Override
    public List<String> iptables(boolean ipv4, String table) {
        return firewall.iptables(ipv4, table);
    }

    @Override
    public Frames frames(Side side, String link, int udpPort) {
        return new FakeFrames(netns(side).get(link), udpPort);
    }

    /** Does nothing: what was changed can be looked at afterwards. */
    @Override
    public void close() {}

    private FakeNetns netns(Side side) {
        return Optional.ofNullable(sides.get(side))
                .orElseThrow(() -> new KernelException("the container's network namespace was not opened", 0));
    }
}
