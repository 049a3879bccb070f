package dev.hawser.ip;

import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * Reading, writing and counting addresses. Nothing here asks a name service.
 *
 * <p>The text forms are those of Go's {@code net.ParseIP} and {@code net.IP.String}, which name the lease files that we
 * share with the reference plugins: RFC 5952 for IPv6, no leading zeros in IPv4, and {@code ::ffff:a.b.c.d} is IPv4.
 */
public final class IpMath {

    private IpMath() {}

    /**
     * Reads one address.
     *
     * @throws IllegalArgumentException if {@code text} is not an address
     */
    public static InetAddress parse(String text) {
        byte[] octets = text.indexOf(':') >= 0 ? IpText.parseIpv6(text) : IpText.parseIpv4(text);
        return of(octets);
    }

    /** The address of these 4 or 16 octets; an IPv4-mapped IPv6 address becomes IPv4. */
    public static InetAddress of(byte[] octets) {
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("an address has 4 or 16 octets, not " + octets.length, e);
        }
    }

    /** The canonical text of an address, without a scope. */
    public static String text(InetAddress address) {
        return isIpv4(address) ? address.getHostAddress() : IpText.ipv6(address.getAddress());
    }

    public static boolean isIpv4(InetAddress address) {
        return address instanceof Inet4Address;
    }

    /** How many bits an address of this family has: 32 or 128. */
    public static int bits(InetAddress address) {
        return isIpv4(address) ? 32 : 128;
    }

    /** The address {@code distance} further on, within its family. */
    public static InetAddress plus(InetAddress address, long distance) {
        return ofNumber(number(address).add(BigInteger.valueOf(distance)), bits(address));
    }

    /** Orders by number; IPv4 comes before IPv6. */
    public static int compare(InetAddress a, InetAddress b) {
        byte[] left = a.getAddress();
        byte[] right = b.getAddress();
        return left.length == right.length
                ? Arrays.compareUnsigned(left, right)
                : Integer.compare(left.length, right.length);
    }

    /** The address as an unsigned number. */
    public static BigInteger number(InetAddress address) {
        return new BigInteger(1, address.getAddress());
    }

    private static InetAddress ofNumber(BigInteger number, int bits) {
        if (number.signum() < 0 || number.bitLength() > bits) {
            throw new IllegalArgumentException("beyond the last address of " + bits + " bits");
        }
        byte[] octets = new byte[bits / 8];
        byte[] digits = number.toByteArray();
        int length = Math.min(digits.length, octets.length);
        System.arraycopy(digits, digits.length - length, octets, octets.length - length, length);
        return of(octets);
    }
}
