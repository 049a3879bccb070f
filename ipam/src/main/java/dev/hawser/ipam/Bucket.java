package dev.hawser.ipam;

import dev.hawser.ip.IpMath;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The leases of the containers that share a hash, as they stand in the index. Only the lines of the container in
 * question are ever taken apart: there may be dozens of others.
 *
 * @param number 0 to {@link #COUNT} - 1
 * @param lines {@code 10.1.2.2 containerId ifName}, each with a line feed after it. No word has a space in it:
 *     {@link Owner} sees to that.
 */
record Bucket(int number, String lines) {

    static final int COUNT = 4096;

    /** {@link String#hashCode()} is specified, so it is the same in every process. */
    static int numberOf(String containerId) {
        return Math.floorMod(containerId.hashCode(), COUNT);
    }

    /** The buckets that are not empty. */
    static Collection<Bucket> allOf(List<Lease> leases) {
        Map<Integer, List<Lease>> byNumber = new TreeMap<>();
        for (Lease lease : leases) {
            int number = numberOf(lease.owner().containerId());
            byNumber.computeIfAbsent(number, n -> new ArrayList<>()).add(lease);
        }
        List<Bucket> buckets = new ArrayList<>();
        byNumber.forEach((number, own) -> buckets.add(new Bucket(number, linesOf(own))));
        return buckets;
    }

    /** The bucket that a container belongs in. */
    static Bucket around(String containerId, List<Lease> all) {
        int number = numberOf(containerId);
        return allOf(all).stream()
                .filter(bucket -> bucket.number() == number)
                .findFirst()
                .orElse(new Bucket(number, ""));
    }

    private static String linesOf(List<Lease> leases) {
        StringBuilder lines = new StringBuilder();
        for (Lease lease : leases) {
            Owner owner = lease.owner();
            lines.append(IpMath.text(lease.address()))
                    .append(' ')
                    .append(owner.containerId())
                    .append(' ')
                    .append(owner.ifName())
                    .append('\n');
        }
        return lines.toString();
    }

    /** The leases of one container, ordered by address; nothing if its lines cannot be understood. */
    Optional<List<Lease>> leasesOf(String containerId) {
        try {
            return Optional.of(lines.lines()
                    .filter(line -> isOf(containerId, line))
                    .map(Bucket::lease)
                    .toList());
        } catch (IllegalArgumentException other) {
            return Optional.empty();
        }
    }

    private static boolean isOf(String containerId, String line) {
        int start = line.indexOf(' ') + 1;
        return line.startsWith(containerId, start) && line.startsWith(" ", start + containerId.length());
    }

    private static Lease lease(String line) {
        int first = line.indexOf(' ');
        int last = line.lastIndexOf(' ');
        Owner owner = new Owner(line.substring(first + 1, last), line.substring(last + 1));
        return new Lease(IpMath.parse(line.substring(0, first)), owner);
    }

    /** With these leases in place of those that the container had; the same for all others. */
    Bucket with(String containerId, List<Lease> now) {
        StringBuilder changed = new StringBuilder(lines.length());
        lines.lines()
                .filter(line -> !isOf(containerId, line))
                .forEach(line -> changed.append(line).append('\n'));
        return new Bucket(number, changed.append(linesOf(now)).toString());
    }
}
