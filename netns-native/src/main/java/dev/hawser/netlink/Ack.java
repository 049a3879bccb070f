package dev.hawser.netlink;

import dev.hawser.kernel.Errno;
import dev.hawser.kernel.KernelException;
import java.nio.ByteBuffer;
import java.util.OptionalInt;

/**
 * How the kernel answered a request.
 *
 * {@snippet lang=text :
 *  struct nlmsgerr {
 *      int             error;   // negative errno, or 0
 *      struct nlmsghdr msg;     // of the request; the rest of it follows unless NLM_F_CAPPED
 *  };                           // then, if NLM_F_ACK_TLVS, attributes NLMSGERR_ATTR_…
 * }
 *
 * @param errno the kernel's errno as a positive number; 0 if it did what was asked
 * @param message the kernel's own words (NLMSGERR_ATTR_MSG), empty if it has none
 * @param offset of the attribute that it dislikes, in bytes from the start of the request (NLMSGERR_ATTR_OFFS)
 */
public record Ack(int errno, String message, OptionalInt offset) {

    /** It is done. */
    public static final Ack OK = new Ack(0, "", OptionalInt.empty());

    public boolean isOk() {
        return errno == 0;
    }

    /** Whether it failed with this errno. */
    public boolean is(int expected) {
        return errno == expected;
    }

    /** This answer, or success if it is this errno. */
    public Ack ignoring(int harmless) {
        return errno == harmless ? OK : this;
    }

    /**
     * Throws unless it succeeded.
     *
     * @param verb what was tried: {@code add}
     * @param subject on what: {@code link veth0}
     * @throws KernelException {@code add link veth0: EEXIST (File exists)}
     */
    public void orFail(String verb, String subject) {
        if (!isOk()) {
            throw new KernelException(verb + " " + subject + ": " + text(), errno);
        }
    }

    /** {@code EOPNOTSUPP (Operation not supported): Unknown device type}. */
    public String text() {
        String words = message.isEmpty() ? "" : ": " + message;
        String where = offset.isPresent() ? " (attribute at byte " + offset.getAsInt() + ")" : "";
        return Errno.text(errno) + words + where;
    }

    static Ack read(NlMsgHdr header, ByteBuffer body) {
        if (body.remaining() < Integer.BYTES) {
            throw new MalformedNetlink("an acknowledgement of " + body.remaining() + " bytes");
        }
        int errno = -body.getInt(0);
        if (errno == 0) {
            return OK;
        }
        return header.has(Netlink.NLM_F_ACK_TLVS)
                ? explained(errno, new AttrReader(body.position(tlvStart(header, body))))
                : new Ack(errno, "", OptionalInt.empty());
    }

    /** NLMSG_DONE has no copy of the request; NLMSG_ERROR has its header, and with it the rest unless that was capped. */
    private static int tlvStart(NlMsgHdr header, ByteBuffer body) {
        if (header.type() == Netlink.NLMSG_DONE) {
            return Integer.BYTES;
        }
        int echoed = header.has(Netlink.NLM_F_CAPPED) ? NlMsgHdr.BYTES : echoedLength(body);
        long start = Integer.BYTES + (long) Netlink.align(echoed);
        if (echoed < NlMsgHdr.BYTES || start > body.limit()) {
            throw new MalformedNetlink("an acknowledgement of a request of " + echoed + " bytes in " + body.limit());
        }
        return (int) start;
    }

    private static int echoedLength(ByteBuffer body) {
        if (body.limit() < Integer.BYTES + NlMsgHdr.BYTES) {
            throw new MalformedNetlink("an acknowledgement of " + body.limit() + " bytes");
        }
        int echoed = body.getInt(Integer.BYTES);
        return echoed > body.limit() ? -1 : echoed;
    }

    private static Ack explained(int errno, AttrReader attrs) {
        String message = "";
        OptionalInt offset = OptionalInt.empty();
        while (attrs.next()) {
            switch (attrs.type()) {
                case Netlink.NLMSGERR_ATTR_MSG -> message = attrs.string();
                case Netlink.NLMSGERR_ATTR_OFFS -> offset = OptionalInt.of(attrs.u32());
                default -> {} // what newer kernels add
            }
        }
        return new Ack(errno, message, offset);
    }
}
