package dev.hawser.kernel;

import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * An Ethernet hardware address.
 *
 * @param bits its six octets, the first one highest, in the low 48 bits
 */
public record MacAddress(long bits) {

    private static final Pattern TEXT = Pattern.compile(
            "[0-9a-fA-F]{2}([:-])[0-9a-fA-F]{2}(\\1[0-9a-fA-F]{2}){4}|[0-9a-fA-F]{4}(\\.[0-9a-fA-F]{4}){2}");
    private static final long LOCALLY_ADMINISTERED = 0x0200_0000_0000L;
    private static final long MULTICAST = 0x0100_0000_0000L;

    public MacAddress {
        if (bits >>> 48 != 0) {
            throw new IllegalArgumentException("a MAC address has 48 bits: " + Long.toHexString(bits));
        }
    }

    /**
     * Reads {@code 02:42:ac:11:00:02}, {@code 02-42-ac-11-00-02} or {@code 0242.ac11.0002}, as Go's net.ParseMAC does.
     *
     * @throws IllegalArgumentException if {@code text} is anything else
     */
    public static MacAddress parse(String text) {
        if (!TEXT.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not a MAC address: write six octets, as in 02:42:ac:11:00:02");
        }
        return new MacAddress(Long.parseLong(text.replaceAll("[:.-]", ""), 16));
    }

    /** The address with these six octets. */
    public static MacAddress of(byte[] octets) {
        if (octets.length != 6) {
            throw new IllegalArgumentException("a MAC address has 6 octets, not " + octets.length);
        }
        return new MacAddress(Long.parseLong(HexFormat.of().formatHex(octets), 16));
    }

    /** A locally administered unicast address (IEEE 802, 8.2) made of these 48 bits. */
    public static MacAddress locallyAdministered(long bits) {
        return new MacAddress(((bits & 0xffff_ffff_ffffL) | LOCALLY_ADMINISTERED) & ~MULTICAST);
    }

    /** Its six octets, in the order of the wire. */
    public byte[] octets() {
        byte[] octets = new byte[6];
        for (int i = 0; i < 6; i++) {
            octets[i] = (byte) (bits >>> (40 - 8 * i));
        }
        return octets;
    }

    /** As {@code ip link} prints it: lower case, with colons. */
    @Override
    public String toString() {
        return HexFormat.ofDelimiter(":").formatHex(octets());
    }
}
