package dev.hawser.ipam;

import java.math.BigInteger;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Ranges that are used one after the other: a container gets one address from the whole set.
 *
 * @param ranges at least one, of one address family, without overlap
 */
public record RangeSet(List<PoolRange> ranges) {

    public RangeSet {
        ranges = List.copyOf(ranges);
        if (ranges.isEmpty()) {
            throw new IllegalArgumentException("empty range set");
        }
        boolean ipv4 = ranges.getFirst().subnet().isIpv4();
        if (ranges.stream().anyMatch(range -> range.subnet().isIpv4() != ipv4)) {
            throw new IllegalArgumentException("mixed address families");
        }
        requireApart(ranges);
    }

    private static void requireApart(List<PoolRange> ranges) {
        for (int i = 0; i < ranges.size(); i++) {
            for (PoolRange later : ranges.subList(i + 1, ranges.size())) {
                if (ranges.get(i).addresses().overlaps(later.addresses())) {
                    throw new IllegalArgumentException("subnets " + ranges.get(i) + " and " + later + " overlap");
                }
            }
        }
    }

    /** The range that an address would be leased from. */
    public Optional<PoolRange> rangeOf(InetAddress address) {
        for (PoolRange range : ranges) {
            if (range.contains(address)) {
                return Optional.of(range);
            }
        }
        return Optional.empty();
    }

    public boolean contains(InetAddress address) {
        return rangeOf(address).isPresent();
    }

    /** Whether the two sets share an address. */
    public boolean overlaps(RangeSet other) {
        return ranges.stream()
                .anyMatch(mine -> other.ranges.stream()
                        .anyMatch(theirs -> mine.addresses().overlaps(theirs.addresses())));
    }

    /** How many addresses can be leased from the set. */
    public BigInteger size() {
        return ranges.stream().map(PoolRange::size).reduce(BigInteger.ZERO, BigInteger::add);
    }

    /** {@code 10.0.0.1-10.0.0.9,10.0.1.1-10.0.1.9}. */
    @Override
    public String toString() {
        return ranges.stream().map(PoolRange::toString).collect(Collectors.joining(","));
    }
}
