package dev.hawser.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Writes attributes (linux/netlink.h) one after the other. Lengths and padding are its business; nesting is indentation:
 *
 * {@snippet :
 * out.nested(IFLA_LINKINFO, info -> info
 *         .string(IFLA_INFO_KIND, "bridge")
 *         .nested(IFLA_INFO_DATA, data -> data
 *                 .u8(IFLA_BR_VLAN_FILTERING, 1)));
 * }
 *
 * <p>{@snippet lang=text :
 *  struct nlattr {
 *      __u16 nla_len;    // with these four bytes, without the padding
 *      __u16 nla_type;   // NLA_F_NESTED | type
 *  };                    // payload, padded with zeros to four bytes
 * }
 *
 * <p>Numbers are in the machine's byte order, or big-endian by the methods that say so (nf_tables).
 */
public final class AttrWriter {

    private static final int MAX_LENGTH = 0xffff;

    private final ByteBuffer out;

    /**
     * A writer that begins at the buffer's position.
     *
     * @param out in the machine's byte order
     */
    public AttrWriter(ByteBuffer out) {
        if (out.order() != ByteOrder.nativeOrder()) {
            throw new IllegalArgumentException("netlink speaks the machine's byte order");
        }
        this.out = out;
    }

    /** A struct without attribute header: at the start of a message or, as in VETH_INFO_PEER, of a nested attribute. */
    public AttrWriter fixed(FixedHeader header) {
        int start = out.position();
        header.writeTo(out);
        pad(out.position() - start);
        return this;
    }

    /** An attribute without payload: that it is there is what it says. */
    public AttrWriter flag(int type) {
        header(type, 0);
        return this;
    }

    /** An attribute of one byte. */
    public AttrWriter u8(int type, int value) {
        header(type, 1).put((byte) value);
        return padded(1);
    }

    /** An attribute of two bytes. */
    public AttrWriter u16(int type, int value) {
        header(type, 2).putShort((short) value);
        return padded(2);
    }

    /** An attribute of two bytes, big-endian. */
    public AttrWriter u16be(int type, int value) {
        header(type, 2).put((byte) (value >>> 8)).put((byte) value);
        return padded(2);
    }

    /** An attribute of four bytes. */
    public AttrWriter u32(int type, int value) {
        header(type, 4).putInt(value);
        return this;
    }

    /** An attribute of four bytes, big-endian. */
    public AttrWriter u32be(int type, int value) {
        header(type, 4).putInt(bigEndian(value));
        return this;
    }

    /** An attribute of eight bytes. */
    public AttrWriter u64(int type, long value) {
        header(type, 8).putLong(value);
        return this;
    }

    /** An attribute of eight bytes, big-endian. */
    public AttrWriter u64be(int type, long value) {
        header(type, 8).putInt(bigEndian((int) (value >>> 32))).putInt(bigEndian((int) value));
        return this;
    }

    /** An attribute of text: UTF-8 and a final NUL. */
    public AttrWriter string(int type, String value) {
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        header(type, text.length + 1).put(text).put((byte) 0);
        return padded(text.length + 1);
    }

    /** An attribute of these bytes. */
    public AttrWriter bytes(int type, byte[] value) {
        header(type, value.length).put(value);
        return padded(value.length);
    }

    /** An attribute that is a C struct. */
    public AttrWriter struct(int type, FixedHeader value) {
        return within(type, inside -> inside.fixed(value));
    }

    /** An attribute of attributes, marked with NLA_F_NESTED. */
    public AttrWriter nested(int type, Consumer<AttrWriter> content) {
        return within(type | Netlink.NLA_F_NESTED, content);
    }

    private AttrWriter within(int type, Consumer<AttrWriter> content) {
        int start = out.position();
        header(type, 0);
        content.accept(this);
        int length = out.position() - start;
        out.putShort(start, (short) checked(length));
        return this;
    }

    private ByteBuffer header(int type, int payloadLength) {
        int length = checked(Netlink.NLA_HDRLEN + payloadLength);
        return out.putShort((short) length).putShort((short) type);
    }

    private static int checked(int length) {
        if (length > MAX_LENGTH) {
            throw new IllegalArgumentException("a netlink attribute holds at most 65531 bytes, not " + length);
        }
        return length;
    }

    private AttrWriter padded(int payloadLength) {
        pad(payloadLength);
        return this;
    }

    /** Zeros, written out: the buffer is used again and again. */
    private void pad(int length) {
        for (int i = length; i < Netlink.align(length); i++) {
            out.put((byte) 0);
        }
    }

    private int bigEndian(int value) {
        return out.order() == ByteOrder.BIG_ENDIAN ? value : Integer.reverseBytes(value);
    }
}
