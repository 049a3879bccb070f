package dev.hawser.ipam;

import static dev.hawser.ipam.TestPool.addresses;
import static dev.hawser.ipam.TestPool.ip;
import static dev.hawser.ipam.TestPool.ips;
import static dev.hawser.ipam.TestPool.lease;
import static dev.hawser.ipam.TestPool.owner;
import static dev.hawser.ipam.TestPool.set;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every pool does, whatever it remembers. */
abstract class AddressPoolContract {

    private static final Set<InetAddress> ANY = Set.of();

    private final TestPool.Kind kind;
    private final TestPool files;

    AddressPoolContract(TestPool.Kind kind) {
        this.kind = kind;
        this.files = TestPool.inMemory(kind);
    }

    @Test
    void openingAPoolTouchesNothing() {
        files.with(set("10.0.0.0/24"));

        assertFalse(Files.exists(files.directory));
        assertFalse(Files.exists(files.index.orElseThrow()));
    }

    @Test
    void theFirstLeaseIsTheAddressAfterTheGateway() {
        List<Allocation> leased = files.with(set("10.0.0.0/24")).lease(owner("a"), ANY);

        assertEquals(List.of(new Allocation(Cidr.parse("10.0.0.2/24"), ip("10.0.0.1"))), leased);
    }

