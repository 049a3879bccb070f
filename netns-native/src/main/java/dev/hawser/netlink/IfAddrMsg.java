package dev.hawser.netlink;

import java.nio.ByteBuffer;

/**
 * {@snippet lang=text :
 *  struct ifaddrmsg {
 *      __u8  ifa_family;
 *      __u8  ifa_prefixlen;
 *      __u8  ifa_flags;     // the low byte of IFA_FLAGS
 *      __u8  ifa_scope;
 *      __u32 ifa_index;
 *  };
 * }
 */
public record IfAddrMsg(int family, int prefixLength, int flags, int scope, int index) implements FixedHeader {

    public static final int BYTES = 8;

    @Override
    public void writeTo(ByteBuffer out) {
        out.put((byte) family)
                .put((byte) prefixLength)
                .put((byte) flags)
                .put((byte) scope)
                .putInt(index);
    }

    static IfAddrMsg read(AttrReader body) {
        ByteBuffer in = body.fixed(BYTES);
        return new IfAddrMsg(
                Byte.toUnsignedInt(in.get(0)),
                Byte.toUnsignedInt(in.get(1)),
                Byte.toUnsignedInt(in.get(2)),
                Byte.toUnsignedInt(in.get(3)),
                in.getInt(4));
    }
}
