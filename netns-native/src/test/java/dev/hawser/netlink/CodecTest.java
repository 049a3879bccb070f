package dev.hawser.netlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.Qdisc;
import dev.hawser.kernel.Route;
import dev.hawser.kernel.Side;
import dev.hawser.kernel.Tbf;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Messages as the kernel sends and takes them; captured on Linux 6.18, x86-64. */
class CodecTest {

    /** {@code ip link add veth1 address 02:…:01 master br0 type veth peer name eth0 netns X}, statistics left out. */
    private static final String LINK = """
            00 00 0100 03000000 43100100 00000000  # ifinfomsg: ARPHRD_ETHER, index 3, flags, change
            0a00 0300 766574683100 0000            # IFLA_IFNAME veth1
            0800 0d00 e8030000                     # IFLA_TXQLEN
            0500 1000 06000000                     # IFLA_OPERSTATE up
            0800 0400 dc050000                     # IFLA_MTU 1500
            0800 0a00 02000000                     # IFLA_MASTER 2
            0f00 1400 6e65742f312f6574683000 00    # IFLA_IFALIAS net/1/eth0
            0a00 0100 020000000001 0000            # IFLA_ADDRESS
            4400 1200                              # IFLA_LINKINFO
              0900 0100 7665746800 000000          #   IFLA_INFO_KIND veth
              0b00 0400 62726964676500 00          #   IFLA_INFO_SLAVE_KIND bridge
              2800 0500                            #   IFLA_INFO_SLAVE_DATA
                0500 0100 03000000                 #     IFLA_BRPORT_STATE forwarding
                0600 0200 20000000                 #     IFLA_BRPORT_PRIORITY
                0800 0300 02000000                 #     IFLA_BRPORT_COST
                0500 0400 00000000                 #     IFLA_BRPORT_MODE no hairpin
                0400 2b00                          #     IFLA_BRPORT_MCAST_EHT_HOSTS_CNT, here without its value
            0800 2500 00000000                     # IFLA_LINK_NETNSID
            0800 0500 02000000                     # IFLA_LINK 2
            """;

    /** {@code ip addr add 10.1.2.5/24 brd + dev veth1}. */
    private static final String ADDRESS = """
            02 18 80 00 03000000                   # ifaddrmsg: IPv4, /24, IFA_F_PERMANENT, global, index 3
            0800 0100 0a010205                     # IFA_ADDRESS
            0800 0200 0a010205                     # IFA_LOCAL
            0800 0400 0a0102ff                     # IFA_BROADCAST
            0a00 0300 766574683100 0000            # IFA_LABEL
            0800 0800 80000000                     # IFA_FLAGS
            1400 0600 ffffffff ffffffff 65a60800 65a60800  # IFA_CACHEINFO
            """;

    /** The link-local address of a link that has just come up. */
    private static final String TENTATIVE = """
            0a 40 c0 fd 03000000                   # ifaddrmsg: IPv6, /64, permanent and tentative, link, index 3
            1400 0100 fe80000000000000 000000fffe000001  # IFA_ADDRESS
            0800 0800 c0000000                     # IFA_FLAGS
            0500 0b00 03000000                     # IFA_PROTO
            """;

    /** {@code ip route add 10.9.0.0/16 via 10.1.2.1 dev veth1 metric 5 mtu 1400}. */
    private static final String ROUTE = """
            02 10 00 00 fe 03 00 01 00000000       # rtmsg: IPv4, /16, main, boot, universe, unicast
            0800 0f00 fe000000                     # RTA_TABLE main
            0800 0100 0a090000                     # RTA_DST
            0800 0600 05000000                     # RTA_PRIORITY
            0c00 0800 0800 0200 78050000           # RTA_METRICS: RTAX_MTU
            0800 0500 0a010201                     # RTA_GATEWAY
            0800 0400 03000000                     # RTA_OIF
            """;

