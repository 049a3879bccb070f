package dev.hawser.dhcp;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.Dns;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a lease means for a link: its address, routes, and if they were asked for, name servers. The reference never passes name
 * servers on.
 *
 * @param priority the metric of all routes, if they have one
 */
record LeaseResult(Ask ask, Terms terms, OptionalInt priority) {

    /** RT_SCOPE_LINK of rtnetlink.h. */
    private static final int SCOPE_LINK = 253;

    private static final int ADDRESS_BYTES = 4;
    private static final int BITS = 32;

    CniResult result() {
        CniResult.Ip ip = new CniResult.Ip(OptionalInt.empty(), terms.address(), router());
        return new CniResult(List.of(), List.of(ip), routes(), dns());
    }

    private Optional<InetAddress> router() {
        return terms.options().address(OptionCode.ROUTER);
    }

    /** Classless routes stand alone: a client that knows them ignores the others, routers included (RFC 3442). */
    private List<CniResult.RouteEntry> routes() {
        List<CniResult.RouteEntry> classless = classlessRoutes();
        if (!classless.isEmpty()) {
            return classless;
        }
        List<CniResult.RouteEntry> routes = staticRoutes();
        router().ifPresent(router -> routes.add(route(Cidr.parse("0.0.0.0/0"), router, OptionalInt.empty())));
        return routes;
    }

    /**
     * {@snippet lang=text :
     *  prefix length (1), the octets of the destination that it covers (0 to 4), router (4); and so on
     * }
     *
     * The list ends before an entry that is cut off or is none.
     */
    private List<CniResult.RouteEntry> classlessRoutes() {
        List<CniResult.RouteEntry> routes = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(
                terms.options().find(OptionCode.CLASSLESS_STATIC_ROUTE).orElse(new byte[0]));
        while (in.hasRemaining()) {
            int length = Byte.toUnsignedInt(in.get());
            int significant = (length + 7) / 8;
            if (length > BITS || in.remaining() < significant + ADDRESS_BYTES) {
                break;
            }
            byte[] destination = new byte[ADDRESS_BYTES];
            in.get(destination, 0, significant);
            routes.add(classlessRoute(new Cidr(IpMath.of(destination), length).network(), address(in)));
        }
        return routes;
    }

    /** A router of 0.0.0.0 says that the destination is on the link (RFC 3442, "Local Subnet Routes"). */
    private CniResult.RouteEntry classlessRoute(Cidr destination, InetAddress router) {
        return route(
                destination, router, router.isAnyLocalAddress() ? OptionalInt.of(SCOPE_LINK) : OptionalInt.empty());
    }

    /** Pairs of destination and router, by the classes of old (RFC 2132, 5.8); the default route is not one of them. */
    private List<CniResult.RouteEntry> staticRoutes() {
        List<CniResult.RouteEntry> routes = new ArrayList<>();
        List<InetAddress> addresses = terms.options().addresses(OptionCode.STATIC_ROUTE);
        for (int i = 0; i + 1 < addresses.size(); i += 2) {
            InetAddress destination = addresses.get(i);
            if (!destination.isAnyLocalAddress()) {
                Cidr network = new Cidr(destination, classOf(destination)).network();
                routes.add(route(network, addresses.get(i + 1), OptionalInt.empty()));
            }
        }
        return routes;
    }

    private static int classOf(InetAddress address) {
        int first = Byte.toUnsignedInt(address.getAddress()[0]);
        if (first < 128) {
            return 8;
        }
        return first < 192 ? 16 : 24;
    }

    private CniResult.RouteEntry route(Cidr destination, InetAddress router, OptionalInt scope) {
        OptionalInt unset = OptionalInt.empty();
        return new CniResult.RouteEntry(destination, Optional.of(router), unset, unset, priority, unset, scope);
    }

    private static InetAddress address(ByteBuffer in) {
        byte[] octets = new byte[ADDRESS_BYTES];
        in.get(octets);
        return IpMath.of(octets);
    }

    private Dns dns() {
        List<String> servers = isRequested(OptionCode.DOMAIN_NAME_SERVER)
                ? terms.options().addresses(OptionCode.DOMAIN_NAME_SERVER).stream()
                        .map(IpMath::text)
                        .toList()
                : List.of();
        String domain = isRequested(OptionCode.DOMAIN_NAME)
                ? terms.options().text(OptionCode.DOMAIN_NAME).orElse("")
                : "";
        List<String> search = isRequested(OptionCode.DOMAIN_SEARCH)
                ? DomainNames.parse(
                        terms.options().find(OptionCode.DOMAIN_SEARCH).orElse(new byte[0]))
                : List.of();
        return new Dns(servers, domain, search, List.of());
    }

    private boolean isRequested(int code) {
        return ask.requested().contains(code);
    }
}
