package dev.hawser.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.function.Consumer;

/**
 * Bytes for tests. Captures are those of a little-endian machine; {@code #} starts a comment, as in {@code "0a00 0300 #
 * IFLA_IFNAME"}.
 */
final class Bytes {

    private Bytes() {}

    /** A buffer of these lines of hex digits. */
    static ByteBuffer of(String lines) {
        StringBuilder digits = new StringBuilder();
        lines.lines().forEach(line -> digits.append(line.replaceFirst("#.*", "").replaceAll("\\s", "")));
        return of(HexFormat.of().parseHex(digits));
    }

    static ByteBuffer of(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    }

    /** What is written, ready to be read. */
    static ByteBuffer written(Consumer<AttrWriter> writing) {
        ByteBuffer out = ByteBuffer.allocate(4096).order(ByteOrder.nativeOrder());
        writing.accept(new AttrWriter(out));
        return out.flip();
    }

    /** The message of a request, with the sequence number 1. */
    static ByteBuffer message(Request request) {
        ByteBuffer out = ByteBuffer.allocate(4096).order(ByteOrder.nativeOrder());
        request.writeTo(out, 1);
        return out.flip();
    }

    static byte[] array(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(buffer.position(), bytes);
        return bytes;
    }

    /** As {@code hexdump} would: for comparing, so that a failure can be read. */
    static String hex(ByteBuffer buffer) {
        return HexFormat.ofDelimiter(" ").formatHex(array(buffer));
    }
}