    /** {@code ip route add fd09::/16 nexthop via fd00:1::1 dev veth1 nexthop via fd00:1::2 dev veth1}. */
    private static final String MULTIPATH = """
            0a 10 00 00 fe 03 00 01 00000000       # rtmsg: IPv6, /16, main, boot, universe, unicast
            0800 0f00 fe000000                     # RTA_TABLE main
            1400 0100 fd09000000000000 0000000000000000  # RTA_DST
            0800 0600 00040000                     # RTA_PRIORITY 1024
            3c00 0900                              # RTA_MULTIPATH
              1c00 00 00 03000000                  #   rtnexthop of 28 bytes, index 3
                1400 0500 fd00000100000000 0000000000000001  # RTA_GATEWAY
              1c00 00 00 03000000
                1400 0500 fd00000100000000 0000000000000002
            """;

    /** {@code tc qdisc add dev bwp1 root handle 1: tbf rate 8mbit burst 10000 latency 25ms}, statistics left out. */
    private static final String TBF = """
            00 00 0000 03000000 00000100 ffffffff 02000000  # tcmsg: index 3, handle 1:, root, reference count
            0800 0100 74626600                     # TCA_KIND tbf
            2c00 0200                              # TCA_OPTIONS
              2800 0100                            #   TCA_TBF_PARMS
                00 00 0000 0000 0000 40420f00      #     rate 1,000,000 bytes a second
                00 00 0000 0000 0000 00000000      #     no peak rate
                b8880000 5a620200 00000000         #     limit 35,000 bytes, buffer 156,250 ticks
            0500 0c00 00000000                     # TCA_HW_OFFLOAD no
            """;

    private static final List<String> CAPTURES = List.of(LINK, ADDRESS, TENTATIVE, ROUTE, MULTIPATH, TBF);

    private static final List<Function<AttrReader, Object>> READERS = List.of(
            LinkReader::link,
            LinkReader::state,
            AddressCodec::read,
            body -> RouteReader.routes(body, 3),
            QdiscReader::qdisc,
            QdiscReader::redirects);

    @Test
    void readsATokenBucket() {
        Qdisc expected = new Qdisc("tbf", Qdisc.OURS, Optional.of(new Tbf(1_000_000, 156_250, 35_000)));

        assertEquals(expected, QdiscReader.qdisc(body(TBF)));
    }

    @Test
    void readsALink() {
        Link expected = new Link(
                3,
                "veth1",
                Optional.of("veth"),
                Optional.of(MacAddress.parse("02:00:00:00:00:01")),
                1500,
                true,
                true,
                false,
                false,
                1000,
                OptionalInt.of(2),
                OptionalInt.of(2),
                OptionalInt.empty(),
                "net/1/eth0");

        assertEquals(expected, LinkReader.link(body(LINK)));
        assertTrue(LinkReader.state(body(LINK)).isReady());
    }

    @Test
    void aStateSpeaksTheWordsOfIp() {
        assertEquals("lowerlayerdown", new LinkState(3, OptionalInt.empty()).toString());
        assertEquals("disabled", new LinkState(6, OptionalInt.of(IfLink.BR_STATE_DISABLED)).toString());
        assertEquals("up", new LinkState(6, OptionalInt.of(3)).toString());
        assertEquals("up", new LinkState(200, OptionalInt.empty()).toString());
    }

    @Test
    void readsAnAddress() {
        AddressCodec.Entry entry = AddressCodec.read(body(ADDRESS));

        assertEquals(new AddressCodec.Entry(3, Cidr.parse("10.1.2.5/24"), 0x80), entry);
    }

    @Test
    void seesThatAnAddressIsTentative() {
        AddressCodec.Entry entry = AddressCodec.read(body(TENTATIVE));

        assertEquals(Cidr.parse("fe80::ff:fe00:1/64"), entry.address());
        assertTrue(entry.isTentative());
    }

    @Test
    void readsARoute() {
        Route expected = new Route(
                Cidr.parse("10.9.0.0/16"),
                Optional.of(IpMath.parse("10.1.2.1")),
                OptionalInt.of(5),
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.of(1400),
                OptionalInt.empty());

        assertEquals(List.of(expected), RouteReader.routes(body(ROUTE), 3));
        assertEquals(List.of(), RouteReader.routes(body(ROUTE), 4));
    }

