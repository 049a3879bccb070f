package dev.hawser.ip;

import java.net.InetAddress;

/**
 * An address with the length of its subnet's prefix: {@code 10.1.2.5/24}. Host bits are kept; {@link #network()} drops
 * them.
 *
 * @param address the address
 * @param prefixLength 0 to 32, or to 128
 */
public record Cidr(InetAddress address, int prefixLength) {

    public Cidr {
        if (prefixLength < 0 || prefixLength > IpMath.bits(address)) {
            throw new IllegalArgumentException(IpMath.text(address) + "/" + prefixLength
                    + ": the prefix length must be between 0 and " + IpMath.bits(address));
        }
    }

    /**
     * Reads {@code 10.1.2.5/24} or {@code fd00::5/64}.
     *
     * @throws IllegalArgumentException if {@code text} is anything else
     */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        String digits = slash < 0 ? "" : text.substring(slash + 1);
        if (!IpText.isSmallNumber(digits)) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not an address with a prefix length, such as 10.1.2.5/24");
        }
        return new Cidr(IpMath.parse(text.substring(0, slash)), Integer.parseInt(digits));
    }

    /** The address alone: /32 or /128. */
    public static Cidr ofHost(InetAddress address) {
        return new Cidr(address, IpMath.bits(address));
    }

    public boolean isIpv4() {
        return IpMath.isIpv4(address);
    }

    /** The subnet: the same prefix, and zeros for the host bits. */
    public Cidr network() {
        return new Cidr(withHostBits(false), prefixLength);
    }

    /** The last address of the subnet: all host bits set. For IPv4 this is the broadcast address. */
    public InetAddress last() {
        return withHostBits(true);
    }

    /** Whether the subnet holds this address; never if it is of the other family. */
    public boolean contains(InetAddress other) {
        return IpMath.isIpv4(other) == isIpv4()
                && new Cidr(other, prefixLength).network().equals(network());
    }

    /** Whether the two subnets share an address. */
    public boolean overlaps(Cidr other) {
        return contains(other.address) || other.contains(address);
    }

    private InetAddress withHostBits(boolean set) {
        byte[] octets = address.getAddress();
        for (int bit = prefixLength; bit < octets.length * 8; bit++) {
            int mask = 0x80 >>> (bit % 8);
            octets[bit / 8] = (byte) (set ? (octets[bit / 8] | mask) : (octets[bit / 8] & ~mask));
        }
        return IpMath.of(octets);
    }

    @Override
    public String toString() {
        return IpMath.text(address) + "/" + prefixLength;
    }
}
