package dev.hawser.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Walks over attributes, without copying. {@link #next} steps to the following one; the other methods read the one stepped to:
 *
 * {@snippet :
 * while (attrs.next()) {
 *     switch (attrs.type()) {
 *         case IFLA_IFNAME -> name = attrs.string();
 *         case IFLA_MTU -> mtu = attrs.u32();
 *     }
 * }
 * }
 *
 * <p>Every length is checked: whatever the bytes are, reading ends with a value or with {@link MalformedNetlink}, and
 * {@link #next} always advances.
 */
public final class AttrReader {

    private final ByteBuffer in;
    private final int end;
    private int next;
    private int type;
    private int start;
    private int length;

    /** Reads what is between the buffer's position and limit; the buffer's own position does not move. */
    public AttrReader(ByteBuffer in) {
        this(in, in.position(), in.limit());
        if (in.order() != ByteOrder.nativeOrder()) {
            throw new IllegalArgumentException("netlink speaks the machine's byte order");
        }
    }

    private AttrReader(ByteBuffer in, int from, int end) {
        this.in = in;
        this.next = from;
        this.end = end;
    }

    /**
     * The struct at this point, and steps over it: {@code struct ifinfomsg} and its like come before the attributes.
     *
     * @param structLength its size in bytes
     * @return a view of exactly these bytes
     */
    public ByteBuffer fixed(int structLength) {
        if (end - next < structLength) {
            throw new MalformedNetlink("a header of " + structLength + " bytes in " + (end - next));
        }
        ByteBuffer struct = view(next, structLength);
        next = Math.min(end, next + Netlink.align(structLength));
        return struct;
    }

    /** Whether anything is left after the current attribute. */
    boolean hasMore() {
        return next < end;
    }

    /** What is left, up to the length in its first two bytes, and steps over it ({@code struct rtnexthop}). */
    AttrReader lengthPrefixed() {
        int total = end - next < 2 ? 0 : Short.toUnsignedInt(in.getShort(next));
        if (total < 2 || total > end - next) {
            throw new MalformedNetlink("a part of " + total + " bytes in " + (end - next));
        }
        AttrReader part = new AttrReader(in, next, next + total);
        next = Math.min(end, next + Netlink.align(total));
        return part;
    }

    /** Steps to the next attribute; false if there is none. */
    public boolean next() {
        if (next == end) {
            return false;
        }
        if (end - next < Netlink.NLA_HDRLEN) {
            throw new MalformedNetlink((end - next) + " stray bytes after the last attribute");
        }
        int total = Short.toUnsignedInt(in.getShort(next));
        if (total < Netlink.NLA_HDRLEN || total > end - next) {
            throw new MalformedNetlink("an attribute of " + total + " bytes in " + (end - next));
        }
        type = Short.toUnsignedInt(in.getShort(next + 2)) & Netlink.NLA_TYPE_MASK;
        start = next + Netlink.NLA_HDRLEN;
        length = total - Netlink.NLA_HDRLEN;
        next = Math.min(end, next + Netlink.align(total));
        return true;
    }

    /** The type, without NLA_F_NESTED and NLA_F_NET_BYTEORDER. */
    public int type() {
        return type;
    }

    /** The length of the payload in bytes. */
    public int length() {
        return length;
    }

    /** The payload as a number of one byte. */
    public int u8() {
        return Byte.toUnsignedInt(in.get(ofLength(1)));
    }

    /** The payload as a number of two bytes. */
    public int u16() {
        return Short.toUnsignedInt(in.getShort(ofLength(2)));
    }

    /** The payload as a big-endian number of two bytes. */
    public int u16be() {
        int at = ofLength(2);
        return Byte.toUnsignedInt(in.get(at)) << 8 | Byte.toUnsignedInt(in.get(at + 1));
    }

    /** The payload as a number of four bytes, whose sign means nothing. */
    public int u32() {
        return in.getInt(ofLength(4));
    }

    /** The payload as a big-endian number of four bytes. */
    public int u32be() {
        return bigEndian(in.getInt(ofLength(4)));
    }

    /** The payload as a number of eight bytes. */
    public long u64() {
        return in.getLong(ofLength(8));
    }

    /** The payload as a big-endian number of eight bytes. */
    public long u64be() {
        int at = ofLength(8);
        return (long) bigEndian(in.getInt(at)) << 32 | Integer.toUnsignedLong(bigEndian(in.getInt(at + 4)));
    }

    /** The payload as UTF-8, up to a NUL if there is one. */
    public String string() {
        int textLength = 0;
        while (textLength < length && in.get(start + textLength) != 0) {
            textLength++;
        }
        return new String(copy(textLength), StandardCharsets.UTF_8);
    }

    /** A copy of the payload. */
    public byte[] bytes() {
        return copy(length);
    }

    /** A view of the payload as a C struct of at least this size; kernels append members. */
    public ByteBuffer struct(int atLeast) {
        if (length < atLeast) {
            throw new MalformedNetlink("attribute " + type + " has " + length + " bytes instead of " + atLeast);
        }
        return view(start, length);
    }

    /** The payload as attributes. */
    public AttrReader nested() {
        return new AttrReader(in, start, start + length);
    }

    private byte[] copy(int count) {
        byte[] copy = new byte[count];
        in.get(start, copy);
        return copy;
    }

    private ByteBuffer view(int from, int count) {
        return in.slice(from, count).order(in.order());
    }

    private int ofLength(int expected) {
        if (length != expected) {
            throw new MalformedNetlink("attribute " + type + " has " + length + " bytes instead of " + expected);
        }
        return start;
    }

    private int bigEndian(int value) {
        return in.order() == ByteOrder.BIG_ENDIAN ? value : Integer.reverseBytes(value);
    }
}
