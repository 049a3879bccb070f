package dev.hawser.netlink;

import java.nio.ByteBuffer;

/**
 * {@snippet lang=text :
 *  struct rtmsg {
 *      unsigned char rtm_family;
 *      unsigned char rtm_dst_len;
 *      unsigned char rtm_src_len;
 *      unsigned char rtm_tos;
 *      unsigned char rtm_table;      // RT_TABLE_UNSPEC: by RTA_TABLE
 *      unsigned char rtm_protocol;
 *      unsigned char rtm_scope;
 *      unsigned char rtm_type;
 *      unsigned      rtm_flags;
 *  };
 * }
 */
public record RtMsg(int family, int destinationLength, int table, int protocol, int scope, int type, int flags)
        implements FixedHeader {

    public static final int BYTES = 12;

    /** Without flags. */
    public RtMsg(int family, int destinationLength, int table, int protocol, int scope, int type) {
        this(family, destinationLength, table, protocol, scope, type, 0);
    }

    @Override
    public void writeTo(ByteBuffer out) {
        out.put((byte) family).put((byte) destinationLength).putShort((short) 0);
        out.put((byte) table).put((byte) protocol).put((byte) scope).put((byte) type);
        out.putInt(flags);
    }

    static RtMsg read(AttrReader body) {
        ByteBuffer in = body.fixed(BYTES);
        return new RtMsg(
                Byte.toUnsignedInt(in.get(0)),
                Byte.toUnsignedInt(in.get(1)),
                Byte.toUnsignedInt(in.get(4)),
                Byte.toUnsignedInt(in.get(5)),
                Byte.toUnsignedInt(in.get(6)),
                Byte.toUnsignedInt(in.get(7)),
                in.getInt(8));
    }
}
