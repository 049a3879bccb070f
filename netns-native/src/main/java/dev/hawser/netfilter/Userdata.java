package dev.hawser.netfilter;

import static dev.hawser.netfilter.NfTables.NFTNL_UDATA_COMMENT;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hawser.netlink.MalformedNetlink;

/**
 * What nft(8) keeps with a rule or an element, and the kernel does not look at. Like attributes, but of bytes (libnftnl,
 * udata.c):
 *
 * {@snippet lang=text :
 *  uint8_t type;      // NFTNL_UDATA_…
 *  uint8_t len;       // of the value
 *  uint8_t value[];   // a comment ends with NUL; no padding
 * }
 */
final class Userdata {

    private static final int MAX_VALUE = 0xff;

    private Userdata() {}

    /** Userdata of one comment. */
    static byte[] ofComment(String comment) {
        byte[] text = comment.getBytes(UTF_8);
        if (text.length >= MAX_VALUE) {
            throw new IllegalArgumentException("a comment of " + text.length + " bytes");
        }
        byte[] userdata = new byte[2 + text.length + 1];
        userdata[0] = NFTNL_UDATA_COMMENT;
        userdata[1] = (byte) (text.length + 1);
        System.arraycopy(text, 0, userdata, 2, text.length);
        return userdata;
    }

    /** The comment in it, empty if there is none. */
    static String comment(byte[] userdata) {
        int at = 0;
        while (userdata.length - at >= 2) {
            int length = Byte.toUnsignedInt(userdata[at + 1]);
            if (length > userdata.length - at - 2) {
                throw new MalformedNetlink("userdata of " + length + " bytes in " + (userdata.length - at - 2));
            }
            if (userdata[at] == NFTNL_UDATA_COMMENT) {
                return upToNul(userdata, at + 2, length);
            }
            at += 2 + length;
        }
        return "";
    }

    private static String upToNul(byte[] bytes, int start, int length) {
        int end = start;
        while (end < start + length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, start, end - start, UTF_8);
    }
}
