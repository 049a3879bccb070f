package dev.hawser.netlink;

import static dev.hawser.netlink.Rtnetlink.AF_INET;
import static dev.hawser.netlink.Rtnetlink.AF_INET6;
import static dev.hawser.netlink.Rtnetlink.RTN_UNICAST;
import static dev.hawser.netlink.Rtnetlink.RT_SCOPE_LINK;
import static dev.hawser.netlink.Rtnetlink.RT_SCOPE_UNIVERSE;
import static dev.hawser.netlink.Rtnetlink.RT_TABLE_LOCAL;
import static dev.hawser.netlink.Rtnetlink.RT_TABLE_MAIN;

import dev.hawser.kernel.Route;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The routes through one link out of an RTM_NEWROUTE message: one for each next hop that is a way through it. */
public final class RouteReader {

    /** What the kernel makes of an IPv6 route without a metric (IP6_RT_PRIO_USER of linux/ipv6_route.h). */
    private static final int IP6_RT_PRIO_USER = 1024;

    private static final int RTNEXTHOP_BYTES = 8;

    private final RtMsg header;
    private final int index;
    private final List<Optional<InetAddress>> nextHops = new ArrayList<>();
    private byte[] destination;
    private Optional<InetAddress> gateway = Optional.empty();
    private Optional<InetAddress> source = Optional.empty();
    private int outgoing;
    private int priority;
    private int table;
    private OptionalInt mtuBytes = OptionalInt.empty();
    private OptionalInt advertisedMssBytes = OptionalInt.empty();

    private RouteReader(RtMsg header, int index) {
        this.header = header;
        this.index = index;
        this.table = header.table();
        this.destination = new byte[header.family() == AF_INET ? 4 : 16];
    }

    /**
     * The routes of this message that lead through the link of this index, in their shortest form: what the kernel would
     * choose itself is absent. None if the message is about multicast, a local address, or another family.
     */
    public static List<Route> routes(AttrReader body, int index) {
        RtMsg header = RtMsg.read(body);
        boolean isIp = header.family() == AF_INET || header.family() == AF_INET6;
        if (!isIp || header.type() != RTN_UNICAST) {
            return List.of();
        }
        RouteReader reader = new RouteReader(header, index);
        while (body.next()) {
            reader.attribute(body);
        }
        return reader.routes();
    }

    /** The index of the link that this message leads through, if it is a default route of table main. */
    public static OptionalInt defaultRouteLink(AttrReader body) {
        RtMsg header = RtMsg.read(body);
        RouteReader reader = new RouteReader(header, 0);
        while (body.next()) {
            reader.attribute(body);
        }
        boolean isDefault = header.type() == RTN_UNICAST
                && header.destinationLength() == 0
                && reader.table == RT_TABLE_MAIN
                && reader.outgoing != 0;
        return isDefault ? OptionalInt.of(reader.outgoing) : OptionalInt.empty();
    }

    /**
     * The way of a packet.
     *
     * @param link the index of the link that it leaves by
     * @param isLocal whether it does not leave, for its destination is here
     */
    public record Way(int link, boolean isLocal) {}

    /** What the answer to {@link RouteCodec#towards} says. */
    public static Way way(AttrReader body) {
        RtMsg header = RtMsg.read(body);
        int link = 0;
        while (body.next()) {
            link = body.type() == Rtnetlink.RTA_OIF ? body.u32() : link;
        }
        return new Way(link, header.type() == Rtnetlink.RTN_LOCAL);
    }

    private void attribute(AttrReader attr) {
        switch (attr.type()) {
            case Rtnetlink.RTA_DST -> destination = attr.bytes();
            case Rtnetlink.RTA_GATEWAY, Rtnetlink.RTA_VIA -> gateway = gateway(attr);
            case Rtnetlink.RTA_PREFSRC -> source = Optional.of(AddressCodec.address(attr.bytes()));
            case Rtnetlink.RTA_OIF -> outgoing = attr.u32();
            case Rtnetlink.RTA_PRIORITY -> priority = attr.u32();
            case Rtnetlink.RTA_TABLE -> table = attr.u32();
            case Rtnetlink.RTA_METRICS -> metrics(attr.nested());
            case Rtnetlink.RTA_MULTIPATH -> multipath(attr.nested());
            default -> {} // what we have no word for
        }
    }

    private void metrics(AttrReader metrics) {
        while (metrics.next()) {
            switch (metrics.type()) {
                case Rtnetlink.RTAX_MTU -> mtuBytes = OptionalInt.of(metrics.u32());
                case Rtnetlink.RTAX_ADVMSS -> advertisedMssBytes = OptionalInt.of(metrics.u32());
                default -> {} // what we have no word for
            }
        }
    }

    /**
     * Next hops, one after the other, each with attributes of its own.
     *
     * {@snippet lang=text :
     *  struct rtnexthop {
     *      unsigned short rtnh_len;      // with this header and the attributes
     *      unsigned char  rtnh_flags;
     *      unsigned char  rtnh_hops;
     *      int            rtnh_ifindex;
     *  };
     * }
     */
    private void multipath(AttrReader hops) {
        while (hops.hasMore()) {
            AttrReader hop = hops.lengthPrefixed();
            ByteBuffer nextHop = hop.fixed(RTNEXTHOP_BYTES);
            Optional<InetAddress> way = Optional.empty();
            while (hop.next()) {
                boolean isGateway = hop.type() == Rtnetlink.RTA_GATEWAY || hop.type() == Rtnetlink.RTA_VIA;
                way = isGateway ? gateway(hop) : way;
            }
            if (nextHop.getInt(4) == index) {
                nextHops.add(way);
            }
        }
    }

    /** RTA_VIA is {@code struct rtvia { __kernel_sa_family_t rtvia_family; __u8 rtvia_addr[]; }}. */
    private static Optional<InetAddress> gateway(AttrReader attr) {
        int skip = attr.type() == Rtnetlink.RTA_VIA ? 2 : 0;
        ByteBuffer value = attr.struct(skip);
        byte[] octets = new byte[value.limit() - skip];
        value.get(skip, octets);
        return Optional.of(AddressCodec.address(octets));
    }

    private List<Route> routes() {
        if (table == RT_TABLE_LOCAL) {
            return List.of();
        }
        if (outgoing == index) {
            nextHops.add(gateway);
        }
        return nextHops.stream().map(this::route).toList();
    }

    private Route route(Optional<InetAddress> nextHop) {
        return new Route(
                AddressCodec.cidr(destination, header.destinationLength()),
                nextHop,
                unless(priority, header.family() == AF_INET ? 0 : IP6_RT_PRIO_USER),
                unless(table, RT_TABLE_MAIN),
                scope(nextHop),
                mtuBytes,
                advertisedMssBytes,
                source);
    }

    /** IPv6 has no scopes: the kernel always says universe. */
    private OptionalInt scope(Optional<InetAddress> nextHop) {
        return header.family() == AF_INET6
                ? OptionalInt.empty()
                : unless(header.scope(), nextHop.isPresent() ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK);
    }

    private static OptionalInt unless(int value, int ordinary) {
        return value == ordinary ? OptionalInt.empty() : OptionalInt.of(value);
    }
}
