package dev.hawser.netlink;

import java.nio.ByteBuffer;

/**
 * {@snippet lang=text :
 *  struct fib_rule_hdr {
 *      __u8  family;
 *      __u8  dst_len;
 *      __u8  src_len;
 *      __u8  tos;
 *      __u8  table;     // RT_TABLE_UNSPEC: by FRA_TABLE
 *      __u8  res1;
 *      __u8  res2;
 *      __u8  action;    // FR_ACT_…
 *      __u32 flags;     // FIB_RULE_…
 *  };
 * }
 */
public record FibRuleHdr(int family, int sourceLength, int table, int action) implements FixedHeader {

    public static final int BYTES = 12;

    @Override
    public void writeTo(ByteBuffer out) {
        out.put((byte) family).put((byte) 0).put((byte) sourceLength).put((byte) 0);
        out.put((byte) table).putShort((short) 0).put((byte) action);
        out.putInt(0);
    }

    static FibRuleHdr read(AttrReader body) {
        ByteBuffer in = body.fixed(BYTES);
        return new FibRuleHdr(
                Byte.toUnsignedInt(in.get(0)),
                Byte.toUnsignedInt(in.get(2)),
                Byte.toUnsignedInt(in.get(4)),
                Byte.toUnsignedInt(in.get(7)));
    }
}
