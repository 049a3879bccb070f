package dev.hawser.ipam;

import dev.hawser.ip.IpRange;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which addresses are taken, and by whom: found by address and by container. */
final class Holdings {

    /** A pool has a few; but a runtime may bring others with every call. */
    private static final int MOST_RANGES = 16;

    /** No file was written at this time: that of a file which could not be read. */
    static final long UNREAD = Long.MIN_VALUE;

    /**
     * A file that keeps its address from being leased.
     *
     * @param owner nobody, if the file is no lease
     * @param writtenAtNanos its mtime, since 1970; {@link #UNREAD} if that is not known
     */
    record Holding(InetAddress address, Optional<Owner> owner, long writtenAtNanos) {

        Optional<Lease> lease() {
            return owner.map(by -> new Lease(address, by));
        }
    }

    private final Map<InetAddress, Holding> byAddress = new HashMap<>();
    private final Map<String, List<Holding>> byContainer = new HashMap<>();
    private final Map<IpRange, TakenBits> bits = new HashMap<>();
    private long writtenLastNanos;

    /** In place of what the address had before. */
    void put(Holding holding) {
        remove(holding.address());
        byAddress.put(holding.address(), holding);
        bits.values().forEach(each -> each.set(holding.address(), true));
        holding.owner()
                .ifPresent(owner -> byContainer.merge(owner.containerId(), List.of(holding), Holdings::concatenated));
        writtenLastNanos = Math.max(writtenLastNanos, holding.writtenAtNanos());
    }

    void remove(InetAddress address) {
        bits.values().forEach(each -> each.set(address, false));
        Optional<Holding> removed = Optional.ofNullable(byAddress.remove(address));
        removed.flatMap(Holding::owner)
                .ifPresent(owner ->
                        byContainer.computeIfPresent(owner.containerId(), (_, held) -> without(held, address)));
    }

    private static List<Holding> concatenated(List<Holding> held, List<Holding> more) {
        return Stream.concat(held.stream(), more.stream()).toList();
    }

    /** Null where nothing is left: that removes the container from the map. */
    private static @Nullable List<Holding> without(List<Holding> held, InetAddress address) {
        List<Holding> left = held.stream()
                .filter(holding -> !holding.address().equals(address))
                .toList();
        return left.isEmpty() ? null : left;
    }

    /** Drops all other addresses. */
    void retain(Set<InetAddress> addresses) {
        if (byAddress.size() > addresses.size()) {
            Stream<InetAddress> all = byAddress.keySet().stream();
            all.filter(address -> !addresses.contains(address)).toList().forEach(this::remove);
        }
    }

    Optional<Holding> at(InetAddress address) {
        return Optional.ofNullable(byAddress.get(address));
    }

    boolean has(InetAddress address) {
        return byAddress.containsKey(address);
    }

    /** The first address from this one on that is not taken; in a huge range that is known only of the first. */
    Optional<InetAddress> freeFrom(IpRange range, InetAddress first) {
        if (!TakenBits.suits(range)) {
            return Optional.of(first);
        }
        if (bits.size() == MOST_RANGES && !bits.containsKey(range)) {
            bits.clear();
        }
        return bits.computeIfAbsent(range, this::bitsOf).freeFrom(first);
    }

    private TakenBits bitsOf(IpRange range) {
        TakenBits taken = new TakenBits(range);
        byAddress.keySet().forEach(address -> taken.set(address, true));
        return taken;
    }

    List<Holding> of(String containerId) {
        return byContainer.getOrDefault(containerId, List.of());
    }

    /** Ordered by address. */
    List<Lease> leases() {
        return leases(byAddress.values().stream());
    }

    /** Ordered by address. */
    static List<Lease> leases(Stream<Holding> holdings) {
        return holdings.map(Holding::lease)
                .flatMap(Optional::stream)
                .sorted(Lease.BY_ADDRESS)
                .toList();
    }

    /** How many addresses are taken. */
    int size() {
        return byAddress.size();
    }

    /** When the file that was written last, of all that there ever were, was written. */
    long writtenLastNanos() {
        return writtenLastNanos;
    }
}
