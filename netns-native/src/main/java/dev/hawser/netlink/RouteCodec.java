package dev.hawser.netlink;

import static dev.hawser.netlink.Netlink.NLM_F_CREATE;
import static dev.hawser.netlink.Rtnetlink.AF_INET;
import static dev.hawser.netlink.Rtnetlink.AF_INET6;
import static dev.hawser.netlink.Rtnetlink.RTM_DELROUTE;
import static dev.hawser.netlink.Rtnetlink.RTM_GETROUTE;
import static dev.hawser.netlink.Rtnetlink.RTM_NEWROUTE;
import static dev.hawser.netlink.Rtnetlink.RTN_UNICAST;
import static dev.hawser.netlink.Rtnetlink.RTPROT_BOOT;
import static dev.hawser.netlink.Rtnetlink.RT_SCOPE_LINK;
import static dev.hawser.netlink.Rtnetlink.RT_SCOPE_NOWHERE;
import static dev.hawser.netlink.Rtnetlink.RT_SCOPE_UNIVERSE;
import static dev.hawser.netlink.Rtnetlink.RT_TABLE_MAIN;
import static dev.hawser.netlink.Rtnetlink.RT_TABLE_UNSPEC;

import dev.hawser.ip.IpMath;
import dev.hawser.kernel.Route;
import java.net.InetAddress;
import java.util.List;

/** Requests about routes (rtnetlink(7), RTM_NEWROUTE and its kin). The answers are for {@link RouteReader}. */
public final class RouteCodec {

    private static final int MAX_TABLE_IN_HEADER = 255;

    private RouteCodec() {}

    /**
     * Adds a route through the link of this index: EEXIST if there is the very same one. Another next hop for the same
     * destination makes a multipath route of it (IPv6) or comes before it (IPv4).
     */
    public static Request add(int index, Route route) {
        int scope = route.scope().orElse(route.gateway().isPresent() ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK);
        return Request.acknowledged(RTM_NEWROUTE, NLM_F_CREATE, out -> {
            write(out, index, route, RTPROT_BOOT, scope, RTN_UNICAST);
            metrics(out, route);
        });
    }

    /** Deletes a route through the link of this index: ESRCH if there is none. */
    public static Request delete(int index, Route route) {
        int scope = route.scope().orElse(RT_SCOPE_NOWHERE); // matches any
        return Request.acknowledged(RTM_DELROUTE, 0, out -> write(out, index, route, 0, scope, 0));
    }

    private static void write(AttrWriter out, int index, Route route, int protocol, int scope, int type) {
        int table = route.table().orElse(RT_TABLE_MAIN);
        boolean small = Integer.compareUnsigned(table, MAX_TABLE_IN_HEADER) <= 0;
        out.fixed(new RtMsg(
                family(route),
                route.destination().prefixLength(),
                small ? table : RT_TABLE_UNSPEC,
                protocol,
                scope,
                type));
        if (!small) {
            out.u32(Rtnetlink.RTA_TABLE, table);
        }
        if (!route.isDefault()) {
            out.bytes(Rtnetlink.RTA_DST, route.destination().address().getAddress());
        }
        route.gateway().ifPresent(hop -> out.bytes(Rtnetlink.RTA_GATEWAY, hop.getAddress()));
        route.priority().ifPresent(number -> out.u32(Rtnetlink.RTA_PRIORITY, number));
        route.source().ifPresent(address -> out.bytes(Rtnetlink.RTA_PREFSRC, address.getAddress()));
        out.u32(Rtnetlink.RTA_OIF, index);
    }

    private static void metrics(AttrWriter out, Route route) {
        if (route.mtuBytes().isEmpty() && route.advertisedMssBytes().isEmpty()) {
            return;
        }
        out.nested(Rtnetlink.RTA_METRICS, metrics -> {
            route.mtuBytes().ifPresent(bytes -> metrics.u32(Rtnetlink.RTAX_MTU, bytes));
            route.advertisedMssBytes().ifPresent(bytes -> metrics.u32(Rtnetlink.RTAX_ADVMSS, bytes));
        });
    }

    /**
     * Asks for the routes through the link of this index, family by family; kernels before 4.20 answer with those of all
     * links, and kernels without IPv6 answer for both.
     */
    public static List<Request> all(int index) {
        return List.of(all(AF_INET, index), all(AF_INET6, index));
    }

    private static Request all(int family, int index) {
        return Request.dump(
                RTM_GETROUTE, out -> out.fixed(new RtMsg(family, 0, 0, 0, 0, 0)).u32(Rtnetlink.RTA_OIF, index));
    }

    /**
     * Asks which route is chosen for what is sent to this address: ENETUNREACH or EHOSTUNREACH if there is none. The answer
     * is for {@link RouteReader#defaultRouteLink}.
     */
    public static Request chosenFor(InetAddress destination) {
        byte[] octets = destination.getAddress();
        int family = octets.length == 4 ? AF_INET : AF_INET6;
        RtMsg header = new RtMsg(family, 8 * octets.length, 0, 0, 0, 0, Rtnetlink.RTM_F_FIB_MATCH);
        return Request.question(RTM_GETROUTE, out -> out.fixed(header).bytes(Rtnetlink.RTA_DST, octets));
    }

    /** Asks for all routes of a family. */
    public static Request all(boolean ipv4) {
        return Request.dump(RTM_GETROUTE, out -> out.fixed(new RtMsg(ipv4 ? AF_INET : AF_INET6, 0, 0, 0, 0, 0)));
    }

    /** Asks which way a packet to this address would take; {@link RouteReader#way} reads the answer. ENETUNREACH if none. */
    public static Request towards(InetAddress address) {
        int family = IpMath.isIpv4(address) ? AF_INET : AF_INET6;
        return Request.question(
                RTM_GETROUTE,
                out -> out.fixed(new RtMsg(family, IpMath.bits(address), 0, 0, 0, 0))
                        .bytes(Rtnetlink.RTA_DST, address.getAddress()));
    }

    private static int family(Route route) {
        return route.destination().isIpv4() ? AF_INET : AF_INET6;
    }
}
