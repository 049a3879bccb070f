package dev.hawser.netlink;

/** linux/pkt_sched.h, linux/pkt_cls.h and linux/tc_act/tc_mirred.h: attributes of qdiscs, filters and their actions. */
public final class PktSched {

    // Parents that are no handles.
    public static final int TC_H_ROOT = 0xffff_ffff;
    public static final int TC_H_INGRESS = 0xffff_fff1;

    // Attributes of all.
    public static final int TCA_KIND = 1;
    public static final int TCA_OPTIONS = 2;

    // Inside of TCA_OPTIONS of a tbf.
    public static final int TCA_TBF_PARMS = 1;
    public static final int TCA_TBF_RATE64 = 4;

    // Inside of TCA_OPTIONS of a u32.
    public static final int TCA_U32_CLASSID = 1;
    public static final int TCA_U32_SEL = 5;
    public static final int TCA_U32_ACT = 7;
    public static final int TC_U32_TERMINAL = 1;

    // Inside of an action.
    public static final int TCA_ACT_KIND = 1;
    public static final int TCA_ACT_OPTIONS = 2;

    // Inside of TCA_ACT_OPTIONS of a mirred.
    public static final int TCA_MIRRED_PARMS = 2;
    public static final int TCA_EGRESS_REDIR = 1;

    // What an action says of the packet.
    public static final int TC_ACT_STOLEN = 4;

    private PktSched() {}
}