    @Test
    void readsEachNextHopAsARoute() {
        Cidr destination = Cidr.parse("fd09::/16");

        assertEquals(
                List.of(
                        Route.to(destination, Optional.of(IpMath.parse("fd00:1::1"))),
                        Route.to(destination, Optional.of(IpMath.parse("fd00:1::2")))),
                RouteReader.routes(body(MULTIPATH), 3));
    }

    @Test
    void writesBothEndsOfAVethIntoOneMessage() {
        LinkChange.AddVeth veth = new LinkChange.AddVeth(
                "veth1",
                MacAddress.parse("02:00:00:00:00:01"),
                Optional.of("br0"),
                Side.POD,
                "eth0",
                MacAddress.parse("02:00:00:00:00:02"),
                OptionalInt.of(1400));

        assertEquals(
                Bytes.hex(Bytes.of("""
                        b800 0000 1000 0d06 01000000 00000000     # RTM_NEWLINK, CREATE | EXCL | ECHO | ACK | REQUEST
                        00000000 00000000 00000000 00000000       # ifinfomsg
                        0a00 0300 766574683100 0000               # IFLA_IFNAME veth1
                        0a00 0100 020000000001 0000               # IFLA_ADDRESS
                        0800 1f00 01000000                        # IFLA_NUM_TX_QUEUES 1
                        0800 2000 01000000                        # IFLA_NUM_RX_QUEUES 1
                        0800 0400 78050000                        # IFLA_MTU 1400
                        0800 0a00 02000000                        # IFLA_MASTER 2
                        6000 1280                                 # IFLA_LINKINFO
                          0900 0100 7665746800 000000             #   IFLA_INFO_KIND veth
                          5000 0280                               #   IFLA_INFO_DATA
                            4c00 0180                             #     VETH_INFO_PEER
                              00000000 00000000 00000000 00000000 #       ifinfomsg
                              0900 0300 6574683000 000000         #       IFLA_IFNAME eth0
                              0a00 0100 020000000002 0000         #       IFLA_ADDRESS
                              0800 1f00 01000000                  #       IFLA_NUM_TX_QUEUES 1
                              0800 2000 01000000                  #       IFLA_NUM_RX_QUEUES 1
                              0800 0400 78050000                  #       IFLA_MTU 1400
                              0800 1c00 09000000                  #       IFLA_NET_NS_FD 9
                        """)),
                Bytes.hex(Bytes.message(LinkCodec.add(veth, OptionalInt.of(2), OptionalInt.of(9)))));
    }

    @Test
    void writesOneVlanOfABridgePort() {
        assertEquals(Bytes.hex(Bytes.of("""
                        2c00 0000 1300 0500 01000000 00000000     # RTM_SETLINK
                        07000000 05000000 00000000 00000000       # ifinfomsg: AF_BRIDGE, index 5
                        0c00 1a80                                 # IFLA_AF_SPEC
                          0800 0200 0600 6400                     #   IFLA_BRIDGE_VLAN_INFO: PVID | UNTAGGED, 100
                        """)), Bytes.hex(Bytes.message(LinkCodec.addVlan(5, 100, true))));
    }

    @Test
    void writesARangeThatClearsAllVlans() {
        assertEquals(Bytes.hex(Bytes.of("""
                        3400 0000 1100 0500 01000000 00000000     # RTM_DELLINK
                        07000000 05000000 00000000 00000000       # ifinfomsg: AF_BRIDGE, index 5
                        1400 1a80                                 # IFLA_AF_SPEC
                          0800 0200 0800 0100                     #   IFLA_BRIDGE_VLAN_INFO: RANGE_BEGIN, 1
                          0800 0200 1000 fe0f                     #   IFLA_BRIDGE_VLAN_INFO: RANGE_END, 4094
                        """)), Bytes.hex(Bytes.message(LinkCodec.deleteAllVlans(5))));
    }

