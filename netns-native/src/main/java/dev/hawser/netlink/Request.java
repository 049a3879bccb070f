package dev.hawser.netlink;

import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * A message to the kernel, not yet written.
 *
 * @param type nlmsg_type
 * @param flags nlmsg_flags, complete
 * @param body writes what follows the header
 */
public record Request(int type, int flags, Consumer<AttrWriter> body) {

    /** Something to do, which the kernel acknowledges; {@code flags} are added to the usual ones. */
    public static Request acknowledged(int type, int flags, Consumer<AttrWriter> body) {
        return new Request(type, Netlink.NLM_F_REQUEST | Netlink.NLM_F_ACK | flags, body);
    }

    /** A question with one answer, be it an error. */
    public static Request question(int type, Consumer<AttrWriter> body) {
        return new Request(type, Netlink.NLM_F_REQUEST, body);
    }

    /** A question with many answers, which NLMSG_DONE ends. */
    public static Request dump(int type, Consumer<AttrWriter> body) {
        return new Request(type, Netlink.NLM_F_REQUEST | Netlink.NLM_F_DUMP, body);
    }

    /** Whether the kernel acknowledges it also if all is well. */
    public boolean isAcknowledged() {
        return (flags & Netlink.NLM_F_ACK) != 0;
    }

    /** Writes the message at the buffer's position, which is a multiple of four. */
    public void writeTo(ByteBuffer out, int sequence) {
        int start = out.position();
        new NlMsgHdr(0, type, flags, sequence, 0).writeTo(out);
        body.accept(new AttrWriter(out));
        out.putInt(start, out.position() - start);
    }
}
