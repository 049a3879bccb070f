package dev.hawser.netfilter;

import static dev.hawser.netlink.Netlink.NLA_F_NESTED;
import static dev.hawser.netlink.Rtnetlink.AF_INET;
import static dev.hawser.netlink.Rtnetlink.AF_INET6;

import dev.hawser.ip.IpMath;
import dev.hawser.kernel.FirewallChange.ForgetFlows;
import dev.hawser.netlink.AttrReader;
import dev.hawser.netlink.AttrWriter;
import dev.hawser.netlink.Request;
import java.net.InetAddress;
import java.util.Optional;

/** Requests to conntrack (linux/netfilter/nfnetlink_conntrack.h), and the answers. */
public final class Conntrack {

    private static final int NFNL_SUBSYS_CTNETLINK = 1;
    private static final int IPCTNL_MSG_CT_GET = NFNL_SUBSYS_CTNETLINK << 8 | 1;
    private static final int IPCTNL_MSG_CT_DELETE = NFNL_SUBSYS_CTNETLINK << 8 | 2;

    // enum ctattr_type.
    private static final int CTA_TUPLE_ORIG = 1;
    private static final int CTA_ID = 12;
    private static final int CTA_ZONE = 18;
    private static final int CTA_FILTER = 25;

    // enum ctattr_tuple, ctattr_ip, ctattr_l4proto.
    private static final int CTA_TUPLE_IP = 1;
    private static final int CTA_TUPLE_PROTO = 2;
    private static final int CTA_IP_V4_DST = 2;
    private static final int CTA_IP_V6_DST = 4;
    private static final int CTA_PROTO_NUM = 1;
    private static final int CTA_PROTO_DST_PORT = 3;

    // enum ctattr_filter; the bits are those of net/netfilter/nf_internals.h, CTA_FILTER_F_….
    private static final int CTA_FILTER_ORIG_FLAGS = 1;
    private static final int CTA_FILTER_F_IP_DST = 1 << 1;
    private static final int CTA_FILTER_F_PROTO_NUM = 1 << 3;
    private static final int CTA_FILTER_F_PROTO_DST_PORT = 1 << 5;

    private Conntrack() {}

    /** A flow that conntrack knows, by the destination of its first packet as the sender wrote it. */
    public static final class Flow {

        private final byte[] tuple;
        private final byte[] zone;
        private final byte[] id;
        private final Optional<InetAddress> destination;
        private final int protocol;
        private final int port;

        private Flow(byte[] tuple, byte[] zone, byte[] id, Destination destination) {
            this.tuple = tuple;
            this.zone = zone;
            this.id = id;
            this.destination = destination.address;
            this.protocol = destination.protocol;
            this.port = destination.port;
        }

        /** Its destination, if it is one to this port. */
        public Optional<InetAddress> destination(ForgetFlows wanted) {
            return destination.filter(address -> protocol == wanted.protocol().number()
                    && port == wanted.hostPort()
                    && IpMath.isIpv4(address) == wanted.ipv4()
                    && wanted.hostAddress().map(address::equals).orElse(true));
        }
    }

    /** What is read of CTA_TUPLE_ORIG. */
    private static final class Destination {

        private Optional<InetAddress> address = Optional.empty();
        private int protocol;
        private int port;

        static Destination read(AttrReader tuple) {
            Destination destination = new Destination();
            while (tuple.next()) {
                switch (tuple.type()) {
                    case CTA_TUPLE_IP -> destination.readIp(tuple.nested());
                    case CTA_TUPLE_PROTO -> destination.readProto(tuple.nested());
                    default -> {} // the zone of this direction
                }
            }
            return destination;
        }

        private void readIp(AttrReader ip) {
            while (ip.next()) {
                switch (ip.type()) {
                    case CTA_IP_V4_DST, CTA_IP_V6_DST -> address = new Key(ip.bytes()).address();
                    default -> {} // the source
                }
            }
        }

        private void readProto(AttrReader proto) {
            while (proto.next()) {
                switch (proto.type()) {
                    case CTA_PROTO_NUM -> protocol = proto.u8();
                    case CTA_PROTO_DST_PORT -> port = proto.u16be();
                    default -> {} // the source's port, and what ICMP has
                }
            }
        }
    }

    /** The flow that an answer is about. */
    public static Flow flow(AttrReader answer) {
        answer.fixed(NfGenMsg.BYTES);
        byte[] tuple = {};
        byte[] zone = {};
        byte[] id = {};
        Destination destination = new Destination();
        while (answer.next()) {
            switch (answer.type()) {
                case CTA_TUPLE_ORIG -> {
                    tuple = answer.bytes();
                    destination = Destination.read(answer.nested());
                }
                case CTA_ZONE -> zone = answer.bytes();
                case CTA_ID -> id = answer.bytes();
                default -> {} // the other direction, its state, timers and counters
            }
        }
        return new Flow(tuple, zone, id, destination);
    }

    /**
     * Dumps the flows to this port; {@link #flow} reads an answer. Kernels before 5.8 answer with those to other ports too, of the
     * same family.
     */
    public static Request flowsTo(ForgetFlows port) {
        int flags = CTA_FILTER_F_PROTO_NUM | CTA_FILTER_F_PROTO_DST_PORT;
        return Request.dump(IPCTNL_MSG_CT_GET, out -> {
            out.fixed(new NfGenMsg(family(port.ipv4()), 0));
            out.nested(CTA_TUPLE_ORIG, tuple -> {
                port.hostAddress().ifPresent(address -> destination(tuple, address));
                tuple.nested(
                        CTA_TUPLE_PROTO,
                        proto -> proto.u8(CTA_PROTO_NUM, port.protocol().number())
                                .u16be(CTA_PROTO_DST_PORT, port.hostPort()));
            });
            out.nested(
                    CTA_FILTER,
                    filter -> filter.u32(
                            CTA_FILTER_ORIG_FLAGS,
                            port.hostAddress().isPresent() ? flags | CTA_FILTER_F_IP_DST : flags));
        });
    }

    private static void destination(AttrWriter tuple, InetAddress address) {
        int type = IpMath.isIpv4(address) ? CTA_IP_V4_DST : CTA_IP_V6_DST;
        tuple.nested(CTA_TUPLE_IP, ip -> ip.bytes(type, address.getAddress()));
    }

    /** The end of this flow, and of none that came after it; ENOENT if it has ended. */
    public static Request delete(Flow flow, boolean ipv4) {
        return Request.acknowledged(IPCTNL_MSG_CT_DELETE, 0, out -> {
            out.fixed(new NfGenMsg(family(ipv4), 0)).bytes(CTA_TUPLE_ORIG | NLA_F_NESTED, flow.tuple);
            if (flow.zone.length > 0) {
                out.bytes(CTA_ZONE, flow.zone);
            }
            if (flow.id.length > 0) {
                out.bytes(CTA_ID, flow.id);
            }
        });
    }

    private static int family(boolean ipv4) {
        return ipv4 ? AF_INET : AF_INET6;
    }
}
