package dev.hawser.linux;

import static dev.hawser.kernel.Errno.EACCES;
import static dev.hawser.kernel.Errno.EEXIST;
import static dev.hawser.kernel.Errno.EHOSTUNREACH;
import static dev.hawser.kernel.Errno.EINVAL;
import static dev.hawser.kernel.Errno.ENETDOWN;
import static dev.hawser.kernel.Errno.ENETUNREACH;
import static dev.hawser.kernel.Errno.ESRCH;

import dev.hawser.ip.IpMath;
import dev.hawser.kernel.IpChange;
import dev.hawser.kernel.KernelException;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.Route;
import dev.hawser.netlink.Ack;
import dev.hawser.netlink.Request;
import dev.hawser.netlink.RouteCodec;
import dev.hawser.netlink.RouteReader;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/** The routes of one namespace. */
final class Routes {

    /** Of the space that was reserved for the future in 1989 (RFC 1112, section 4). */
    private static final InetAddress NOBODY = IpMath.parse("240.0.0.1");

    /** Of the space that is given out to nobody (RFC 4291, section 2.4: 2000::/3 is in use). */
    private static final InetAddress NOBODY6 = IpMath.parse("4000::1");

    private final Namespace namespace;
    private final Links links;

    Routes(Namespace namespace) {
        this.namespace = namespace;
        this.links = new Links(namespace);
    }

    /** The kernel says EEXIST of the very same route only (fib_table_insert, fib6_add_rt2node). */
    void add(IpChange.AddRoute change) {
        int index = links.index(change.link());
        Ack ack =
                namespace.route().execute(RouteCodec.add(index, change.route())).ignoring(EEXIST);
        if (!ack.isOk()) {
            throw new KernelException(
                    "add route " + change.route() + " through " + change.link() + ": " + ack.text() + advice(ack),
                    ack.errno());
        }
    }

    private static String advice(Ack ack) {
        return switch (ack.errno()) {
            case ENETUNREACH, EHOSTUNREACH -> ": is the gateway in the subnet of an address of the link?";
            case ENETDOWN -> ": the link is down";
            default -> "";
        };
    }

    void delete(IpChange.DeleteRoute change) {
        Optional<Link> link = links.find(change.link());
        if (link.isPresent()) {
            namespace
                    .route()
                    .execute(RouteCodec.delete(link.get().index(), change.route()))
                    .ignoring(ESRCH)
                    .orFail("delete route " + change.route() + " through", change.link());
        }
    }

    /** The index of the link that packets to this address leave by; none if there is no route. */
    OptionalInt linkTowards(InetAddress address) {
        return way(address).map(way -> OptionalInt.of(way.link())).orElse(OptionalInt.empty());
    }

    /** Whether this address is one of this namespace's own. */
    boolean isLocal(InetAddress address) {
        return way(address).filter(RouteReader.Way::isLocal).isPresent();
    }

    private Optional<RouteReader.Way> way(InetAddress address) {
        try {
            return namespace.route().find(RouteCodec.towards(address), RouteReader::way, ENETUNREACH, "a route");
        } catch (KernelException e) {
            if (e.errno() == EHOSTUNREACH || e.errno() == EACCES || e.errno() == EINVAL) {
                return Optional.empty(); // routes of type unreachable, prohibit and blackhole
            }
            throw e;
        }
    }

    List<Route> of(String link) {
        return links.find(link).map(found -> through(found.index())).orElse(List.of());
    }

    /**
     * The kernel is asked for the way to an address that is nobody's. If the answer is another than the default route of table
     * main, as with the routing policies of a VPN, all routes are looked at.
     */
    Optional<String> defaultLink() {
        return Stream.of(NOBODY, NOBODY6)
                .flatMapToInt(nobody -> defaultLink(nobody).stream())
                .mapToObj(links::name)
                .flatMap(Optional::stream)
                .findFirst();
    }

    private OptionalInt defaultLink(InetAddress nobody) {
        Optional<OptionalInt> chosen = namespace
                .route()
                .find(
                        RouteCodec.chosenFor(nobody),
                        RouteReader::defaultRouteLink,
                        Set.of(ENETUNREACH, EHOSTUNREACH, EACCES, EINVAL),
                        "the way to " + nobody.getHostAddress());
        return chosen.orElse(OptionalInt.empty()).isPresent()
                ? chosen.orElseThrow()
                : firstDefaultLink(IpMath.isIpv4(nobody));
    }

    private OptionalInt firstDefaultLink(boolean ipv4) {
        return namespace.route().dump(RouteCodec.all(ipv4), RouteReader::defaultRouteLink, "routes").stream()
                .flatMapToInt(OptionalInt::stream)
                .findFirst();
    }

    /** Each once: a kernel without IPv6 answers a question about IPv6 with everything that it has. */
    private List<Route> through(int index) {
        return RouteCodec.all(index).stream()
                .flatMap(request -> dump(request, index).stream())
                .distinct()
                .toList();
    }

    private List<Route> dump(Request request, int index) {
        return namespace.route().dump(request, body -> RouteReader.routes(body, index), "routes").stream()
                .flatMap(List::stream)
                .toList();
    }
}
