package dev.hawser.netlink;

import java.nio.ByteBuffer;

/**
 * {@snippet lang=text :
 *  struct nlmsghdr {
 *      __u32 nlmsg_len;     // with this header
 *      __u16 nlmsg_type;
 *      __u16 nlmsg_flags;   // NLM_F_…
 *      __u32 nlmsg_seq;     // the reply bears the request's
 *      __u32 nlmsg_pid;
 *  };
 * }
 */
public record NlMsgHdr(int length, int type, int flags, int sequence, int port) implements FixedHeader {

    public static final int BYTES = 16;

    @Override
    public void writeTo(ByteBuffer out) {
        out.putInt(length)
                .putShort((short) type)
                .putShort((short) flags)
                .putInt(sequence)
                .putInt(port);
    }

    static NlMsgHdr read(ByteBuffer in, int at) {
        return new NlMsgHdr(
                in.getInt(at),
                Short.toUnsignedInt(in.getShort(at + 4)),
                Short.toUnsignedInt(in.getShort(at + 6)),
                in.getInt(at + 8),
                in.getInt(at + 12));
    }

    /** Whether this flag is set. */
    public boolean has(int flag) {
        return (flags & flag) != 0;
    }
}