    @Test
    void theFilesAreThoseOfHostLocal() throws IOException {
        files.with(set("10.0.0.0/24"), set("fd00::/64")).lease(owner("a"), ANY);

        assertEquals(List.of("10.0.0.2", "fd00::2", "last_reserved_ip.0", "last_reserved_ip.1"), files.names());
        assertEquals("a\r\neth0", files.read("10.0.0.2"));
        assertEquals("a\r\neth0", files.read("fd00::2"));
        assertEquals("10.0.0.2", files.read("last_reserved_ip.0"));
        assertEquals("fd00::2", files.read("last_reserved_ip.1"));
        for (String name : files.names()) {
            assertEquals(
                    "rw-------",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(files.directory.resolve(name))));
        }
    }

    @Test
    void aPreviewIsWhatALeaseThenGives() {
        AddressPool pool = files.with(set("10.0.0.0/24"), set("fd00::/64"));
        pool.lease(owner("a"), ANY);

        List<Allocation> preview = pool.preview(Set.of(ip("10.0.0.77")));

        assertEquals(List.of("10.0.0.77/24", "fd00::3/64"), addresses(preview));
        assertEquals(preview, pool.lease(owner("b"), Set.of(ip("10.0.0.77"))));
    }

    @Test
    void aPreviewTouchesNothing() {
        files.with(set("10.0.0.0/24")).preview(ANY);

        assertFalse(Files.exists(files.directory));
    }

    @Test
    void everySetGivesOneAddressInItsOrder() {
        AddressPool pool = files.with(set("fd00::/64"), set("10.0.0.0/24"));

        assertEquals(List.of("fd00::2/64", "10.0.0.2/24"), addresses(pool.lease(owner("a"), ANY)));
        assertEquals(List.of("fd00::3/64", "10.0.0.3/24"), addresses(pool.lease(owner("b"), ANY)));
    }

    @Test
    void aReleasedAddressRestsUntilAllOthersWereUsed() {
        AddressPool pool = files.with(set("10.0.0.0/29"));
        List<String> given = new ArrayList<>();

        for (int i = 0; i < 6; i++) {
            given.addAll(addresses(pool.lease(owner("a"), ANY)));
            pool.release(owner("a"));
        }

        assertEquals(
                List.of("10.0.0.2/29", "10.0.0.3/29", "10.0.0.4/29", "10.0.0.5/29", "10.0.0.6/29", "10.0.0.2/29"),
                given);
    }

    @Test
    void theRoundGoesThroughAllRangesAndSkipsEachGateway() {
        AddressPool pool =
                files.with(set("10.0.0.0/30", "10.0.1.0/30 10.0.1.1-10.0.1.3", "10.0.2.0/24 10.0.2.8-10.0.2.8"));
        List<Allocation> given = new ArrayList<>();

        for (int i = 0; i < 4; i++) {
            given.addAll(pool.lease(owner("c" + i), ANY));
        }

        assertEquals(List.of("10.0.0.2/30", "10.0.1.2/30", "10.0.1.3/30", "10.0.2.8/24"), addresses(given));
        assertEquals(ip("10.0.2.1"), given.getLast().gateway());
        assertRefused(
                PoolException.Kind.EXHAUSTED,
                "failed to allocate for range 0: no IP addresses available in range set: "
                        + "10.0.0.1-10.0.0.2,10.0.1.1-10.0.1.3,10.0.2.8-10.0.2.8",
                () -> pool.lease(owner("d"), ANY));
    }

    @Test
    void theLastReservedAddressIsTriedLast() {
        AddressPool pool = files.with(set("10.0.0.0/29"));
        pool.lease(owner("a"), ANY);
        IntStream.range(3, 7).forEach(i -> files.write("10.0.0." + i, "x\r\neth0"));
        pool.release(owner("a"));

        assertEquals(List.of("10.0.0.2/29"), addresses(pool.lease(owner("b"), ANY)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "10.9.9.9", "fd00::1", "10.0.0.9\u0000"})
    void aLastReservedAddressOfNoUseMeansToStartAtTheBeginning(String lastReserved) {
        files.write("last_reserved_ip.0", lastReserved);

        assertEquals(
                List.of("10.0.0.2/24"), addresses(files.with(set("10.0.0.0/24")).lease(owner("a"), ANY)));
        assertEquals("10.0.0.2", files.read("last_reserved_ip.0"));
    }

    @Test
    void goesOnFromTheAddressThatTheReferenceReserved() {
        files.write("last_reserved_ip.0", "10.0.0.9");

        assertEquals(
                List.of("10.0.0.10/24"),
                addresses(files.with(set("10.0.0.0/24")).lease(owner("a"), ANY)));
    }

    @Test
    void aShorterLastReservedAddressReplacesALongerOne() {
        AddressPool pool = files.with(set("10.0.0.0/24"));
        pool.lease(owner("a"), ips("10.0.0.200"));
        pool.lease(owner("b"), ips("10.0.0.7"));

        assertEquals("10.0.0.7", files.read("last_reserved_ip.0"));
    }

    @Test
    void theLastIpv6AddressIsGivenToo() {
        AddressPool pool = files.with(set("fd00::/126"));

        assertEquals(List.of("fd00::2/126"), addresses(pool.lease(owner("a"), ANY)));
        assertEquals(List.of("fd00::3/126"), addresses(pool.lease(owner("b"), ANY)));
        assertKind(PoolException.Kind.EXHAUSTED, () -> pool.lease(owner("c"), ANY));
    }

    @Test
    void anExhaustedPoolIsLeftAsItIs() {
        AddressPool pool = files.with(set("10.0.0.0/30"));
        pool.lease(owner("a"), ANY);

        assertKind(PoolException.Kind.EXHAUSTED, () -> pool.lease(owner("b"), ANY));
        assertEquals(List.of("10.0.0.2", "last_reserved_ip.0"), files.names());
    }

    @Test
    void givesRequestedAddressesFromTheSetsThatHoldThem() {
        AddressPool pool = files.with(set("10.0.0.0/24"), set("fd00::/64"), set("10.1.0.0/16"));

        List<Allocation> leased = pool.lease(owner("a"), ips("10.1.2.3", "10.0.0.50"));

        assertEquals(List.of("10.0.0.50/24", "fd00::2/64", "10.1.2.3/16"), addresses(leased));
        assertEquals("10.0.0.50", files.read("last_reserved_ip.0"));
    }

    @Test
    void refusesARequestedAddressThatIsTaken() {
        AddressPool pool = files.with(set("10.0.0.0/30"));
        pool.lease(owner("a"), ips("10.0.0.2"));

        assertRefused(
                PoolException.Kind.UNAVAILABLE,
                "failed to allocate for range 0: requested IP address 10.0.0.2 is not available in range set "
                        + "10.0.0.1-10.0.0.2",
                () -> pool.lease(owner("b"), ips("10.0.0.2")));
    }

    @Test
    void refusesTheGatewayOnRequest() {
        assertRefused(
                PoolException.Kind.UNAVAILABLE,
                "failed to allocate for range 0: requested ip 10.0.0.1 is subnet's gateway",
                () -> files.with(set("10.0.0.0/24")).lease(owner("a"), ips("10.0.0.1")));
    }

    @Test
    void refusesRequestedAddressesThatNoSetCanGive() {
        AddressPool pool = files.with(set("10.0.0.0/24"));

        assertRefused(
                PoolException.Kind.UNAVAILABLE,
                "failed to allocate all requested IPs: 10.0.0.6 10.9.9.9",
                () -> pool.lease(owner("a"), ips("10.9.9.9", "10.0.0.6", "10.0.0.5")));
        assertFalse(Files.exists(files.directory));
    }

    @Test
    void refusesASecondAddressOfTheSameSet() {
        AddressPool pool = files.with(set("10.0.0.0/24"));
        pool.lease(owner("a"), ANY);
        String refusal = "failed to allocate for range 0: 10.0.0.2 has been allocated to a, "
                + "duplicate allocation is not allowed";

        assertRefused(PoolException.Kind.DUPLICATE, refusal, () -> pool.lease(owner("a"), ANY));
        assertRefused(PoolException.Kind.DUPLICATE, refusal, () -> pool.lease(owner("a"), ips("10.0.0.9")));
        assertEquals(List.of(lease("10.0.0.2", "a", "eth0")), pool.leases());
    }

    @Test
    void aSecondInterfaceGetsItsOwnAddress() {
        AddressPool pool = files.with(set("10.0.0.0/24"));
        pool.lease(new Owner("a", "eth0"), ANY);

        assertEquals(List.of("10.0.0.3/24"), addresses(pool.lease(new Owner("a", "eth1"), ANY)));
        assertEquals(List.of(lease("10.0.0.2", "a", "eth0")), pool.release(new Owner("a", "eth0")));
        assertEquals(List.of(lease("10.0.0.3", "a", "eth1")), pool.leases());
    }

    @Test
    void aFailedLeaseGivesBackWhatItTook() {
        AddressPool pool = files.with(set("10.0.0.0/24"), set("fd00::/126 fd00::1-fd00::1"));

        assertKind(PoolException.Kind.EXHAUSTED, () -> pool.lease(owner("a"), ANY));
        assertEquals(List.of("last_reserved_ip.0"), files.names());
        assertEquals(List.of(), pool.find(owner("a")));
    }

    /** host-local deletes all leases of the attachment. */
    @Test
    void aFailedLeaseKeepsWhatTheOwnerHadBefore() {
        files.with(set("192.168.0.0/24")).lease(owner("a"), ANY);
        AddressPool pool = files.with(set("10.0.0.0/24"), set("fd00::/126 fd00::1-fd00::1"));

        assertKind(PoolException.Kind.EXHAUSTED, () -> pool.lease(owner("a"), ANY));

        assertEquals(List.of(lease("192.168.0.2", "a", "eth0")), pool.find(owner("a")));
        assertEquals(List.of(lease("192.168.0.2", "a", "eth0")), pool.leases());
    }

    @Test
    void releasingGivesBackAllAddressesOfTheOwner() {
        AddressPool pool = files.with(set("10.0.0.0/24"), set("fd00::/64"));
        pool.lease(owner("a"), ANY);
        pool.lease(owner("b"), ANY);

        assertEquals(List.of(lease("10.0.0.2", "a", "eth0"), lease("fd00::2", "a", "eth0")), pool.release(owner("a")));
        assertEquals(List.of(lease("10.0.0.3", "b", "eth0"), lease("fd00::3", "b", "eth0")), pool.leases());
        assertEquals(List.of(), pool.release(owner("a")));
    }

    @Test
    void aPoolThatDoesNotExistHasNoLeasesAndIsNotCreated() {
        AddressPool pool = files.with(set("10.0.0.0/24"));

        assertEquals(List.of(), pool.release(owner("a")));
        assertEquals(List.of(), pool.find(owner("a")));
        assertEquals(List.of(), pool.leases());
        assertEquals(List.of(), pool.retainOnly(Set.of()));
        assertFalse(Files.exists(files.directory));
    }

    @Test
    void leasesAreFoundAndReleasedWhateverTheRangesAreNow() {
        files.with(set("10.0.0.0/24")).lease(owner("a"), ANY);
        AddressPool pool = files.with();

        assertEquals(List.of(lease("10.0.0.2", "a", "eth0")), pool.find(owner("a")));
        assertEquals(List.of(lease("10.0.0.2", "a", "eth0")), pool.leases());
        assertEquals(List.of(lease("10.0.0.2", "a", "eth0")), pool.release(owner("a")));
        assertEquals(List.of(), pool.leases());
    }

    @Test
    void withoutRangesThereIsNothingToLease() {
        assertRefused(
                PoolException.Kind.EXHAUSTED,
                "no IP ranges specified",
                () -> files.with().lease(owner("a"), ANY));
    }

    @Test
    void aLegacyLeaseBelongsToAnyInterfaceOfItsContainer() {
        files.write("10.0.0.7", "a");
        AddressPool pool = files.with(set("10.0.0.0/24"));

        assertEquals(List.of(lease("10.0.0.7", "a", "")), pool.find(owner("a")));
        assertKind(PoolException.Kind.DUPLICATE, () -> pool.lease(owner("a"), ANY));
        assertEquals(List.of(lease("10.0.0.7", "a", "")), pool.release(owner("a")));
        assertEquals(List.of(), pool.leases());
    }

    @Test
    void aLegacyLeaseStaysWhileTheOwnerHasOneOfItsOwn() {
        files.write("10.0.0.7", "a\n");
        files.write("10.0.0.8", "a\r\neth0\n");
        AddressPool pool = files.with();

        assertEquals(List.of(lease("10.0.0.8", "a", "eth0")), pool.release(owner("a")));
        assertEquals(List.of(lease("10.0.0.7", "a", "")), pool.release(owner("a")));
    }

    @Test
    void leasesAreOrderedByAddress() {
        for (String address : List.of("fd00::10", "10.0.0.10", "fd00::9", "10.0.0.9", "9.0.0.1")) {
            files.write(address, "x\r\neth0");
        }

        List<String> addresses = files.with().leases().stream()
                .map(lease -> IpMath.text(lease.address()))
                .toList();

        assertEquals(List.of("9.0.0.1", "10.0.0.9", "10.0.0.10", "fd00::9", "fd00::10"), addresses);
    }

    @Test
    void retainingReleasesAllOthers() {
        AddressPool pool = files.with(set("10.0.0.0/24"));
        for (String id : List.of("a", "b", "c")) {
            pool.lease(owner(id), ANY);
        }
        files.write("10.0.0.100", "a");
        files.write("10.0.0.101", "gone");

        List<Lease> released = pool.retainOnly(Set.of(owner("a"), new Owner("b", "eth1")));

        assertEquals(
                List.of(
                        lease("10.0.0.3", "b", "eth0"),
                        lease("10.0.0.4", "c", "eth0"),
                        lease("10.0.0.101", "gone", "")),
                released);
        assertEquals(List.of(lease("10.0.0.2", "a", "eth0"), lease("10.0.0.100", "a", "")), pool.leases());
        assertEquals(pool.leases(), pool.find(owner("a")));
    }

    @Test
    void namesBadFilesAndLosesNothing() throws IOException {
        files.write("10.0.0.3", "");
        files.write("10.0.0.4", "two words");
        files.write("10.0.0.5", "a\r\neth0");
        files.write("10.0.0.007", "a\r\neth0");
        files.write("README", "hello");
        Files.createDirectory(files.directory.resolve("10.0.0.6"));
        Files.write(files.directory.resolve("10.0.0.8"), new byte[] {(byte) 0xff, 0});
        Files.write(files.directory.resolve("10.0.0.9"), new byte[300_000]);
        Files.createSymbolicLink(files.directory.resolve("10.0.0.10"), files.directory.resolve("10.0.0.5"));

        assertEquals(List.of(lease("10.0.0.5", "a", "eth0")), files.with().leases());

        String ownerless = ": names no owner: the address stays taken until the file is deleted";
        String nameless = ": is not named like an address: it is no lease, and is left alone";
        List<String> expected = new ArrayList<>();
        expected.add("10.0.0.007" + nameless);
        for (int i : new int[] {10, 3, 4, 6, 8, 9}) {
            expected.add("10.0.0." + i + ownerless);
        }
        expected.add("README" + nameless);
        assertEquals(
                expected.stream().map(fault -> files.directory + "/" + fault).toList(), files.warnings);
    }

    @Test
    void aBadFileKeepsItsAddress() {
        files.write("10.0.0.2", "");
        files.write("10.0.0.3", "\u0000\u0000");
        AddressPool pool = files.with(set("10.0.0.0/24"));

        assertEquals(List.of("10.0.0.4/24"), addresses(pool.lease(owner("a"), ANY)));
        assertKind(PoolException.Kind.UNAVAILABLE, () -> pool.lease(owner("b"), ips("10.0.0.2")));
        assertEquals(List.of(), pool.retainOnly(Set.of(owner("a"))));
        assertEquals("", files.read("10.0.0.2"));
    }

    /** Such a file may be a link to a lease: writing to it would change that lease's owner. */
    @Test
    void whatACrashLeftBesideALeaseHarmsNoLease() throws IOException {
        AddressPool pool = files.with(set("10.0.0.0/24"));
        pool.lease(owner("a"), ANY);
        Files.createLink(files.directory.resolve(PoolFiles.NEW_LEASE), files.directory.resolve("10.0.0.2"));

        pool.lease(owner("b"), ANY);

        assertEquals(List.of(lease("10.0.0.2", "a", "eth0"), lease("10.0.0.3", "b", "eth0")), pool.leases());
        assertEquals(List.of("10.0.0.2", "10.0.0.3", "last_reserved_ip.0"), files.names());
    }

    @Test
    void whatACrashLeftBesideALeaseIsCollectedWithTheStaleLeases() throws IOException {
        AddressPool pool = files.with(set("10.0.0.0/24"));
        pool.lease(owner("a"), ANY);
        Files.createLink(files.directory.resolve(PoolFiles.NEW_LEASE), files.directory.resolve("10.0.0.2"));

        assertEquals(List.of(), pool.retainOnly(Set.of(owner("a"))));

        assertEquals(List.of(lease("10.0.0.2", "a", "eth0")), pool.leases());
        assertEquals(List.of("10.0.0.2", "last_reserved_ip.0"), files.names());
        assertEquals(List.of("10.0.0.3/24"), addresses(pool.lease(owner("b"), ANY)));
    }

    @Test
    void aPlainFileInPlaceOfThePoolIsSaidToBeOne() throws IOException {
        Files.createDirectories(files.directory.getParent());
        Files.writeString(files.directory, "");

        PoolException failure = assertThrows(
                PoolException.class, () -> files.with(set("10.0.0.0/24")).lease(owner("a"), ANY));

        assertEquals(PoolException.Kind.IO, failure.kind());
        assertEquals(
                "lease an address from " + files.directory + ": " + files.directory + ": File exists",
                failure.getMessage());
    }

    @Test
    void worksTheSameWithoutAnIndex() {
        TestPool plain = TestPool.inMemoryWithoutIndex(kind);
        AddressPool pool = plain.with(set("10.0.0.0/24"));
        pool.lease(owner("a"), ANY);
        pool.lease(owner("b"), ANY);

        assertKind(PoolException.Kind.DUPLICATE, () -> pool.lease(owner("b"), ANY));
        assertEquals(List.of(lease("10.0.0.2", "a", "eth0")), pool.release(owner("a")));
        assertEquals(List.of(lease("10.0.0.3", "b", "eth0")), pool.find(owner("b")));
        assertEquals(List.of(lease("10.0.0.3", "b", "eth0")), pool.retainOnly(Set.of()));
        assertEquals(List.of(), plain.warnings);
    }

    @Test
    void threadsNeverShareAnAddress() throws Exception {
        AddressPool pool = files.with(set("10.0.0.0/24"));
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<List<Allocation>>> leased = IntStream.range(0, 200)
                    .mapToObj(i -> threads.submit(() -> pool.lease(owner("c" + i), ANY)))
                    .toList();
            for (Future<List<Allocation>> each : leased) {
                assertEquals(1, each.get().size());
            }
        }

        assertEquals(200, pool.leases().size());
        assertTrue(files.warnings.isEmpty());
    }

    private static void assertKind(PoolException.Kind kind, Executable operation) {
        assertEquals(kind, assertThrows(PoolException.class, operation).kind());
    }

    private static void assertRefused(PoolException.Kind kind, String message, Executable operation) {
        PoolException refusal = assertThrows(PoolException.class, operation);
        assertEquals(message, refusal.getMessage());
        assertEquals(kind, refusal.kind());
    }
}
