package dev.hawser.netlink;

import java.nio.ByteBuffer;

/**
 * {@snippet lang=text :
 *  struct ifinfomsg {
 *      unsigned char  ifi_family;
 *      unsigned char  __ifi_pad;
 *      unsigned short ifi_type;     // ARPHRD_…, which nobody sets
 *      int            ifi_index;    // 0: by IFLA_IFNAME
 *      unsigned       ifi_flags;    // IFF_…
 *      unsigned       ifi_change;   // which of the flags to set
 *  };
 * }
 */
public record IfInfoMsg(int family, int index, int flags, int change) implements FixedHeader {

    public static final int BYTES = 16;

    /** Any link, or the one that IFLA_IFNAME names. */
    public static final IfInfoMsg ANY = new IfInfoMsg(Rtnetlink.AF_UNSPEC, 0, 0, 0);

    @Override
    public void writeTo(ByteBuffer out) {
        out.put((byte) family)
                .put((byte) 0)
                .putShort((short) 0)
                .putInt(index)
                .putInt(flags)
                .putInt(change);
    }

    static IfInfoMsg read(AttrReader body) {
        ByteBuffer in = body.fixed(BYTES);
        return new IfInfoMsg(Byte.toUnsignedInt(in.get(0)), in.getInt(4), in.getInt(8), in.getInt(12));
    }
}
