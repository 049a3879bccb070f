package dev.hawser.netlink;

/** linux/if_link.h, linux/veth.h and linux/if_bridge.h: attributes of links. */
public final class IfLink {

    // enum IFLA_…
    public static final int IFLA_ADDRESS = 1;
    public static final int IFLA_IFNAME = 3;
    public static final int IFLA_MTU = 4;
    public static final int IFLA_LINK = 5;
    public static final int IFLA_MASTER = 10;
    public static final int IFLA_TXQLEN = 13;
    public static final int IFLA_OPERSTATE = 16;
    public static final int IFLA_LINKINFO = 18;
    public static final int IFLA_IFALIAS = 20;
    public static final int IFLA_AF_SPEC = 26;
    public static final int IFLA_GROUP = 27;
    public static final int IFLA_NET_NS_FD = 28;
    public static final int IFLA_EXT_MASK = 29;
    public static final int IFLA_NUM_TX_QUEUES = 31;
    public static final int IFLA_NUM_RX_QUEUES = 32;

    // Inside of IFLA_LINKINFO.
    public static final int IFLA_INFO_KIND = 1;
    public static final int IFLA_INFO_DATA = 2;
    public static final int IFLA_INFO_SLAVE_KIND = 4;
    public static final int IFLA_INFO_SLAVE_DATA = 5;

    // Inside of IFLA_INFO_DATA of a bridge.
    public static final int IFLA_BR_VLAN_FILTERING = 7;

    // Inside of IFLA_INFO_SLAVE_DATA of a bridge port.
    public static final int IFLA_BRPORT_STATE = 1;
    public static final int IFLA_BRPORT_MODE = 4;
    public static final int IFLA_BRPORT_ISOLATED = 33;

    /** IFLA_BRPORT_STATE of a port that is not in use; with STP, others follow before it forwards. */
    public static final int BR_STATE_DISABLED = 0;

    // Inside of IFLA_INFO_DATA of a tun or tap.
    public static final int IFLA_TUN_OWNER = 1;
    public static final int IFLA_TUN_GROUP = 2;
    public static final int IFLA_TUN_TYPE = 3;
    public static final int IFLA_TUN_PERSIST = 6;
    public static final int IFLA_TUN_MULTI_QUEUE = 7;

    // Inside of IFLA_INFO_DATA of a veth.
    public static final int VETH_INFO_PEER = 1;

    // Inside of IFLA_INFO_DATA of a macvlan.
    public static final int IFLA_MACVLAN_MODE = 1;
    public static final int IFLA_MACVLAN_BC_QUEUE_LEN = 7;

    // Inside of IFLA_INFO_DATA of an ipvlan, of a VLAN and of a VRF.
    public static final int IFLA_IPVLAN_MODE = 1;
    public static final int IFLA_VLAN_ID = 1;
    public static final int IFLA_VRF_TABLE = 1;

    // Inside of IFLA_AF_SPEC, inside of AF_INET: values by IPV4_DEVCONF_… of linux/ip.h.
    public static final int IFLA_INET_CONF = 1;
    public static final int IPV4_DEVCONF_ARP_NOTIFY = 22;
    public static final int IPV4_DEVCONF_ROUTE_LOCALNET = 26;

    // Inside of IFLA_AF_SPEC of a message of family AF_BRIDGE.
    public static final int IFLA_BRIDGE_VLAN_INFO = 2;

    // Flags of struct bridge_vlan_info.
    public static final int BRIDGE_VLAN_INFO_PVID = 0x2;
    public static final int BRIDGE_VLAN_INFO_UNTAGGED = 0x4;
    public static final int BRIDGE_VLAN_INFO_RANGE_BEGIN = 0x8;
    public static final int BRIDGE_VLAN_INFO_RANGE_END = 0x10;

    private IfLink() {}
}
