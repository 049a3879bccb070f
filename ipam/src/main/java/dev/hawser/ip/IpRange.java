package dev.hawser.ip;

import java.math.BigInteger;
import java.net.InetAddress;

/**
 * A run of addresses of one family, both ends included.
 *
 * @param first the lowest address
 * @param last the highest address
 */
public record IpRange(InetAddress first, InetAddress last) {

    public IpRange {
        if (IpMath.isIpv4(first) != IpMath.isIpv4(last) || IpMath.compare(first, last) > 0) {
            throw new IllegalArgumentException(IpMath.text(first) + "-" + IpMath.text(last) + " is not a range");
        }
    }

    /** Whether the address lies between the ends; never if it is of the other family. */
    public boolean contains(InetAddress address) {
        return IpMath.isIpv4(address) == IpMath.isIpv4(first)
                && IpMath.compare(first, address) <= 0
                && IpMath.compare(address, last) <= 0;
    }

    /** Whether the two ranges share an address. */
    public boolean overlaps(IpRange other) {
        return contains(other.first) || other.contains(first);
    }

    /** How many addresses there are; an IPv6 range may hold more than a {@code long} can count. */
    public BigInteger size() {
        return IpMath.number(last).subtract(IpMath.number(first)).add(BigInteger.ONE);
    }

    /** {@code 10.0.0.1-10.0.0.9}. */
    @Override
    public String toString() {
        return IpMath.text(first) + "-" + IpMath.text(last);
    }
}
