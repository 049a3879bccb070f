package dev.hawser.netlink;

import static dev.hawser.netlink.Netlink.NLM_F_CREATE;
import static dev.hawser.netlink.Netlink.NLM_F_ECHO;
import static dev.hawser.netlink.Netlink.NLM_F_EXCL;
import static dev.hawser.netlink.Netlink.NLM_F_REPLACE;
import static dev.hawser.netlink.PktSched.TCA_ACT_KIND;
import static dev.hawser.netlink.PktSched.TCA_ACT_OPTIONS;
import static dev.hawser.netlink.PktSched.TCA_EGRESS_REDIR;
import static dev.hawser.netlink.PktSched.TCA_KIND;
import static dev.hawser.netlink.PktSched.TCA_MIRRED_PARMS;
import static dev.hawser.netlink.PktSched.TCA_OPTIONS;
import static dev.hawser.netlink.PktSched.TCA_TBF_PARMS;
import static dev.hawser.netlink.PktSched.TCA_TBF_RATE64;
import static dev.hawser.netlink.PktSched.TCA_U32_ACT;
import static dev.hawser.netlink.PktSched.TCA_U32_CLASSID;
import static dev.hawser.netlink.PktSched.TCA_U32_SEL;
import static dev.hawser.netlink.PktSched.TC_ACT_STOLEN;
import static dev.hawser.netlink.PktSched.TC_H_INGRESS;
import static dev.hawser.netlink.PktSched.TC_H_ROOT;
import static dev.hawser.netlink.PktSched.TC_U32_TERMINAL;
import static dev.hawser.netlink.Rtnetlink.RTM_DELQDISC;
import static dev.hawser.netlink.Rtnetlink.RTM_GETQDISC;
import static dev.hawser.netlink.Rtnetlink.RTM_GETTFILTER;
import static dev.hawser.netlink.Rtnetlink.RTM_NEWQDISC;
import static dev.hawser.netlink.Rtnetlink.RTM_NEWTFILTER;

import dev.hawser.kernel.Qdisc;
import dev.hawser.kernel.Tbf;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Requests about qdiscs and filters (rtnetlink(7), RTM_NEWQDISC and its kin). The answers are for {@link QdiscReader}. */
public final class QdiscCodec {

    private static final int INGRESS_HANDLE = 0xffff_0000;
    private static final long MAX_U32 = 0xffff_ffffL;

    /** {@code 800::800}: what a u32 gets that is the first. Named, so that a second one takes its place. */
    private static final int FIRST_U32 = 0x8000_0800;

    /** {@code 1:1}. */
    private static final int FLOW = 0x1_0001;

    private static final int FIRST_PRIORITY = 1;
    private static final int ETH_P_ALL = 0x0003;

    private QdiscCodec() {}

    /** A tbf at the root of the link of this index: EEXIST if there is a qdisc that somebody gave to it. */
    public static Request addTbf(int index, Tbf tbf) {
        return tbf(NLM_F_CREATE | NLM_F_EXCL, index, tbf);
    }

    /** Other settings of the tbf at the root of the link of this index. */
    public static Request changeTbf(int index, Tbf tbf) {
        return tbf(NLM_F_CREATE | NLM_F_REPLACE, index, tbf);
    }

    private static Request tbf(int flags, int index, Tbf tbf) {
        return Request.acknowledged(
                RTM_NEWQDISC,
                flags,
                out -> out.fixed(new TcMsg(index, Qdisc.OURS, TC_H_ROOT, 0))
                        .string(TCA_KIND, "tbf")
                        .nested(TCA_OPTIONS, options -> {
                            options.struct(TCA_TBF_PARMS, parameters(tbf));
                            if (tbf.bytesPerSecond() >= MAX_U32) {
                                options.u64(TCA_TBF_RATE64, tbf.bytesPerSecond());
                            }
                        }));
    }

    /**
     * {@snippet lang=text :
     *  struct tc_tbf_qopt {
     *      struct tc_ratespec {
     *          unsigned char  cell_log;
     *          __u8           linklayer;
     *          unsigned short overhead;
     *          short          cell_align;
     *          unsigned short mpu;
     *          __u32          rate;       // all ones: by TCA_TBF_RATE64
     *      } rate, peakrate;
     *      __u32 limit;
     *      __u32 buffer;
     *      __u32 mtu;
     *  };
     * }
     */
    private static FixedHeader parameters(Tbf tbf) {
        return out -> out.putLong(0)
                .putInt((int) Math.min(tbf.bytesPerSecond(), MAX_U32))
                .putLong(0)
                .putInt(0)
                .putInt((int) tbf.limitBytes())
                .putInt((int) tbf.bufferTicks())
                .putInt(0);
    }

