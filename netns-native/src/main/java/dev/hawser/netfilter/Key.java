package dev.hawser.netfilter;

import static dev.hawser.netfilter.NfTables.IFNAMSIZ;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hawser.ip.IpMath;
import dev.hawser.kernel.MacAddress;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** The key of an element, or the data of a map's: an address, the name of a link, or a concatenation. */
final class Key {

    /** Of an answer that has no key. */
    static final Key NONE = new Key(new byte[0]);

    private static final int MAC_OCTETS = 6;

    /** NFT_REG32_SIZE: what each part of a concatenation is padded to a multiple of. */
    private static final int REGISTER = 4;

    /** A MAC as part of a concatenation. */
    private static final int MAC_SLOT = 8;

    private final byte[] octets;

    Key(byte[] octets) {
        this.octets = octets.clone();
    }

    /** Type ipv4_addr or ipv6_addr. */
    static Key of(InetAddress address) {
        return new Key(address.getAddress());
    }

    /** Type ifname: the name, filled up with zeros. */
    static Key of(String link) {
        return new Key(padded(link, IFNAMSIZ));
    }

    /** Type ifname . ifname. */
    static Key of(String link, String other) {
        return concatenated(padded(link, IFNAMSIZ), padded(other, IFNAMSIZ));
    }

    /** Type ifname . ether_addr. */
    static Key of(String link, MacAddress mac) {
        byte[] octets = padded(link, IFNAMSIZ + MAC_SLOT);
        System.arraycopy(mac.octets(), 0, octets, IFNAMSIZ, MAC_OCTETS);
        return new Key(octets);
    }

    /** A concatenation of these parts, in their order; each is padded with zeros to four bytes. */
    static Key concatenated(byte[]... parts) {
        ByteBuffer octets = ByteBuffer.allocate(
                Arrays.stream(parts).mapToInt(part -> slot(part.length)).sum());
        for (byte[] part : parts) {
            octets.put(Arrays.copyOf(part, slot(part.length)));
        }
        return new Key(octets.array());
    }

    /**
     * The parts of a concatenation.
     *
     * @param lengths of each part, without its padding
     * @return none if this is not as long as these parts are
     */
    List<byte[]> parts(int... lengths) {
        if (octets.length != Arrays.stream(lengths).map(Key::slot).sum()) {
            return List.of();
        }
        List<byte[]> parts = new ArrayList<>();
        int at = 0;
        for (int length : lengths) {
            parts.add(Arrays.copyOfRange(octets, at, at + length));
            at += slot(length);
        }
        return parts;
    }

    private static int slot(int length) {
        return (length + REGISTER - 1) / REGISTER * REGISTER;
    }

    byte[] octets() {
        return octets.clone();
    }

    /** The address that this is, if it is one. */
    Optional<InetAddress> address() {
        boolean one = octets.length == 4 || octets.length == 16;
        return one ? Optional.of(IpMath.of(octets)) : Optional.empty();
    }

    /** The name at the start, up to its first zero. */
    String link() {
        int length = 0;
        while (length < Math.min(octets.length, IFNAMSIZ) && octets[length] != 0) {
            length++;
        }
        return new String(octets, 0, length, UTF_8);
    }

    /** The MAC after the name, if there is one. */
    Optional<MacAddress> mac() {
        return octets.length == IFNAMSIZ + MAC_SLOT
                ? Optional.of(MacAddress.of(Arrays.copyOfRange(octets, IFNAMSIZ, IFNAMSIZ + MAC_OCTETS)))
                : Optional.empty();
    }

    private static byte[] padded(String link, int length) {
        byte[] name = link.getBytes(UTF_8);
        if (name.length >= IFNAMSIZ) {
            throw new IllegalArgumentException("\"" + link + "\" is longer than the 15 bytes of a link's name");
        }
        return Arrays.copyOf(name, length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Key key && Arrays.equals(octets, key.octets);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(octets);
    }

    @Override
    public String toString() {
        return HexFormat.ofDelimiter(" ").formatHex(octets);
    }
}
