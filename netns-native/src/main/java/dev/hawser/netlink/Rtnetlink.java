package dev.hawser.netlink;

/** linux/rtnetlink.h, and of linux/socket.h and linux/if.h what its messages are made of. */
public final class Rtnetlink {

    // Types of messages.
    public static final int RTM_NEWLINK = 16;
    public static final int RTM_DELLINK = 17;
    public static final int RTM_GETLINK = 18;
    public static final int RTM_SETLINK = 19;
    public static final int RTM_NEWADDR = 20;
    public static final int RTM_DELADDR = 21;
    public static final int RTM_GETADDR = 22;
    public static final int RTM_NEWROUTE = 24;
    public static final int RTM_DELROUTE = 25;
    public static final int RTM_GETROUTE = 26;
    public static final int RTM_NEWRULE = 32;
    public static final int RTM_DELRULE = 33;
    public static final int RTM_GETRULE = 34;

    public static final int RTM_NEWQDISC = 36;
    public static final int RTM_DELQDISC = 37;
    public static final int RTM_GETQDISC = 38;
    public static final int RTM_NEWTFILTER = 44;
    public static final int RTM_GETTFILTER = 46;

    // Address families.
    public static final int AF_UNSPEC = 0;
    public static final int AF_INET = 2;
    public static final int AF_BRIDGE = 7;
    public static final int AF_INET6 = 10;

    // ifi_flags.
    public static final int IFF_UP = 0x1;
    public static final int IFF_PROMISC = 0x100;
    public static final int IFF_ALLMULTI = 0x200;

    // IF_OPER_… (RFC 2863).
    public static final int IF_OPER_UNKNOWN = 0;
    public static final int IF_OPER_UP = 6;

    // enum rtattr_type_t.
    public static final int RTA_DST = 1;
    public static final int RTA_OIF = 4;
    public static final int RTA_GATEWAY = 5;
    public static final int RTA_PRIORITY = 6;
    public static final int RTA_PREFSRC = 7;
    public static final int RTA_METRICS = 8;
    public static final int RTA_MULTIPATH = 9;
    public static final int RTA_TABLE = 15;
    public static final int RTA_VIA = 18;

    // Inside of RTA_METRICS.
    public static final int RTAX_MTU = 2;
    public static final int RTAX_ADVMSS = 8;

    // rtm_table.
    public static final int RT_TABLE_UNSPEC = 0;
    public static final int RT_TABLE_MAIN = 254;
    public static final int RT_TABLE_LOCAL = 255;

    // rtm_protocol, rtm_scope and rtm_type.
    public static final int RTPROT_BOOT = 3;
    public static final int RT_SCOPE_UNIVERSE = 0;
    public static final int RT_SCOPE_LINK = 253;
    public static final int RT_SCOPE_NOWHERE = 255;
    public static final int RTN_UNICAST = 1;
    public static final int RTN_LOCAL = 2;

    /** rtm_flags: not the way to a destination, but the route that was chosen for it. */
    public static final int RTM_F_FIB_MATCH = 0x2000;

    // IFLA_EXT_MASK.
    public static final int RTEXT_FILTER_SKIP_STATS = 0x8;

    private Rtnetlink() {}
}
