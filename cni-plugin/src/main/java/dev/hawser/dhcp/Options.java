package dev.hawser.dhcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hawser.ip.IpMath;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The options of a message by their codes, immutable.
 *
 * {@snippet lang=text :
 *  +--------+--------+--------------------+
 *  |  code  | length | length bytes       |   a value that is longer than 255 bytes goes on in an option
 *  +--------+--------+--------------------+   of the same code (RFC 3396)
 *  +--------+                +--------+
 *  | PAD  0 |                | END 255|
 *  +--------+                +--------+
 * }
 */
final class Options {

    static final Options NONE = new Options(new TreeMap<>());

    private static final int LONGEST = 255;

    private final SortedMap<Integer, byte[]> values;

    private Options(SortedMap<Integer, byte[]> values) {
        this.values = values;
    }

    /** Whether options can have this code: PAD and END are none. */
    static boolean isCode(int code) {
        return code > OptionCode.PAD && code < OptionCode.END;
    }

    Options with(int code, byte... value) {
        if (!isCode(code)) {
            throw new IllegalArgumentException(code + " is no option: their codes are 1 to 254");
        }
        SortedMap<Integer, byte[]> more = new TreeMap<>(values);
        more.put(code, value.clone());
        return new Options(more);
    }

    Options withSeconds(int code, long seconds) {
        return with(
                code, ByteBuffer.allocate(Integer.BYTES).putInt((int) seconds).array());
    }

    Options withAddress(int code, InetAddress address) {
        return with(code, address.getAddress());
    }

    Set<Integer> codes() {
        return values.keySet();
    }

    Optional<byte[]> find(int code) {
        return Optional.ofNullable(values.get(code)).map(byte[]::clone);
    }

    /** An unsigned 32-bit number; none if it is missing or of another length. */
    OptionalLong seconds(int code) {
        return find(code)
                .filter(value -> value.length == Integer.BYTES)
                .map(value -> OptionalLong.of(
                        Integer.toUnsignedLong(ByteBuffer.wrap(value).getInt())))
                .orElse(OptionalLong.empty());
    }

    /** A list of addresses; what is left over of an incomplete one is not looked at. */
    List<InetAddress> addresses(int code) {
        byte[] value = find(code).orElse(new byte[0]);
        List<InetAddress> addresses = new ArrayList<>();
        for (int i = 0; i + 4 <= value.length; i += 4) {
            addresses.add(IpMath.of(Arrays.copyOfRange(value, i, i + 4)));
        }
        return addresses;
    }

    Optional<InetAddress> address(int code) {
        return addresses(code).stream().findFirst();
    }

    /** A text without the zeros that some servers end it with; none if it is empty. */
    Optional<String> text(int code) {
        return find(code)
                .map(value -> new String(value, UTF_8).replaceAll("\0+$", "").strip())
                .filter(text -> !text.isEmpty());
    }

    Optional<MessageType> messageType() {
        return find(OptionCode.MESSAGE_TYPE)
                .filter(value -> value.length == 1)
                .flatMap(value -> MessageType.of(value[0]));
    }

    /**
     * Reads one field of options, up to its END or its end.
     *
     * @throws MalformedMessage if an option is cut off
     */
    static Options parse(ByteBuffer field) {
        SortedMap<Integer, byte[]> values = new TreeMap<>();
        while (field.hasRemaining()) {
            int code = Byte.toUnsignedInt(field.get());
            if (code == OptionCode.END) {
                break;
            }
            if (code != OptionCode.PAD) {
                values.merge(code, value(code, field), Options::joined);
            }
        }
        return new Options(values);
    }

    private static byte[] value(int code, ByteBuffer field) {
        int length = field.hasRemaining() ? Byte.toUnsignedInt(field.get()) : Integer.MAX_VALUE;
        if (length > field.remaining()) {
            throw new MalformedMessage("option " + code + " is cut off");
        }
        byte[] value = new byte[length];
        field.get(value);
        return value;
    }

    /** These, with the values of those joined to their ends (RFC 3396). */
    Options joinedWith(Options others) {
        SortedMap<Integer, byte[]> more = new TreeMap<>(values);
        others.values.forEach((code, value) -> more.merge(code, value, Options::joined));
        return new Options(more);
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    /** With the message type first, as some servers insist, and END last. */
    byte[] bytes() {
        ByteBuffer out = ByteBuffer.allocate(length());
        find(OptionCode.MESSAGE_TYPE).ifPresent(type -> write(out, OptionCode.MESSAGE_TYPE, type));
        values.forEach((code, value) -> {
            if (code != OptionCode.MESSAGE_TYPE) {
                write(out, code, value);
            }
        });
        out.put((byte) OptionCode.END);
        return Arrays.copyOf(out.array(), out.position());
    }

    private int length() {
        int headers = values.values().stream()
                .mapToInt(value -> 2 * (1 + value.length / LONGEST))
                .sum();
        return headers
                + values.values().stream().mapToInt(value -> value.length).sum()
                + 1;
    }

    private static void write(ByteBuffer out, int code, byte[] value) {
        int from = 0;
        do {
            int length = Math.min(LONGEST, value.length - from);
            out.put((byte) code).put((byte) length).put(value, from, length);
            from += length;
        } while (from < value.length);
    }

    /** The values in hex, by code. */
    SortedMap<Integer, String> hex() {
        SortedMap<Integer, String> hex = new TreeMap<>();
        values.forEach((code, value) -> hex.put(code, HexFormat.of().formatHex(value)));
        return hex;
    }

    /**
     * Reads {@link #hex()}.
     *
     * @throws IllegalArgumentException if it is anything else
     */
    static Options ofHex(Map<Integer, String> hex) {
        Options options = NONE;
        for (Map.Entry<Integer, String> entry : hex.entrySet()) {
            options = options.with(entry.getKey(), HexFormat.of().parseHex(entry.getValue()));
        }
        return options;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Options options && hex().equals(options.hex());
    }

    @Override
    public int hashCode() {
        return hex().hashCode();
    }

    @Override
    public String toString() {
        return hex().toString();
    }
}
