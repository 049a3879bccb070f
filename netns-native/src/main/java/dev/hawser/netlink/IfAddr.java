package dev.hawser.netlink;

/** linux/if_addr.h. */
public final class IfAddr {

    // enum IFA_…
    public static final int IFA_ADDRESS = 1;
    public static final int IFA_LOCAL = 2;
    public static final int IFA_BROADCAST = 4;
    public static final int IFA_FLAGS = 8;

    // ifa_flags.
    public static final int IFA_F_DADFAILED = 0x8;
    public static final int IFA_F_TENTATIVE = 0x40;
    public static final int IFA_F_NOPREFIXROUTE = 0x200;

    private IfAddr() {}
}
