package dev.hawser.ipam;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import dev.hawser.ip.IpRange;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.Optional;

/**
 * The part of a subnet that addresses are leased from.
 *
 * <p>The rules, and the texts where they are broken, are those of {@code host-local} (its range.go).
 *
 * @param subnet without host bits, and with at least two of them
 * @param start the first address to lease, within the subnet
 * @param end the last address to lease, within the subnet
 * @param gateway never leased; it need not be in the range, nor in the subnet
 */
public record PoolRange(Cidr subnet, InetAddress start, InetAddress end, InetAddress gateway) {

    public PoolRange {
        requireUsable(subnet);
        if (!subnet.contains(start)) {
            throw new IllegalArgumentException("RangeStart " + IpMath.text(start) + " not in network " + subnet);
        }
        if (!subnet.contains(end)) {
            throw new IllegalArgumentException("RangeEnd " + IpMath.text(end) + " not in network " + subnet);
        }
        if (IpMath.compare(start, end) > 0) {
            throw new IllegalArgumentException("RangeStart " + IpMath.text(start) + " not in network " + subnet
                    + " up to RangeEnd " + IpMath.text(end));
        }
    }

    /**
     * A range with what the configuration may leave out: it starts and has its gateway at the first address after the
     * network's, and it ends before the broadcast address (IPv4) or with the last address (IPv6).
     *
     * @throws IllegalArgumentException if the subnet is too small or has host bits, or an end is outside of it
     */
    public static PoolRange of(
            Cidr subnet, Optional<InetAddress> start, Optional<InetAddress> end, Optional<InetAddress> gateway) {
        requireUsable(subnet);
        InetAddress first = IpMath.plus(subnet.address(), 1);
        InetAddress last = subnet.isIpv4() ? IpMath.plus(subnet.last(), -1) : subnet.last();
        return new PoolRange(subnet, start.orElse(first), end.orElse(last), gateway.orElse(first));
    }

    private static void requireUsable(Cidr subnet) {
        if (subnet.prefixLength() > IpMath.bits(subnet.address()) - 2) {
            throw new IllegalArgumentException("Network " + subnet + " too small to allocate from");
        }
        Cidr network = subnet.network();
        if (!subnet.equals(network)) {
            throw new IllegalArgumentException("Network has host bits set. For a subnet mask of length "
                    + subnet.prefixLength() + " the network address is " + IpMath.text(network.address()));
        }
    }

    /** The addresses from start to end. */
    public IpRange addresses() {
        return new IpRange(start, end);
    }

    public boolean contains(InetAddress address) {
        return addresses().contains(address);
    }

    /** How many addresses can be leased: the gateway does not count. */
    public BigInteger size() {
        BigInteger all = addresses().size();
        return contains(gateway) ? all.subtract(BigInteger.ONE) : all;
    }

    /** {@code 10.0.0.1-10.0.0.9}. */
    @Override
    public String toString() {
        return addresses().toString();
    }
}
