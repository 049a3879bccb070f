package dev.hawser.netlink;

import static dev.hawser.netlink.IfLink.BRIDGE_VLAN_INFO_PVID;
import static dev.hawser.netlink.IfLink.BRIDGE_VLAN_INFO_RANGE_BEGIN;
import static dev.hawser.netlink.IfLink.BRIDGE_VLAN_INFO_RANGE_END;
import static dev.hawser.netlink.IfLink.BRIDGE_VLAN_INFO_UNTAGGED;
import static dev.hawser.netlink.IfLink.IFLA_ADDRESS;
import static dev.hawser.netlink.IfLink.IFLA_AF_SPEC;
import static dev.hawser.netlink.IfLink.IFLA_BRIDGE_VLAN_INFO;
import static dev.hawser.netlink.IfLink.IFLA_BRPORT_ISOLATED;
import static dev.hawser.netlink.IfLink.IFLA_BRPORT_MODE;
import static dev.hawser.netlink.IfLink.IFLA_BR_VLAN_FILTERING;
import static dev.hawser.netlink.IfLink.IFLA_EXT_MASK;
import static dev.hawser.netlink.IfLink.IFLA_GROUP;
import static dev.hawser.netlink.IfLink.IFLA_IFALIAS;
import static dev.hawser.netlink.IfLink.IFLA_IFNAME;
import static dev.hawser.netlink.IfLink.IFLA_INET_CONF;
import static dev.hawser.netlink.IfLink.IFLA_INFO_DATA;
import static dev.hawser.netlink.IfLink.IFLA_INFO_KIND;
import static dev.hawser.netlink.IfLink.IFLA_INFO_SLAVE_DATA;
import static dev.hawser.netlink.IfLink.IFLA_INFO_SLAVE_KIND;
import static dev.hawser.netlink.IfLink.IFLA_IPVLAN_MODE;
import static dev.hawser.netlink.IfLink.IFLA_LINK;
import static dev.hawser.netlink.IfLink.IFLA_LINKINFO;
import static dev.hawser.netlink.IfLink.IFLA_MACVLAN_BC_QUEUE_LEN;
import static dev.hawser.netlink.IfLink.IFLA_MACVLAN_MODE;
import static dev.hawser.netlink.IfLink.IFLA_MASTER;
import static dev.hawser.netlink.IfLink.IFLA_MTU;
import static dev.hawser.netlink.IfLink.IFLA_NET_NS_FD;
import static dev.hawser.netlink.IfLink.IFLA_NUM_RX_QUEUES;
import static dev.hawser.netlink.IfLink.IFLA_NUM_TX_QUEUES;
import static dev.hawser.netlink.IfLink.IFLA_TXQLEN;
import static dev.hawser.netlink.IfLink.IFLA_VLAN_ID;
import static dev.hawser.netlink.IfLink.IFLA_VRF_TABLE;
import static dev.hawser.netlink.IfLink.VETH_INFO_PEER;
import static dev.hawser.netlink.Netlink.NLM_F_CREATE;
import static dev.hawser.netlink.Netlink.NLM_F_ECHO;
import static dev.hawser.netlink.Netlink.NLM_F_EXCL;
import static dev.hawser.netlink.Rtnetlink.AF_BRIDGE;
import static dev.hawser.netlink.Rtnetlink.AF_INET;
import static dev.hawser.netlink.Rtnetlink.AF_UNSPEC;
import static dev.hawser.netlink.Rtnetlink.RTEXT_FILTER_SKIP_STATS;
import static dev.hawser.netlink.Rtnetlink.RTM_DELLINK;
import static dev.hawser.netlink.Rtnetlink.RTM_GETLINK;
import static dev.hawser.netlink.Rtnetlink.RTM_NEWLINK;
import static dev.hawser.netlink.Rtnetlink.RTM_SETLINK;

import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.LinkKind;
import dev.hawser.kernel.MacAddress;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** Requests about links (rtnetlink(7), RTM_NEWLINK and its kin). The answers are for {@link LinkReader}. */
public final class LinkCodec {

