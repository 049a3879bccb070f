package dev.hawser.ipam;

import static dev.hawser.ipam.TestPool.addresses;
import static dev.hawser.ipam.TestPool.lease;
import static dev.hawser.ipam.TestPool.namesIn;
import static dev.hawser.ipam.TestPool.owner;
import static dev.hawser.ipam.TestPool.set;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class LeaseIndexTest {

    private final TestPool files = TestPool.inMemory();
    private final AddressPool pool = files.with(set("10.0.0.0/24"), set("fd00::/64"));
    private final Path index = files.index.orElseThrow();

    /** A file that would be named in a warning is not looked at while the index can be trusted. */
    @Test
    void aTrustedIndexSavesReadingThePool() throws IOException {
        files.write("10.0.0.99", "");
        pool.lease(owner("a"), Set.of());
        int before = files.warnings.size();

        pool.lease(owner("b"), Set.of());
        pool.find(owner("a"));
        pool.release(owner("a"));
        pool.release(owner("nobody"));

        assertEquals(before, files.warnings.size());
        assertEquals(1, before);
    }

    @Test
    void whatAnotherProgramAddsIsNoticed() {
        pool.lease(owner("a"), Set.of());

        files.write("10.0.0.77", "foreign\r\neth0");

        assertEquals(List.of(lease("10.0.0.77", "foreign", "eth0")), pool.find(owner("foreign")));
    }

    @Test
    void whatAnotherProgramRemovesIsNoticed() {
        pool.lease(owner("a"), Set.of());

        files.delete("10.0.0.2");

        assertEquals(List.of(lease("fd00::2", "a", "eth0")), pool.find(owner("a")));
    }

    /** Within one tick of the kernel's clock, a foreign change may leave the mtime of the change before. */
    @Test
    void aForeignChangeInTheSameTickIsNoticed() throws IOException {
        pool.lease(owner("a"), Set.of());
        FileTime stamped = Files.getLastModifiedTime(files.directory);
        pool.lease(owner("b"), Set.of());

        assertNotEquals(stamped, Files.getLastModifiedTime(files.directory));
        assertTrue(stamped.compareTo(FileTime.from(Instant.now())) < 0);
    }

    /** Writing to a file does not change its directory's mtime. */
    @Test
    void aLeaseThatWasOverwrittenInPlaceIsNotReleased() {
        pool.lease(owner("a"), Set.of());
        files.write("10.0.0.2", "b\r\neth0");

        assertEquals(List.of(lease("fd00::2", "a", "eth0")), pool.release(owner("a")));
        assertEquals(List.of(lease("10.0.0.2", "b", "eth0")), pool.find(owner("b")));
    }

    @Test
    void emptyBucketsAreNotKept() {
        pool.lease(owner("a"), Set.of());
        assertEquals(2, namesIn(index).size());

        pool.release(owner("a"));

        assertEquals(List.of("stamp"), namesIn(index));
    }

    @Test
    void everyLossOfIndexFilesIsMadeGood() throws IOException {
        pool.lease(owner("a"), Set.of());
        pool.lease(owner("b"), Set.of());
        for (String name : namesIn(index)) {
            Files.delete(index.resolve(name));

            assertEquals(pool.leases(), both());
        }
        for (String name : namesIn(index)) {
            Files.delete(index.resolve(name));
        }
        Files.delete(index);

        assertEquals(pool.leases(), both());
        assertEquals(3, namesIn(index).size());
    }

    @Test
    void everyCutOfEveryIndexFileIsMadeGood() throws IOException {
        pool.lease(owner("a"), Set.of());
        pool.lease(owner("b"), Set.of());
        for (String name : namesIn(index)) {
            for (int length = 0; length < Files.size(index.resolve(name)); length++) {
                byte[] whole = Files.readAllBytes(index.resolve(name));
                Files.write(index.resolve(name), Arrays.copyOf(whole, length));

                assertEquals(pool.leases(), both(), name + " cut after " + length);
            }
        }
    }

    private List<Lease> both() {
        List<Lease> both = new ArrayList<>(pool.find(owner("a")));
        both.addAll(pool.find(owner("b")));
        both.sort(Lease.BY_ADDRESS);
        return both;
    }

    @Property(tries = 200)
    void anyIndexContentIsSurvived(@ForAll byte[] garbage, @ForAll boolean sealed) throws IOException {
        TestPool own = TestPool.inMemory();
        AddressPool leasing = own.with(set("10.0.0.0/24"));
        leasing.lease(owner("a"), Set.of());
        Path index = own.index.orElseThrow();
        byte[] content = sealed ? SealedText.seal(new String(garbage, UTF_8)) : garbage;
        for (String name : namesIn(index)) {
            Files.write(index.resolve(name), content);
        }

        assertEquals(List.of(lease("10.0.0.2", "a", "eth0")), leasing.find(owner("a")));
        assertEquals(List.of(lease("10.0.0.2", "a", "eth0")), leasing.release(owner("a")));
    }

    @Property
    void whatIsSealedIsReadBack(@ForAll String text) {
        String plain = text.codePoints()
                .filter(c -> Character.getType(c) != Character.SURROGATE)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();

        assertEquals(Optional.of(plain), SealedText.open(SealedText.seal(plain)));
    }

    @Test
    void aStampOfAnotherFormatIsNotUnderstood() {
        BitSet filled = new BitSet();
        filled.set(4095);
        Stamp stamp = new Stamp(Instant.ofEpochSecond(1785000000, 123456000), filled);

        assertEquals(Optional.of(stamp), Stamp.read(stamp.text()));
        assertEquals(Optional.empty(), Stamp.read("2" + stamp.text().substring(1)));
        assertEquals(Optional.empty(), Stamp.read("1 1 1"));
        assertEquals(Optional.empty(), Stamp.read("1 1 1 0"));
        assertEquals(Optional.empty(), Stamp.read("1 9223372036854775807 1 "));
        assertEquals(Optional.empty(), Stamp.read("1 1 x 00"));
    }

    @Test
    void aLineThatIsNoLeaseIsNotUnderstood() {
        assertEquals(Optional.empty(), new Bucket(0, "10.0.0.2 a \u0001\n").leasesOf("a"));
        assertEquals(Optional.empty(), new Bucket(0, "ten a eth0\n").leasesOf("a"));
        assertEquals(Optional.of(List.of()), new Bucket(0, "ten ab eth0\n\nx\n a").leasesOf("b"));
    }

    @Test
    void aPlaceWithoutRoomForAnIndexCostsAWarningOnly() throws IOException {
        Files.createDirectories(index.getParent());
        Files.writeString(index, "in the way");

        assertEquals(List.of("10.0.0.2/24", "fd00::2/64"), addresses(pool.lease(owner("a"), Set.of())));
        assertEquals(2, pool.release(owner("a")).size());
        assertEquals(
                "keep an index of the leases in " + files.directory + ": " + index
                        + ": File exists: each operation reads them all until that is mended",
                files.warnings.getFirst());
        assertEquals(2, files.warnings.size());
    }

    @Test
    void theIndexOfAPoolThatIsGoneIsRemoved() throws IOException {
        pool.lease(owner("a"), Set.of());
        for (String name : namesIn(files.directory)) {
            files.delete(name);
        }
        Files.delete(files.directory);

        assertEquals(List.of(), pool.release(owner("a")));
        assertFalse(Files.exists(index));
        assertEquals(List.of(), files.warnings);
    }

    @Test
    void listingLeavesTheIndexAlone() {
        files.write("10.0.0.5", "a\r\neth0");

        pool.leases();

        assertFalse(Files.exists(index));
    }

    @Test
    void aFailureNamesTheFileAndItsCause() {
        FaultyFileSystem fileSystem = new FaultyFileSystem(TestPool.memory());
        TestPool files = TestPool.on(fileSystem, TestPool.Kind.PER_CALL);
        AddressPool pool = files.with(set("10.0.0.0/28"));
        pool.lease(owner("old"), Set.of());
        fileSystem.failAt(1);

        try {
            pool.lease(owner("new"), Set.of());
        } catch (PoolException failure) {
            throw new AssertionError("the first step reads the index, which can be done without", failure);
        }

        assertEquals(
                List.of("keep an index of the leases in /var/lib/cni/networks/pods: " + files.index.orElseThrow()
                        + "/stamp: " + "Input/output error: each operation reads them all until that is mended"),
                files.warnings);
    }
}
