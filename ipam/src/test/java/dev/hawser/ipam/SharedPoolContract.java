package dev.hawser.ipam;

import static dev.hawser.ipam.TestPool.namesIn;
import static dev.hawser.ipam.TestPool.set;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.ip.IpMath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Whatever happens to a pool, in whatever order: nobody shares an address, no address is lost, no owner forgotten. */
abstract class SharedPoolContract {

    private static final RangeSet IPV4 = set("10.0.0.0/29", "10.0.1.0/29 10.0.1.1-10.0.1.4");
    private static final RangeSet IPV6 = set("fd00::/124");
    private static final List<Owner> OWNERS = List.of(
            new Owner("a", "eth0"),
            new Owner("a", "eth1"),
            new Owner("b", "eth0"),
            new Owner("b", ""),
            new Owner("Aa", "eth0"),
            new Owner("BB", "eth0"),
            new Owner("c-d_e.f", "net1"));

    private final TestPool.Kind kind;

    SharedPoolContract(TestPool.Kind kind) {
        this.kind = kind;
    }

    /** One thing that happens; the number chooses whom or what it happens to. */
    record Event(What what, int number) {}

    enum What {
        LEASE,
        LEASE_ON_REQUEST,
        RELEASE,
        RETAIN,
        FOREIGN_LEASE,
        FOREIGN_RELEASE,
        FOREIGN_CHANGE_OF_OWNER,
        LEASE_ELSEWHERE,
        RELEASE_ELSEWHERE,
        INDEX_LOST,
        INDEX_FILE_LOST,
        INDEX_FILE_CUT
    }

    /** The pool, and beside it what must be in there. */
    private static final class World {

        private final TestPool files;
        private final AddressPool pool;
        private final AddressPool elsewhere;
        private final Path index;
        private final Map<InetAddress, Owner> leased = new TreeMap<>(IpMath::compare);

        World(TestPool.Kind kind) {
            files = TestPool.inMemory(kind);
            pool = files.with(IPV4, IPV6);
            elsewhere = files.inAnotherProcess(IPV4, IPV6);
            index = files.index.orElseThrow();
        }

        void apply(Event event) throws IOException {
            Owner owner = OWNERS.get(event.number() % OWNERS.size());
            switch (event.what()) {
                case LEASE -> lease(pool, owner, Set.of());
                case LEASE_ON_REQUEST -> lease(pool, owner, Set.of(address(event.number())));
                case RELEASE -> release(pool, owner);
                case LEASE_ELSEWHERE -> lease(elsewhere, owner, Set.of());
                case RELEASE_ELSEWHERE -> release(elsewhere, owner);
                case RETAIN -> retain(new HashSet<>(List.of(owner, OWNERS.getFirst())));
                case FOREIGN_LEASE -> foreignLease(address(event.number()), owner);
                case FOREIGN_RELEASE -> foreignRelease(owner);
                case FOREIGN_CHANGE_OF_OWNER -> foreignChangeOfOwner(address(event.number()), owner);
                case INDEX_LOST -> indexNames().forEach(this::lose);
                case INDEX_FILE_LOST -> anyIndexFile(event.number()).forEach(this::lose);
                case INDEX_FILE_CUT -> anyIndexFile(event.number()).forEach(this::cut);
            }
        }

        private static InetAddress address(int number) {
            RangeSet set = number % 2 == 0 ? IPV4 : IPV6;
            return IpMath.plus(set.ranges().getFirst().start(), number / 2 % 6);
        }

        private void lease(AddressPool from, Owner owner, Set<InetAddress> requested) {
            try {
                List<Allocation> taken = from.lease(owner, requested);
                assertEquals(2, taken.size());
                taken.forEach(each -> takeFor(owner, each));
            } catch (PoolException refusal) {
                assertTrue(isRight(refusal, owner, requested), refusal.getMessage());
            }
        }

        private void takeFor(Owner owner, Allocation allocation) {
            InetAddress address = allocation.address().address();
            assertTrue(!address.equals(allocation.gateway()));
            assertEquals(null, leased.put(address, owner), "leased twice: " + allocation);
        }

        private boolean isRight(PoolException refusal, Owner owner, Set<InetAddress> requested) {
            return switch (refusal.kind()) {
                case DUPLICATE -> leased.values().stream().anyMatch(other -> covers(other, owner));
                case EXHAUSTED -> isFull(IPV4) || isFull(IPV6);
                case UNAVAILABLE ->
                    requested.stream().anyMatch(address -> leased.containsKey(address) || isGateway(address));
                case IO -> false;
            };
        }

        private static boolean covers(Owner other, Owner owner) {
            return other.equals(owner)
                    || (other.isLegacy() && other.containerId().equals(owner.containerId()));
        }

        private boolean isFull(RangeSet set) {
            return leased.keySet().stream()
                            .filter(set::contains)
                            .filter(a -> !isGateway(a))
                            .count()
                    == set.size().intValueExact();
        }

        private static boolean isGateway(InetAddress address) {
            return Set.of("10.0.0.1", "10.0.1.1", "fd00::1").contains(IpMath.text(address));
        }

        private void release(AddressPool from, Owner owner) {
            List<Lease> own = leasesOf(owner);
            List<Lease> expected = own.isEmpty() ? leasesOf(new Owner(owner.containerId(), "")) : own;

            assertEquals(expected, from.release(owner));
            expected.forEach(lease -> leased.remove(lease.address()));
        }

        private List<Lease> leasesOf(Owner owner) {
            return leases().stream()
                    .filter(lease -> lease.owner().equals(owner))
                    .toList();
        }

