package dev.hawser.kernel;

import dev.hawser.ip.Cidr;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** A link of a {@link FakeKernel}, with what hangs on it. */
final class FakeLink {

    private static final int SUBNET_PRIORITY_IPV6 = 256;

    final Optional<String> kind;
    FakeNetns netns;
    int index;
    String name;
    final List<Cidr> addresses = new ArrayList<>();
    private final List<Route> routes = new ArrayList<>();

    /** Of its addresses' subnets, those that somebody deleted. */
    private final List<Route> deletedSubnets = new ArrayList<>();

    /** Those of the addresses whose subnet is not on the link. */
    final List<Cidr> offLink = new ArrayList<>();

    MacAddress mac;
    int mtuBytes;
    boolean up;
    boolean promiscuous;
    boolean allMulticast;
    int txQueueLength = 1000;
    boolean macPinned;
    Optional<FakeLink> master = Optional.empty();
    Optional<FakeLink> peer = Optional.empty();
    Optional<FakeLink> parent = Optional.empty();
    OptionalInt setting = OptionalInt.empty();
    Optional<Qdisc> root = Optional.empty();
    boolean filtered;
    Optional<FakeLink> redirect = Optional.empty();
    Optional<Tap> tap = Optional.empty();
    String alias = "";

    /** Who listens to it. */
    final List<FakeFrames> listeners = new CopyOnWriteArrayList<>();

    FakeLink(FakeNetns netns, int index, String name, Optional<String> kind, MacAddress mac, int mtuBytes) {
        this.netns = netns;
        this.index = index;
        this.name = name;
        this.kind = kind;
        this.mac = mac;
        this.mtuBytes = mtuBytes;
    }

    void remove(Cidr address) {
        addresses.remove(address);
        offLink.remove(address);
    }

    List<Qdisc> qdiscs() {
        List<Qdisc> qdiscs = new ArrayList<>();
        root.ifPresent(qdiscs::add);
        if (filtered) {
            qdiscs.add(new Qdisc(Qdisc.INGRESS, 0xffff_0000, Optional.empty()));
        }
        return qdiscs;
    }

    boolean is(String expectedKind) {
        return kind.filter(expectedKind::equals).isPresent();
    }

    Link toLink() {
        return new Link(
                index,
                name,
                kind,
                Optional.of(currentMac()),
                mtuBytes,
                up,
                carriesTraffic(),
                promiscuous,
                allMulticast,
                txQueueLength,
                master.map(bridge -> OptionalInt.of(bridge.index)).orElse(OptionalInt.empty()),
                peer.or(() -> parent).map(other -> OptionalInt.of(other.index)).orElse(OptionalInt.empty()),
                setting,
                alias);
    }

    /** A bridge follows the lowest of its ports until it is told its own. */
    MacAddress currentMac() {
        return macPinned
                ? mac
                : ports().stream()
                        .map(port -> port.mac)
                        .min((a, b) -> Long.compare(a.bits(), b.bits()))
                        .orElse(mac);
    }

    boolean carriesTraffic() {
        boolean carrier = is("bridge") ? ports().stream().anyMatch(FakeLink::carriesTraffic) : peerIsUp();
        return up && carrier;
    }

    private boolean peerIsUp() {
        return (peer.isEmpty() || peer.get().up)
                && (parent.isEmpty() || parent.get().carriesTraffic());
    }

    private List<FakeLink> ports() {
        return netns.links.values().stream()
                .filter(link -> link.master.filter(bridge -> bridge == this).isPresent())
                .toList();
    }

    /** In the words of {@code ip link}; {@code disabled} for a port of a bridge that is down. */
    String state() {
        boolean disabled = master.isPresent() && !master.get().up;
        return !up || !peerIsUp() ? "down" : disabled ? "disabled" : "up";
    }

    /** The subnets of its addresses, while it is up, and what was added. */
    List<Route> allRoutes() {
        List<Route> all = new ArrayList<>();
        if (up) {
            subnets().filter(route -> !deletedSubnets.contains(route)).forEach(all::add);
        }
        all.addAll(routes);
        return all;
    }

    private Stream<Route> subnets() {
        return addresses.stream()
                .filter(address -> !offLink.contains(address))
                .map(this::subnetRoute)
                .distinct();
    }

    private Route subnetRoute(Cidr address) {
        OptionalInt unset = OptionalInt.empty();
        OptionalInt priority = address.isIpv4() ? unset : OptionalInt.of(SUBNET_PRIORITY_IPV6);
        Route route = new Route(address.network(), Optional.empty(), priority, unset, unset, unset, unset);
        Route inMain = address.isIpv4() ? route.from(address.address()) : route;
        return vrf().map(vrf -> inMain.inTable(vrf.setting.orElseThrow())).orElse(inMain);
    }

    private Optional<FakeLink> vrf() {
        return master.filter(link -> link.is("vrf"));
    }

    /** A port that comes to a VRF, or leaves it, is set down and up again (drivers/net/vrf.c, cycle_netdev). */
    void setMaster(Optional<FakeLink> other) {
        boolean cycled =
                up && (vrf().isPresent() || other.filter(link -> link.is("vrf")).isPresent());
        master = other;
        if (cycled) {
            clearRoutes();
            addresses.removeIf(address -> !address.isIpv4() && !keepsAddresses());
        }
    }

    private boolean keepsAddresses() {
        return netns.sysctl("net/ipv6/conf/" + name + "/keep_addr_on_down")
                .filter("1"::equals)
                .isPresent();
    }

    void addRoute(Route route) {
        if (!deletedSubnets.remove(route) && !allRoutes().contains(route)) {
            routes.add(route);
        }
    }

    /** The routes that match: one that names no source is any. */
    void deleteRoute(Route route) {
        List<Route> found = allRoutes().stream()
                .filter(other -> other.equals(route) || withoutSource(other).equals(route))
                .toList();
        found.stream().filter(other -> !routes.remove(other)).forEach(deletedSubnets::add);
    }

    private static Route withoutSource(Route route) {
        return new Route(
                route.destination(),
                route.gateway(),
                route.priority(),
                route.table(),
                route.scope(),
                route.mtuBytes(),
                route.advertisedMssBytes());
    }

    /** What a link loses that is set down; up again, the subnets of its addresses are back. */
    void clearRoutes() {
        routes.clear();
        deletedSubnets.clear();
    }

    boolean reaches(InetAddress gateway) {
        return gateway.isLinkLocalAddress()
                || allRoutes().stream()
                        .anyMatch(route ->
                                route.gateway().isEmpty() && route.destination().contains(gateway));
    }
}
