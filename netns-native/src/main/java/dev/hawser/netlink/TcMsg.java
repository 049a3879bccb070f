package dev.hawser.netlink;

import java.nio.ByteBuffer;

/**
 * {@snippet lang=text :
 *  struct tcmsg {
 *      unsigned char  tcm_family;
 *      unsigned char  tcm__pad1;
 *      unsigned short tcm__pad2;
 *      int            tcm_ifindex;
 *      __u32          tcm_handle;   // major number << 16 | minor number
 *      __u32          tcm_parent;
 *      __u32          tcm_info;     // of a filter: priority << 16 | protocol
 *  };
 * }
 */
public record TcMsg(int index, int handle, int parent, int info) implements FixedHeader {

    public static final int BYTES = 20;

    @Override
    public void writeTo(ByteBuffer out) {
        out.putInt(0).putInt(index).putInt(handle).putInt(parent).putInt(info);
    }

    static TcMsg read(AttrReader body) {
        ByteBuffer in = body.fixed(BYTES);
        return new TcMsg(in.getInt(4), in.getInt(8), in.getInt(12), in.getInt(16));
    }
}