    @Test
    void asksForVlanFilteringOnlyIfItIsWanted() {
        ByteBuffer plain = Bytes.message(LinkCodec.add(new LinkChange.AddBridge("br0", OptionalInt.empty(), false)));
        ByteBuffer filtering = Bytes.message(LinkCodec.add(new LinkChange.AddBridge("br0", OptionalInt.empty(), true)));

        assertEquals(
                Bytes.hex(Bytes.of("0c00 0280 0500 0700 01000000")), // IFLA_INFO_DATA: IFLA_BR_VLAN_FILTERING
                Bytes.hex(filtering.slice(plain.limit(), filtering.limit() - plain.limit())));
    }

    @Test
    void shortIpv4PrefixesGetABroadcastAddress() {
        ByteBuffer with = Bytes.message(AddressCodec.add(3, Cidr.parse("10.1.2.5/30"), true));
        ByteBuffer without = Bytes.message(AddressCodec.add(3, Cidr.parse("10.1.2.5/31"), true));

        assertEquals("08 00 04 00 0a 01 02 07", Bytes.hex(with.slice(40, 8)));
        assertEquals(40, without.limit());
    }

    @Property
    void anAddressComesBackAsItWasWritten(@ForAll("addresses") Cidr address, @ForAll @IntRange(min = 1) int index) {
        AttrReader body = body(AddressCodec.add(index, address, true));

        AddressCodec.Entry entry = AddressCodec.read(body);

        assertEquals(new AddressCodec.Entry(index, address, 0), entry);
    }

    @Property
    void aRouteComesBackAsItWasWritten(
            @ForAll("addresses") Cidr destination,
            @ForAll boolean viaGateway,
            @ForAll @IntRange(min = 1, max = 1000) int priority,
            @ForAll @IntRange(min = 256) int table) {
        Optional<InetAddress> gateway = viaGateway ? Optional.of(destination.address()) : Optional.empty();
        OptionalInt unset = OptionalInt.empty();
        Route route = new Route(
                destination, gateway, OptionalInt.of(priority), OptionalInt.of(table), unset, OptionalInt.of(9), unset);

        assertEquals(List.of(route), RouteReader.routes(body(RouteCodec.add(7, route)), 7));
    }

    @Property(tries = 3000)
    void garbageIsAValueOrAnError(@ForAll @Size(max = 300) byte[] garbage) {
        READERS.forEach(reader -> assertTrue(isReadOrRefused(reader, garbage)));
    }

    @Property(tries = 3000)
    void aDamagedMessageIsAValueOrAnError(
            @ForAll @IntRange(max = 4) int which, @ForAll int length, @ForAll int at, @ForAll byte value) {
        byte[] whole = Bytes.array(Bytes.of(CAPTURES.get(which)));
        byte[] damaged = Arrays.copyOf(whole, Math.floorMod(length, whole.length) + 1);
        damaged[Math.floorMod(at, damaged.length)] = value;

        READERS.forEach(reader -> assertTrue(isReadOrRefused(reader, damaged)));
    }

    /** Any other exception than the one that is meant fails the test. */
    private static boolean isReadOrRefused(Function<AttrReader, Object> reader, byte[] bytes) {
        try {
            return !reader.apply(new AttrReader(Bytes.of(bytes))).toString().isEmpty();
        } catch (MalformedNetlink e) {
            return true;
        }
    }

    @Provide
    Arbitrary<Cidr> addresses() {
        Arbitrary<byte[]> octets = Arbitraries.of(4, 16)
                .flatMap(size -> Arbitraries.bytes().array(byte[].class).ofSize(size));
        return octets.map(IpMath::of)
                .flatMap(address ->
                        Arbitraries.integers().between(0, IpMath.bits(address)).map(bits -> new Cidr(address, bits)));
    }

    private static AttrReader body(String capture) {
        return new AttrReader(Bytes.of(capture));
    }

    private static AttrReader body(Request request) {
        ByteBuffer message = Bytes.message(request);
        return new AttrReader(message.position(NlMsgHdr.BYTES));
    }
}
