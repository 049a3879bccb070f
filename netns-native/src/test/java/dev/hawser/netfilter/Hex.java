package dev.hawser.netfilter;

import dev.hawser.netlink.Request;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/** Bytes as strace(1) shows them: captured on a little-endian machine, one attribute on a line, comments after {@code //}. */
final class Hex {

    private Hex() {}

    static byte[] bytes(String commented) {
        String digits = commented
                .lines()
                .map(line -> line.replaceFirst("//.*", ""))
                .collect(Collectors.joining())
                .replace(" ", "");
        return HexFormat.of().parseHex(digits);
    }

    static ByteBuffer buffer(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    }

    /** Without comments and in one line, for comparison. */
    static String text(String commented) {
        return HexFormat.ofDelimiter(" ").formatHex(bytes(commented));
    }

    /** These requests as one datagram, with sequence numbers from 0 as nft has them. */
    static String text(List<Request> requests) {
        ByteBuffer out = ByteBuffer.allocate(4096).order(ByteOrder.nativeOrder());
        for (int i = 0; i < requests.size(); i++) {
            requests.get(i).writeTo(out, i);
        }
        return HexFormat.ofDelimiter(" ").formatHex(out.array(), 0, out.position());
    }
}