        private List<Lease> leases() {
            return leased.entrySet().stream()
                    .map(entry -> new Lease(entry.getKey(), entry.getValue()))
                    .toList();
        }

        private void retain(Set<Owner> valid) {
            Set<String> ids = valid.stream().map(Owner::containerId).collect(Collectors.toSet());
            List<Lease> stale = leases().stream()
                    .filter(lease -> lease.owner().isLegacy()
                            ? !ids.contains(lease.owner().containerId())
                            : !valid.contains(lease.owner()))
                    .toList();

            assertEquals(stale, pool.retainOnly(valid));
            stale.forEach(lease -> leased.remove(lease.address()));
        }

        /** As host-local does it; an address that is taken stays with whom it is. */
        private void foreignLease(InetAddress address, Owner owner) {
            if (leased.putIfAbsent(address, owner) == null) {
                files.write(
                        IpMath.text(address), owner.containerId() + (owner.isLegacy() ? "" : "\r\n" + owner.ifName()));
                files.write("last_reserved_ip.0", IpMath.text(address));
            }
        }

        private void foreignRelease(Owner owner) {
            for (Lease lease : leasesOf(owner)) {
                files.delete(IpMath.text(lease.address()));
                leased.remove(lease.address());
            }
        }

        /** Released and leased to another, with no look of ours between: the name is the same, the file is not. */
        private void foreignChangeOfOwner(InetAddress address, Owner owner) {
            if (leased.containsKey(address)) {
                files.delete(IpMath.text(address));
                leased.remove(address);
                foreignLease(address, owner);
            }
        }

        private List<String> indexNames() {
            return Files.exists(index) ? namesIn(index) : List.of();
        }

        private List<String> anyIndexFile(int number) {
            List<String> names = indexNames();
            return names.isEmpty() ? names : List.of(names.get(number % names.size()));
        }

        private void lose(String name) {
            change(() -> Files.delete(index.resolve(name)));
        }

        private void cut(String name) {
            change(() -> {
                byte[] whole = Files.readAllBytes(index.resolve(name));
                Files.write(index.resolve(name), Arrays.copyOf(whole, whole.length / 2));
            });
        }

        private interface Change {
            void run() throws IOException;
        }

        private static void change(Change change) {
            try {
                change.run();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void assertTrueToTheFiles() {
            assertEquals(leases(), pool.leases());
            for (Owner owner : OWNERS) {
                List<Lease> covered = leases().stream()
                        .filter(lease -> covers(lease.owner(), owner))
                        .toList();
                assertEquals(covered, pool.find(owner), owner.toString());
            }
        }

        void assertNoAddressIsLost() {
            for (int i = 0; !isFull(IPV4) && !isFull(IPV6); i++) {
                lease(pool, new Owner("last" + i, "eth0"), Set.of());
            }
            assertEquals(leases(), pool.leases());
        }
    }

    @Property(tries = 300)
    void nothingIsEverSharedLostOrForgotten(@ForAll("events") List<Event> events) throws IOException {
        World world = new World(kind);

        for (Event event : events) {
            world.apply(event);
            world.assertTrueToTheFiles();
        }

        world.assertNoAddressIsLost();
    }

    @Property(tries = 300)
    void nothingIsEverSharedLostOrForgottenWithoutALookBetween(@ForAll("events") List<Event> events)
            throws IOException {
        World world = new World(kind);

        for (Event event : events) {
            world.apply(event);
        }

        world.assertTrueToTheFiles();
        world.assertNoAddressIsLost();
    }

    @Provide
    Arbitrary<List<Event>> events() {
        Arbitrary<What> what = Arbitraries.frequency(
                Tuple.of(6, What.LEASE),
                Tuple.of(3, What.LEASE_ON_REQUEST),
                Tuple.of(5, What.RELEASE),
                Tuple.of(1, What.RETAIN),
                Tuple.of(3, What.FOREIGN_LEASE),
                Tuple.of(2, What.FOREIGN_RELEASE),
                Tuple.of(2, What.FOREIGN_CHANGE_OF_OWNER),
                Tuple.of(2, What.LEASE_ELSEWHERE),
                Tuple.of(2, What.RELEASE_ELSEWHERE),
                Tuple.of(1, What.INDEX_LOST),
                Tuple.of(1, What.INDEX_FILE_LOST),
                Tuple.of(1, What.INDEX_FILE_CUT));
        return Combinators.combine(what, Arbitraries.integers().between(0, 1000))
                .as(Event::new)
                .list()
                .ofMaxSize(40);
    }

    /** Any bytes in a lease file: read or named as bad, and the address stays taken. */
    @Property(tries = 500)
    void anyLeaseContentIsSurvived(@ForAll byte[] content) throws IOException {
        TestPool files = TestPool.inMemory(kind);
        AddressPool pool = files.with(IPV4);
        Files.createDirectories(files.directory);
        Files.write(files.directory.resolve("10.0.0.2"), content);

        List<Lease> leases = new ArrayList<>(pool.leases());

        assertEquals(1, leases.size() + files.warnings.size());
        assertEquals(List.of("10.0.0.3/29"), TestPool.addresses(pool.lease(new Owner("z9", "eth0"), Set.of())));
    }

    @Property
    void everyOwnerIsReadBack(@ForAll String containerId, @ForAll String ifName) {
        if (Owner.isValid(containerId, ifName)) {
            Owner owner = new Owner(containerId, ifName);

            assertEquals(Optional.of(owner), LeaseText.read(LeaseText.write(owner)));
        }
    }
}
