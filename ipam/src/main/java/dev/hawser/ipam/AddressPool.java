package dev.hawser.ipam;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Leases addresses to containers, and takes them back. Every operation holds the pool's lock from its beginning to its
 * end, so pools of the same directory may be used by any number of threads and processes at once.
 *
 * <p>Compared with host-local, whose files and rules these are: the whole of an operation is one turn under the lock; an
 * owner is refused a second address of a set on request too; and a {@link #lease} that fails gives back what it took
 * itself, never what the owner had before.
 */
public final class AddressPool {

    private final PoolConfig config;
    private final PoolFiles files;
    private final Turns turns;
    private final Consumer<String> warnings;

    AddressPool(PoolConfig config, Turns turns, Consumer<String> warnings) {
        this.config = config;
        this.files = new PoolFiles(config.directory());
        this.turns = turns;
        this.warnings = warnings;
    }

    /**
     * Leases one address from each range set, in the order of the sets.
     *
     * @param requested wanted addresses, at most one per set. Where a set holds several, it gives the lowest of them.
     * @throws PoolException of any kind; then nothing is leased
     */
    public List<Allocation> lease(Owner owner, Set<InetAddress> requested) {
        List<Optional<InetAddress>> wanted = assign(requested);
        return turns.take(new Turns.Task<>(
                "lease an address from", warnings, Optional.empty(), book -> lease(owner, wanted, book)));
    }

    /** Which requested address each set is to give, if any. */
    private List<Optional<InetAddress>> assign(Set<InetAddress> requested) {
        if (config.rangeSets().isEmpty()) {
            throw new PoolException(PoolException.Kind.EXHAUSTED, "no IP ranges specified");
        }
        List<InetAddress> unassigned = new ArrayList<>(requested);
        unassigned.sort(IpMath::compare);
        List<Optional<InetAddress>> wanted = new ArrayList<>();
        for (RangeSet set : config.rangeSets()) {
            Optional<InetAddress> first =
                    unassigned.stream().filter(set::contains).findFirst();
            first.ifPresent(unassigned::remove);
            wanted.add(first);
        }
        if (!unassigned.isEmpty()) {
            throw new PoolException(PoolException.Kind.UNAVAILABLE, notAllocated(unassigned));
        }
        return wanted;
    }

    private static String notAllocated(List<InetAddress> addresses) {
        return addresses.stream()
                .map(IpMath::text)
                .collect(Collectors.joining(" ", "failed to allocate all requested IPs: ", ""));
    }

    /**
     * What {@link #lease} would give now. Takes nothing, locks nothing and creates nothing: another caller may be faster.
     *
     * @param requested as for {@link #lease}
     * @throws PoolException of any kind but DUPLICATE
     */
    public List<Allocation> preview(Set<InetAddress> requested) {
        List<Optional<InetAddress>> wanted = assign(requested);
        List<Allocation> offered = new ArrayList<>();
        PoolFiles.Taken others = files.taken();
        try {
            for (int i = 0; i < wanted.size(); i++) {
                offered.add(choose(i, wanted.get(i), this::filedOffers, address -> !others.holds(address)));
            }
        } catch (IOException e) {
            throw PoolException.io("look for free addresses in", files.directory(), e);
        }
        return offered;
    }

    private NextAddress filedOffers(int setIndex) throws IOException {
        RangeSet set = config.rangeSets().get(setIndex);
        return NextAddress.after(set, files.lastReserved(setIndex), (_, first) -> Optional.of(first));
    }

    private List<Allocation> lease(Owner owner, List<Optional<InetAddress>> wanted, LeaseBook book) throws IOException {
        refuseSecond(owner, book.of(owner.containerId()));
        List<Allocation> taken = new ArrayList<>();
        try {
            // Looks before it tries: a file that exists is found faster than by a creation that fails.
            for (int i = 0; i < wanted.size(); i++) {
                taken.add(choose(
                        i,
                        wanted.get(i),
                        set -> NextAddress.after(config.rangeSets().get(set), book.lastReserved(set), book::freeFrom),
                        address -> book.isFree(address) && book.add(new Lease(address, owner))));
                book.setLastReserved(i, taken.getLast().address().address());
            }
            return taken;
        } catch (IOException | RuntimeException e) {
            giveBack(leasesOf(owner, taken), book).failures().forEach(e::addSuppressed);
            throw e;
        }
    }

    private static List<Lease> leasesOf(Owner owner, List<Allocation> taken) {
        return taken.stream()
                .map(allocation -> new Lease(allocation.address().address(), owner))
                .toList();
    }

    private void refuseSecond(Owner owner, List<Lease> held) {
        for (int i = 0; i < config.rangeSets().size(); i++) {
            for (Lease lease : held) {
                if (isOf(owner, lease) && config.rangeSets().get(i).contains(lease.address())) {
                    throw refusal(
                            PoolException.Kind.DUPLICATE,
                            i,
                            IpMath.text(lease.address()) + " has been allocated to " + owner.containerId()
                                    + ", duplicate allocation is not allowed");
                }
            }
        }
    }

    /** A legacy lease does not say which interface has it: it may be this one. */
    private static boolean isOf(Owner owner, Lease lease) {
        return lease.owner().equals(owner) || lease.owner().isLegacy();
    }

    /** Takes an address, unless somebody has it. */
    private interface Taking {
        boolean take(InetAddress address) throws IOException;
    }

    /** Offers the addresses of a range set, in the order of the round robin. */
    private interface Offers {
        NextAddress of(int setIndex) throws IOException;
    }

    private Allocation choose(int setIndex, Optional<InetAddress> wanted, Offers offers, Taking taking)
            throws IOException {
        return wanted.isPresent()
                ? chooseRequested(setIndex, wanted.get(), taking)
                : chooseNext(setIndex, offers.of(setIndex), taking);
    }

    private Allocation chooseRequested(int setIndex, InetAddress address, Taking taking) throws IOException {
        RangeSet set = config.rangeSets().get(setIndex);
        PoolRange range = set.rangeOf(address).orElseThrow();
        if (address.equals(range.gateway())) {
            throw refusal(
                    PoolException.Kind.UNAVAILABLE,
                    setIndex,
                    "requested ip " + IpMath.text(address) + " is subnet's gateway");
        }
        if (!taking.take(address)) {
            throw refusal(
                    PoolException.Kind.UNAVAILABLE,
                    setIndex,
                    "requested IP address " + IpMath.text(address) + " is not available in range set " + set);
        }
        return allocation(address, range);
    }

    private Allocation chooseNext(int setIndex, NextAddress addresses, Taking taking) throws IOException {
        for (Optional<NextAddress.Candidate> next = addresses.next(); next.isPresent(); next = addresses.next()) {
            if (taking.take(next.get().address())) {
                return allocation(next.get().address(), next.get().range());
            }
        }
        throw refusal(
                PoolException.Kind.EXHAUSTED,
                setIndex,
                "no IP addresses available in range set: " + config.rangeSets().get(setIndex));
    }

    private static Allocation allocation(InetAddress address, PoolRange range) {
        return new Allocation(new Cidr(address, range.subnet().prefixLength()), range.gateway());
    }

    private static PoolException refusal(PoolException.Kind kind, int setIndex, String reason) {
        return new PoolException(kind, "failed to allocate for range " + setIndex + ": " + reason);
    }

    /**
     * Takes all addresses of an owner back. An owner without any is fine, and so is a pool that does not exist.
     *
     * @return what was released. If the owner has no lease of its own, these are the legacy leases of its container.
     * @throws PoolException of kind IO, after as many as possible were released
     */
    public List<Lease> release(Owner owner) {
        return inExisting("release addresses in", book -> {
            List<Lease> held = book.of(owner.containerId());
            List<Lease> own = filter(held, lease -> lease.owner().equals(owner));
            return release(own.isEmpty() ? filter(held, lease -> lease.owner().isLegacy()) : own, book);
        });
    }

    /** The addresses that an owner has, and legacy leases of its container, ordered by address. */
    public List<Lease> find(Owner owner) {
        return inExisting("find leases in", book -> filter(book.of(owner.containerId()), lease -> isOf(owner, lease)));
    }

    /** All leases, ordered by address. Files that are not leases are named in a warning each. */
    public List<Lease> leases() {
        return inExisting("read the leases in", LeaseBook::all);
    }

    /**
     * Takes back all addresses of all other owners, and removes what a process left that was killed while it leased. A legacy
     * lease stays as long as its container is named.
     *
     * @return what was released
     * @throws PoolException of kind IO, after as many as possible were released
     */
    public List<Lease> retainOnly(Set<Owner> valid) {
        Set<String> containers = valid.stream().map(Owner::containerId).collect(Collectors.toSet());
        Predicate<Owner> isValid =
                owner -> owner.isLegacy() ? containers.contains(owner.containerId()) : valid.contains(owner);
        return inExisting("release stale leases in", book -> {
            files.deleteRemains();
            return release(filter(book.all(), lease -> !isValid.test(lease.owner())), book);
        });
    }

    private static List<Lease> filter(List<Lease> leases, Predicate<Lease> condition) {
        return leases.stream().filter(condition).toList();
    }

    private static List<Lease> release(List<Lease> stale, LeaseBook book) throws IOException {
        GivenBack result = giveBack(stale, book);
        if (!result.failures().isEmpty()) {
            IOException first = result.failures().getFirst();
            result.failures().stream().skip(1).forEach(first::addSuppressed);
            throw first;
        }
        return result.leases();
    }

    private record GivenBack(List<Lease> leases, List<IOException> failures) {}

    /** Does not stop at the first failure. */
    private static GivenBack giveBack(List<Lease> leases, LeaseBook book) {
        GivenBack result = new GivenBack(new ArrayList<>(), new ArrayList<>());
        for (Lease lease : leases) {
            try {
                book.remove(lease);
                result.leases().add(lease);
            } catch (IOException e) {
                result.failures().add(e);
            }
        }
        return result;
    }

    private List<Lease> inExisting(String name, Turns.Work<List<Lease>> work) {
        return turns.take(new Turns.Task<>(name, warnings, Optional.of(List.of()), work));
    }
}
