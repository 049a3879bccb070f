package dev.hawser.netlink;

import static dev.hawser.netlink.Netlink.NLM_F_CREATE;
import static dev.hawser.netlink.Netlink.NLM_F_EXCL;
import static dev.hawser.netlink.Rtnetlink.AF_INET;
import static dev.hawser.netlink.Rtnetlink.AF_INET6;
import static dev.hawser.netlink.Rtnetlink.AF_UNSPEC;
import static dev.hawser.netlink.Rtnetlink.RTM_DELADDR;
import static dev.hawser.netlink.Rtnetlink.RTM_GETADDR;
import static dev.hawser.netlink.Rtnetlink.RTM_NEWADDR;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import java.net.InetAddress;

/** Addresses of links (rtnetlink(7), RTM_NEWADDR and its kin). */
public final class AddressCodec {

    /** The longest prefix that leaves room for a broadcast address (RFC 3021). */
    private static final int LONGEST_WITH_BROADCAST = 30;

    private static final int IPV4_OCTETS = 4;
    private static final int IPV6_OCTETS = 16;

    /** Of ::ffff:0:0/96 (RFC 4291, 2.5.5.2). */
    private static final int MAPPED_PREFIX = 96;

    private AddressCodec() {}

    /** One address of a link, with {@code flags} being IFA_F_… */
    public record Entry(int index, Cidr address, int flags) {

        /** Whether a duplicate of it was found, so that it serves nothing. */
        public boolean isDuplicate() {
            return (flags & IfAddr.IFA_F_DADFAILED) != 0;
        }

        /** Whether the search for duplicates still goes on. */
        public boolean isTentative() {
            return (flags & IfAddr.IFA_F_TENTATIVE) != 0;
        }
    }

    /**
     * Gives the link of this index an address: EEXIST if it has it.
     *
     * @param onLink whether the kernel makes a route to its subnet
     */
    public static Request add(int index, Cidr address, boolean onLink) {
        return Request.acknowledged(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, out -> {
            write(out, index, address);
            if (address.isIpv4() && address.prefixLength() <= LONGEST_WITH_BROADCAST) {
                out.bytes(IfAddr.IFA_BROADCAST, address.last().getAddress());
            }
            if (!onLink) {
                out.u32(IfAddr.IFA_FLAGS, IfAddr.IFA_F_NOPREFIXROUTE);
            }
        });
    }

    /** Takes an address from the link of this index: EADDRNOTAVAIL if it has it not. */
    public static Request delete(int index, Cidr address) {
        return Request.acknowledged(RTM_DELADDR, 0, out -> write(out, index, address));
    }

    private static void write(AttrWriter out, int index, Cidr address) {
        byte[] octets = address.address().getAddress();
        int family = address.isIpv4() ? AF_INET : AF_INET6;
        out.fixed(new IfAddrMsg(family, address.prefixLength(), 0, 0, index))
                .bytes(IfAddr.IFA_LOCAL, octets)
                .bytes(IfAddr.IFA_ADDRESS, octets);
    }

    /** Asks for the addresses of the link of this index; kernels before 4.20 answer with those of all links. */
    public static Request all(int index) {
        return Request.dump(RTM_GETADDR, out -> out.fixed(new IfAddrMsg(AF_UNSPEC, 0, 0, 0, index)));
    }

    /** The address that an RTM_NEWADDR message describes. */
    public static Entry read(AttrReader body) {
        IfAddrMsg header = IfAddrMsg.read(body);
        byte[] address = {};
        byte[] local = {};
        int flags = header.flags();
        while (body.next()) {
            switch (body.type()) {
                case IfAddr.IFA_ADDRESS -> address = body.bytes();
                case IfAddr.IFA_LOCAL -> local = body.bytes();
                case IfAddr.IFA_FLAGS -> flags = body.u32();
                default -> {} // lifetimes and labels
            }
        }
        // IFA_ADDRESS is the far end of a point-to-point link; IPv6 sends IFA_LOCAL only then.
        byte[] octets = local.length > 0 ? local : address;
        return new Entry(header.index(), cidr(octets, header.prefixLength()), flags);
    }

    /** Octets of the wire as an address: 4 or 16 of them. */
    static InetAddress address(byte[] octets) {
        if (octets.length != IPV4_OCTETS && octets.length != IPV6_OCTETS) {
            throw new MalformedNetlink("an address of " + octets.length + " bytes");
        }
        return IpMath.of(octets);
    }

    /** Octets of the wire as an address with a prefix; an IPv4-mapped one is IPv4 to us. */
    static Cidr cidr(byte[] octets, int prefixLength) {
        InetAddress address = address(octets);
        boolean mapped = octets.length == IPV6_OCTETS && IpMath.isIpv4(address);
        int length = mapped ? Math.max(0, prefixLength - MAPPED_PREFIX) : prefixLength;
        if (length > IpMath.bits(address)) {
            throw new MalformedNetlink("a prefix of " + prefixLength + " bits");
        }
        return new Cidr(address, length);
    }
}
