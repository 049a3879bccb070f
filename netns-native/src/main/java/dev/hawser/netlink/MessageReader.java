package dev.hawser.netlink;

import java.nio.ByteBuffer;

/**
 * Walks over the messages of one datagram: {@link #next} steps to the following one, {@link #header} and {@link #body} are
 * the one stepped to. Whatever the bytes are, it ends, or throws {@link MalformedNetlink}.
 */
public final class MessageReader {

    private final ByteBuffer in;
    private int next;
    private int start;
    private NlMsgHdr header = new NlMsgHdr(0, 0, 0, 0, 0);

    /** Reads what is between position and limit, in the machine's byte order. */
    public MessageReader(ByteBuffer in) {
        this.in = in;
        this.next = in.position();
    }

    /** Steps to the next message; false if there is none. */
    public boolean next() {
        int remaining = in.limit() - next;
        if (remaining == 0) {
            return false;
        }
        if (remaining < NlMsgHdr.BYTES) {
            throw new MalformedNetlink(remaining + " stray bytes after the last message");
        }
        header = NlMsgHdr.read(in, next);
        if (header.length() < NlMsgHdr.BYTES || header.length() > remaining) {
            throw new MalformedNetlink("a message of " + header.length() + " bytes in " + remaining);
        }
        start = next;
        next = (int) Math.min(in.limit(), (long) next + Netlink.align(header.length()));
        return true;
    }

    public NlMsgHdr header() {
        return header;
    }

    /** What follows the header. */
    public AttrReader body() {
        return new AttrReader(bodyBytes());
    }

    /** The acknowledgement that this message is: for NLMSG_ERROR and NLMSG_DONE. */
    public Ack ack() {
        return Ack.read(header, bodyBytes());
    }

    private ByteBuffer bodyBytes() {
        return in.slice(start + NlMsgHdr.BYTES, header.length() - NlMsgHdr.BYTES)
                .order(in.order());
    }
}