    private static final int MAX_VLAN = 4094;

    private LinkCodec() {}

    /** Asks for the link of this name: ENODEV if there is none. */
    public static Request byName(String name) {
        return Request.question(
                RTM_GETLINK,
                out -> out.fixed(IfInfoMsg.ANY).string(IFLA_IFNAME, name).u32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS));
    }

    /** Asks for the link of this index: ENODEV if there is none. */
    public static Request byIndex(int index) {
        IfInfoMsg header = new IfInfoMsg(AF_UNSPEC, index, 0, 0);
        return Request.question(RTM_GETLINK, out -> out.fixed(header).u32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS));
    }

    /** Asks for all links. */
    public static Request all() {
        return Request.dump(RTM_GETLINK, out -> out.fixed(IfInfoMsg.ANY).u32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS));
    }

    /** A new bridge: EEXIST if there is any link of this name. */
    public static Request add(LinkChange.AddBridge bridge) {
        return Request.acknowledged(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, out -> {
            out.fixed(IfInfoMsg.ANY).string(IFLA_IFNAME, bridge.name());
            mtu(out, bridge.mtuBytes());
            out.nested(IFLA_LINKINFO, info -> {
                info.string(IFLA_INFO_KIND, "bridge");
                if (bridge.vlanFiltering()) {
                    info.nested(IFLA_INFO_DATA, settings -> settings.u8(IFLA_BR_VLAN_FILTERING, 1));
                }
            });
        });
    }

    /**
     * Both ends of a new veth, each in its namespace from the start: EEXIST if there is a link of either name. Since Linux 6.2
     * the answer begins with the near end, as {@link LinkReader} reads it (NLM_F_ECHO).
     *
     * <p>Each end has one queue a direction. By default it would have room for one for each processor, of which just one is in
     * use unless somebody asks for more (veth_init_queues): the room alone more than doubles the price of a veth on two
     * processors, for each queue is an object in sysfs.
     *
     * @param masterIndex of the bridge that the near end becomes a port of
     * @param peerNamespace an open descriptor of the namespace of the far end; none if it is the near one's
     */
    public static Request add(LinkChange.AddVeth veth, OptionalInt masterIndex, OptionalInt peerNamespace) {
        return Request.acknowledged(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ECHO, out -> {
            end(out, veth.name(), veth.mac(), veth.mtuBytes());
            masterIndex.ifPresent(index -> out.u32(IFLA_MASTER, index));
            out.nested(
                    IFLA_LINKINFO,
                    info -> info.string(IFLA_INFO_KIND, "veth")
                            .nested(
                                    IFLA_INFO_DATA,
                                    settings -> settings.nested(VETH_INFO_PEER, peer -> {
                                        end(peer, veth.peer(), veth.peerMac(), veth.mtuBytes());
                                        peerNamespace.ifPresent(fd -> peer.u32(IFLA_NET_NS_FD, fd));
                                    })));
        });
    }

    /**
     * A new link, in its namespace from the start: EEXIST if there is a link of this name, before Linux 6.15 also if there is one
     * where the request is sent (rtnl_newlink looked for it in the namespace of the socket), unless the link is to have an index.
     *
     * @param index of the new link: EEXIST or EBUSY if it is taken where the request is sent or in {@code namespace}; 0 for any
     * @param parentIndex of the link that it is a view on, where the request is sent
     * @param namespace an open descriptor of the namespace that it is for; none if it is for where the request is sent
     */
    public static Request add(LinkChange.AddLink link, int index, OptionalInt parentIndex, OptionalInt namespace) {
        return Request.acknowledged(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, out -> {
            out.fixed(new IfInfoMsg(AF_UNSPEC, index, 0, 0))
                    .string(IFLA_IFNAME, link.name())
                    .u32(IFLA_NUM_TX_QUEUES, 1)
                    .u32(IFLA_NUM_RX_QUEUES, 1);
            link.mac().ifPresent(mac -> out.bytes(IFLA_ADDRESS, mac.octets()));
            mtu(out, link.mtuBytes());
            parentIndex.ifPresent(parent -> out.u32(IFLA_LINK, parent));
            namespace.ifPresent(fd -> out.u32(IFLA_NET_NS_FD, fd));
            out.nested(
                    IFLA_LINKINFO,
                    info -> info.string(IFLA_INFO_KIND, link.kind().name())
                            .nested(IFLA_INFO_DATA, settings -> settings(settings, link.kind())));
        });
    }

    private static void settings(AttrWriter out, LinkKind kind) {
        switch (kind) {
            case LinkKind.Dummy() -> {}
            case LinkKind.Ifb() -> {}
            case LinkKind.Vrf(int table) -> out.u32(IFLA_VRF_TABLE, table);
            case LinkKind.Macvlan macvlan -> {
                out.u32(IFLA_MACVLAN_MODE, macvlan.mode().number());
                macvlan.bcQueueLength().ifPresent(length -> out.u32(IFLA_MACVLAN_BC_QUEUE_LEN, length));
            }
            case LinkKind.Ipvlan ipvlan ->
                out.u16(IFLA_IPVLAN_MODE, ipvlan.mode().number());
            case LinkKind.Vlan vlan -> out.u16(IFLA_VLAN_ID, vlan.id());
        }
    }

    private static void end(AttrWriter out, String name, MacAddress mac, OptionalInt mtuBytes) {
        out.fixed(IfInfoMsg.ANY)
                .string(IFLA_IFNAME, name)
                .bytes(IFLA_ADDRESS, mac.octets())
                .u32(IFLA_NUM_TX_QUEUES, 1)
                .u32(IFLA_NUM_RX_QUEUES, 1);
        mtu(out, mtuBytes);
    }

    private static void mtu(AttrWriter out, OptionalInt mtuBytes) {
        mtuBytes.ifPresent(bytes -> out.u32(IFLA_MTU, bytes));
    }

    /** Deletes the link of this name: ENODEV if there is none. */
    public static Request delete(String name) {
        return Request.acknowledged(
                RTM_DELLINK, 0, out -> out.fixed(IfInfoMsg.ANY).string(IFLA_IFNAME, name));
    }

    /** Deletes all links of an interface group: ENODEV if there are none, EOPNOTSUPP if one of them is hardware. */
    public static Request deleteGroup(int group) {
        return Request.acknowledged(
                RTM_DELLINK, 0, out -> out.fixed(IfInfoMsg.ANY).u32(IFLA_GROUP, group));
    }

    /** Puts the link into an interface group; 0 is the one that links are in by default. */
    public static Request setGroup(String name, int group) {
        return set(name, out -> out.u32(IFLA_GROUP, group));
    }

    /**
     * Sets some of the flags of a link.
     *
     * @param flags IFF_… as they should be
     * @param change which of them to touch
     */
    public static Request setFlags(String name, int flags, int change) {
        IfInfoMsg header = new IfInfoMsg(AF_UNSPEC, 0, flags, change);
        return Request.acknowledged(RTM_SETLINK, 0, out -> out.fixed(header).string(IFLA_IFNAME, name));
    }

    /** Sets the alias, without a final NUL, for which 255 bytes leave no room (dev_set_alias). */
    public static Request set(LinkChange.SetAlias alias) {
        byte[] text = alias.alias().getBytes(StandardCharsets.UTF_8);
        return set(alias.link(), out -> out.bytes(IFLA_IFALIAS, text));
    }

    /** Sets the hardware address. */
    public static Request setMac(String name, MacAddress mac) {
        return set(name, out -> out.bytes(IFLA_ADDRESS, mac.octets()));
    }

    /** Sets the MTU. */
    public static Request setMtu(String name, int mtuBytes) {
        return set(name, out -> out.u32(IFLA_MTU, mtuBytes));
    }

    /** Sets how many packets may wait to be sent. */
    public static Request setTxQueueLength(String name, int packets) {
        return set(name, out -> out.u32(IFLA_TXQLEN, packets));
    }

    /** Makes the link a port of another; 0 of none. */
    public static Request setMaster(String name, int masterIndex) {
        return set(name, out -> out.u32(IFLA_MASTER, masterIndex));
    }

    /**
     * Moves a link to another namespace and gives it a name there. The kernel moves it first, and looks only then whether the
     * name is free (do_setlink): EEXIST may leave it there under its old name.
     *
     * @param namespace an open descriptor of the namespace
     */
    public static Request move(int index, int namespace, String name) {
        return Request.acknowledged(
                RTM_SETLINK,
                0,
                out -> out.fixed(new IfInfoMsg(AF_UNSPEC, index, 0, 0))
                        .u32(IFLA_NET_NS_FD, namespace)
                        .string(IFLA_IFNAME, name));
    }

    /**
     * Sets an IPv4 parameter of a link.
     *
     * @param parameter IPV4_DEVCONF_…
     */
    public static Request setIpv4(String name, int parameter, int value) {
        return set(
                name,
                out -> out.nested(
                        IFLA_AF_SPEC,
                        families -> families.nested(
                                AF_INET, ipv4 -> ipv4.nested(IFLA_INET_CONF, values -> values.u32(parameter, value)))));
    }

    private static Request set(String name, Consumer<AttrWriter> what) {
        return Request.acknowledged(RTM_SETLINK, 0, out -> {
            out.fixed(IfInfoMsg.ANY).string(IFLA_IFNAME, name);
            what.accept(out);
        });
    }

    /** Sets hairpin and isolation of a bridge port. RTM_SETLINK would ignore IFLA_INFO_SLAVE_DATA. */
    public static Request set(LinkChange.SetBridgePort port) {
        return Request.acknowledged(
                RTM_NEWLINK,
                0,
                out -> out.fixed(IfInfoMsg.ANY)
                        .string(IFLA_IFNAME, port.link())
                        .nested(
                                IFLA_LINKINFO,
                                info -> info.string(IFLA_INFO_SLAVE_KIND, "bridge")
                                        .nested(
                                                IFLA_INFO_SLAVE_DATA,
                                                settings -> settings.u8(IFLA_BRPORT_MODE, bit(port.hairpin()))
                                                        .u8(IFLA_BRPORT_ISOLATED, bit(port.isolated())))));
    }

    private static int bit(boolean set) {
        return set ? 1 : 0;
    }

    /** Makes the bridge port of this index a member of a VLAN. */
    public static Request addVlan(int index, int vlanId, boolean untagged) {
        int flags = untagged ? BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED : 0;
        return vlans(RTM_SETLINK, index, spec -> spec.struct(IFLA_BRIDGE_VLAN_INFO, vlanInfo(flags, vlanId)));
    }

    /** Makes the bridge port of this index a member of no VLAN: one range of all of them. */
    public static Request deleteAllVlans(int index) {
        return vlans(
                RTM_DELLINK,
                index,
                spec -> spec.struct(IFLA_BRIDGE_VLAN_INFO, vlanInfo(BRIDGE_VLAN_INFO_RANGE_BEGIN, 1))
                        .struct(IFLA_BRIDGE_VLAN_INFO, vlanInfo(BRIDGE_VLAN_INFO_RANGE_END, MAX_VLAN)));
    }

    private static Request vlans(int type, int index, Consumer<AttrWriter> spec) {
        IfInfoMsg header = new IfInfoMsg(AF_BRIDGE, index, 0, 0);
        return Request.acknowledged(type, 0, out -> out.fixed(header).nested(IFLA_AF_SPEC, spec));
    }

    /** {@code struct bridge_vlan_info { __u16 flags; __u16 vid; }}. */
    private static FixedHeader vlanInfo(int flags, int vlanId) {
        return out -> out.putShort((short) flags).putShort((short) vlanId);
    }
}
