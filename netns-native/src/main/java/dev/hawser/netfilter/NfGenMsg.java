package dev.hawser.netfilter;

import dev.hawser.netlink.FixedHeader;
import java.nio.ByteBuffer;

/**
 * {@snippet lang=text :
 *  struct nfgenmsg {
 *      __u8   nfgen_family;
 *      __u8   version;       // NFNETLINK_V0
 *      __be16 res_id;        // the subsystem of a batch
 *  };
 * }
 */
record NfGenMsg(int family, int resourceId) implements FixedHeader {

    static final int BYTES = 4;

    @Override
    public void writeTo(ByteBuffer out) {
        out.put((byte) family).put((byte) 0).put((byte) (resourceId >>> 8)).put((byte) resourceId);
    }
}