    /** Deletes our qdisc at the root of the link of this index: ENOENT if there is none, EINVAL if there is another. */
    public static Request deleteRoot(int index) {
        return Request.acknowledged(RTM_DELQDISC, 0, out -> out.fixed(new TcMsg(index, Qdisc.OURS, TC_H_ROOT, 0)));
    }

    /** The place for filters of what the link of this index receives: EEXIST if there is one. */
    public static Request addIngress(int index) {
        return Request.acknowledged(
                RTM_NEWQDISC,
                NLM_F_CREATE | NLM_F_EXCL,
                out -> out.fixed(new TcMsg(index, INGRESS_HANDLE, TC_H_INGRESS, 0))
                        .string(TCA_KIND, Qdisc.INGRESS));
    }

    /** Deletes that place with its filters: ENOENT if there is none. */
    public static Request deleteIngress(int index) {
        return Request.acknowledged(
                RTM_DELQDISC, 0, out -> out.fixed(new TcMsg(index, INGRESS_HANDLE, TC_H_INGRESS, 0)));
    }

    /** Everything that the link of this index receives is sent by another one. */
    public static Request redirect(int index, int target) {
        return Request.acknowledged(
                RTM_NEWTFILTER,
                NLM_F_CREATE,
                out -> out.fixed(new TcMsg(
                                index, FIRST_U32, INGRESS_HANDLE, FIRST_PRIORITY << 16 | bigEndian(ETH_P_ALL)))
                        .string(TCA_KIND, "u32")
                        .nested(
                                TCA_OPTIONS,
                                options -> options.struct(TCA_U32_SEL, QdiscCodec::matchAll)
                                        .u32(TCA_U32_CLASSID, FLOW)
                                        .nested(
                                                TCA_U32_ACT,
                                                actions -> actions.nested(
                                                        1,
                                                        action -> action.string(TCA_ACT_KIND, "mirred")
                                                                .nested(
                                                                        TCA_ACT_OPTIONS,
                                                                        mirred -> mirred.struct(
                                                                                TCA_MIRRED_PARMS, mirred(target)))))));
    }

    private static int bigEndian(int u16) {
        return ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN
                ? u16
                : Short.toUnsignedInt(Short.reverseBytes((short) u16));
    }

    /**
     * {@snippet lang=text :
     *  struct tc_u32_sel {
     *      unsigned char  flags;
     *      unsigned char  offshift;
     *      unsigned char  nkeys;
     *      __be16         offmask;
     *      __u16          off;
     *      short          offoff;
     *      short          hoff;
     *      __be32         hmask;
     *      struct tc_u32_key {
     *          __be32 mask;    // of no bits: matches everything
     *          __be32 val;
     *          int    off;
     *          int    offmask;
     *      } keys[1];
     *  };
     * }
     */
    private static void matchAll(ByteBuffer out) {
        out.put((byte) TC_U32_TERMINAL).put((byte) 0).put((byte) 1).put((byte) 0);
        out.putInt(0).putInt(0).putInt(0);
        out.putLong(0).putLong(0);
    }

    /**
     * {@snippet lang=text :
     *  struct tc_mirred {
     *      __u32 index;
     *      __u32 capab;
     *      int   action;
     *      int   refcnt;
     *      int   bindcnt;
     *      int   eaction;
     *      __u32 ifindex;
     *  };
     * }
     */
    private static FixedHeader mirred(int target) {
        return out -> out.putInt(0)
                .putInt(0)
                .putInt(TC_ACT_STOLEN)
                .putInt(0)
                .putInt(0)
                .putInt(TCA_EGRESS_REDIR)
                .putInt(target);
    }

    /**
     * Asks for the root qdisc of the link of this index. It is acknowledged, for of one that stands for none the kernel says nothing
     * else; and older kernels (6.1) answer by a notification, which the asker gets only with NLM_F_ECHO.
     */
    public static Request root(int index) {
        return get(index, TC_H_ROOT);
    }

    /** Asks, in the same way, for the ingress qdisc of the link of this index: ENOENT if there never was one. */
    public static Request ingress(int index) {
        return get(index, TC_H_INGRESS);
    }

    private static Request get(int index, int parent) {
        return Request.acknowledged(RTM_GETQDISC, NLM_F_ECHO, out -> out.fixed(new TcMsg(index, 0, parent, 0)));
    }

    /** Asks for all filters of what the link of this index receives. */
    public static Request ingressFilters(int index) {
        return Request.dump(RTM_GETTFILTER, out -> out.fixed(new TcMsg(index, 0, INGRESS_HANDLE, 0)));
    }
}
