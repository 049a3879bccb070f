package dev.hawser.netlink;

import dev.hawser.kernel.Qdisc;
import dev.hawser.kernel.Tbf;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A qdisc out of an RTM_NEWQDISC message, and where a filter out of an RTM_NEWTFILTER message redirects to. */
public final class QdiscReader {

    /** {@code struct tc_tbf_qopt} of {@link QdiscCodec}. */
    private static final int TBF_PARAMETERS_BYTES = 36;

    private static final int RATE_AT = 8;
    private static final int LIMIT_AT = 24;
    private static final int BUFFER_AT = 28;

    /** {@code struct tc_mirred} of {@link QdiscCodec}. */
    private static final int MIRRED_BYTES = 28;

    private static final int EACTION_AT = 20;
    private static final int TARGET_AT = 24;

    private QdiscReader() {}

    /** The qdisc that this message describes. */
    public static Qdisc qdisc(AttrReader body) {
        int handle = TcMsg.read(body).handle();
        String kind = "";
        Optional<Tbf> tbf = Optional.empty();
        while (body.next()) {
            switch (body.type()) {
                case PktSched.TCA_KIND -> kind = body.string();
                case PktSched.TCA_OPTIONS -> tbf = kind.equals("tbf") ? tbf(body.nested()) : Optional.empty();
                default -> {} // statistics
            }
        }
        return new Qdisc(kind, handle, tbf);
    }

    /** Empty if it was told more than we have words for, as a peak rate. */
    private static Optional<Tbf> tbf(AttrReader options) {
        Optional<Tbf> tbf = Optional.empty();
        long rate64 = 0;
        while (options.next()) {
            switch (options.type()) {
                case PktSched.TCA_TBF_PARMS -> tbf = Optional.of(parameters(options.struct(TBF_PARAMETERS_BYTES)));
                case PktSched.TCA_TBF_RATE64 -> rate64 = options.u64();
                default -> {} // peak rates
            }
        }
        long large = rate64;
        return large == 0 ? tbf : tbf.map(small -> new Tbf(large, small.bufferTicks(), small.limitBytes()));
    }

    private static Tbf parameters(ByteBuffer struct) {
        return new Tbf(
                Integer.toUnsignedLong(struct.getInt(RATE_AT)),
                Integer.toUnsignedLong(struct.getInt(BUFFER_AT)),
                Integer.toUnsignedLong(struct.getInt(LIMIT_AT)));
    }

    /** The indexes of the links that this filter, if it is a u32, redirects to; 0 for one that is gone. */
    public static List<Integer> redirects(AttrReader body) {
        TcMsg.read(body);
        List<Integer> targets = new ArrayList<>();
        String kind = "";
        while (body.next()) {
            if (body.type() == PktSched.TCA_KIND) {
                kind = body.string();
            } else if (body.type() == PktSched.TCA_OPTIONS && kind.equals("u32")) {
                addTargets(targets, body.nested());
            }
        }
        return targets;
    }

    private static void addTargets(List<Integer> targets, AttrReader options) {
        while (options.next()) {
            if (options.type() == PktSched.TCA_U32_ACT) {
                AttrReader actions = options.nested();
                while (actions.next()) {
                    target(actions.nested()).ifPresent(targets::add);
                }
            }
        }
    }

    private static Optional<Integer> target(AttrReader action) {
        Optional<Integer> target = Optional.empty();
        String kind = "";
        while (action.next()) {
            if (action.type() == PktSched.TCA_ACT_KIND) {
                kind = action.string();
            } else if (action.type() == PktSched.TCA_ACT_OPTIONS && kind.equals("mirred")) {
                target = mirred(action.nested());
            }
        }
        return target;
    }

    private static Optional<Integer> mirred(AttrReader options) {
        while (options.next()) {
            if (options.type() == PktSched.TCA_MIRRED_PARMS) {
                ByteBuffer struct = options.struct(MIRRED_BYTES);
                boolean redirects = struct.getInt(EACTION_AT) == PktSched.TCA_EGRESS_REDIR;
                return redirects ? Optional.of(struct.getInt(TARGET_AT)) : Optional.empty();
            }
        }
        return Optional.empty();
    }
}
