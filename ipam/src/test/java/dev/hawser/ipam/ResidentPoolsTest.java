package dev.hawser.ipam;

import static dev.hawser.ipam.TestPool.addresses;
import static dev.hawser.ipam.TestPool.lease;
import static dev.hawser.ipam.TestPool.owner;
import static dev.hawser.ipam.TestPool.set;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.ip.IpMath;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResidentPoolsTest {

    private final TestPool files = TestPool.inMemory(TestPool.Kind.RESIDENT);

    /** Overwritten by a file of the same mtime, a lease would be read as the new owner's, if it were read. */
    @Test
    void whatIsKnownIsNotReadAgain() throws IOException {
        files.write("10.0.0.7", "a\r\neth0");
        Files.setLastModifiedTime(files.directory.resolve("10.0.0.7"), FileTime.fromMillis(1000));
        files.write("10.0.0.9", "newest\r\neth0");
        AddressPool pool = files.with(set("10.0.0.0/24"));
        pool.find(owner("a"));
        files.write("10.0.0.7", "b\r\neth0");
        Files.setLastModifiedTime(files.directory.resolve("10.0.0.7"), FileTime.fromMillis(1000));

        files.write("10.0.0.8", "c\r\neth0");

        assertEquals(List.of(lease("10.0.0.7", "a", "eth0")), pool.find(owner("a")));
        assertEquals(List.of(lease("10.0.0.8", "c", "eth0")), pool.find(owner("c")));
    }

    /** A file that was made anew within one tick of the clock has the mtime that it had. */
    @Test
    void anAddressThatChangesHandsWithinOneTickIsNoticed() throws IOException {
        AddressPool pool = files.with(set("10.0.0.0/24"));
        pool.lease(owner("a"), Set.of());
        FileTime written = Files.getLastModifiedTime(files.directory.resolve("10.0.0.2"));
        files.delete("10.0.0.2");
        files.write("10.0.0.2", "b\r\neth0");
        Files.setLastModifiedTime(files.directory.resolve("10.0.0.2"), written);

        assertEquals(List.of(lease("10.0.0.2", "b", "eth0")), pool.find(owner("b")));
        assertEquals(List.of(), pool.release(owner("a")));
    }

    @Test
    void theRoundGoesOnAfterARestart() {
        files.with(set("10.0.0.0/24")).lease(owner("a"), Set.of());
        files.with(set("10.0.0.0/24")).release(owner("a"));
        files.restart();

        assertEquals(
                List.of("10.0.0.3/24"), addresses(files.with(set("10.0.0.0/24")).lease(owner("b"), Set.of())));
    }

    @Test
    void aPoolThatWasRemovedIsMadeAnew() throws IOException {
        AddressPool pool = files.with(set("10.0.0.0/24"));
        pool.lease(owner("a"), Set.of());
        for (String name : TestPool.namesIn(files.directory)) {
            files.delete(name);
        }
        Files.delete(files.directory);

        assertEquals(List.of(), pool.find(owner("a")));
        assertEquals(List.of(), files.pools().usage());
        assertEquals(List.of("10.0.0.2/24"), addresses(pool.lease(owner("a"), Set.of())));
    }

    @Test
    void usageCountsWhatIsTaken() {
        files.write("10.0.0.77", "");
        AddressPool pool = files.with(set("10.0.0.0/24"));
        assertEquals(List.of(), files.pools().usage());

        pool.lease(owner("a"), Set.of());
        pool.lease(owner("b"), Set.of());
        pool.release(owner("a"));
        files.with().find(owner("b"));

        assertEquals(
                List.of(new Pools.Usage(files.directory, 2, 253)), files.pools().usage());
    }

    @Test
    void aHugeRangeHasACapacityAllTheSame() {
        files.with(set("fd00::/64"), set("10.0.0.0/24")).lease(owner("a"), Set.of());

        assertEquals(
                List.of(new Pools.Usage(files.directory, 2, Long.MAX_VALUE)),
                files.pools().usage());
    }

    /** A file that would be named in a warning is not looked at if the index can be trusted. */
    @Test
    void closingLeavesAnIndexForTheCallsThatFollow() {
        files.write("10.0.0.99", "");
        files.with(set("10.0.0.0/24")).lease(owner("a"), Set.of());
        files.pools().close();
        files.warnings.clear();

        assertEquals(
                List.of(lease("10.0.0.2", "a", "eth0")),
                files.inAnotherProcess().find(owner("a")));
        assertEquals(List.of(), files.warnings);
    }

    @Test
    void closingSaysWhichIndexCannotBeWritten() throws IOException {
        files.with(set("10.0.0.0/24")).lease(owner("a"), Set.of());
        Files.createDirectories(files.indexes.orElseThrow());
        Files.writeString(files.index.orElseThrow(), "in the way");

        PoolException failure =
                assertThrows(PoolException.class, () -> files.pools().close());

        assertEquals(
                "dev.hawser.ipam.PoolException: keep an index of the leases in " + files.directory + ": "
                        + files.index.orElseThrow() + ": File exists",
                failure.toString());
    }

    @Test
    void closingMakesNoPool() {
        files.with(set("10.0.0.0/24"));

        files.pools().close();

        assertFalse(Files.exists(files.directory));
        assertFalse(Files.exists(files.indexes.orElseThrow()));
    }

    /** While one has the lock, others come; they then share a turn, and each comes to its own end. */
    @Test
    void thoseThatWaitShareATurnAndFailAlone() throws Exception {
        ConcurrentLinkedQueue<Integer> sizes = new ConcurrentLinkedQueue<>();
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch others = new CountDownLatch(1);
        PoolLock slow = lockFile -> {
            Files.createDirectories(lockFile.getParent());
            entered.countDown();
            awaited(others);
            return () -> {};
        };
        Pools pools = Pools.resident(slow, Optional.empty(), sizes::add);
        AddressPool pool = pools.open(files.directory, List.of(set("10.0.0.0/30")), files.warnings::add);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            Future<List<Allocation>> first = threads.submit(() -> pool.lease(owner("a"), Set.of()));
            entered.await();
            List<Future<List<Allocation>>> rest = new ArrayList<>();
            for (String id : List.of("b", "c")) {
                rest.add(threads.submit(() -> pool.lease(owner(id), Set.of())));
            }
            Future<List<Lease>> finding = threads.submit(() -> pool.find(owner("a")));
            Thread.sleep(200);
            others.countDown();

            assertEquals(List.of("10.0.0.2/30"), addresses(first.get()));
            assertEquals(List.of(lease("10.0.0.2", "a", "eth0")), finding.get());
            for (Future<List<Allocation>> each : rest) {
                ExecutionException failure = assertThrows(ExecutionException.class, each::get);
                PoolException cause = assertInstanceOf(PoolException.class, failure.getCause());
                assertEquals(PoolException.Kind.EXHAUSTED, cause.kind());
            }
        }
        assertEquals(List.of(1, 3), List.copyOf(sizes));
    }

    private static void awaited(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new InterruptedIOException(e.getMessage());
        }
    }

    private static final int THREADS = 16;
    private static final int ROUNDS = 60;

    /** More owners than addresses, on a real file system, through both kinds of pools at once. */
    @Test
    void noAddressIsEverHeldTwice(@TempDir Path directory) throws Exception {
        TestPool real =
                TestPool.in(TestPool.Kind.RESIDENT, directory.resolve("pods"), Optional.of(directory.resolve("index")));
        RangeSet narrow = set("10.0.0.0/28");
        Set<InetAddress> held = ConcurrentHashMap.newKeySet();
        List<Future<?>> done = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS + 1)) {
            for (int i = 0; i < THREADS; i++) {
                Owner owner = owner("resident" + i);
                done.add(threads.submit(() -> comeAndGo(real.with(narrow), owner, held)));
            }
            done.add(threads.submit(() -> comeAndGo(real.inAnotherProcess(narrow), owner("cold"), held)));
            for (Future<?> each : done) {
                each.get();
            }
        }

        assertEquals(List.of(), real.with().leases());
        assertEquals(List.of("last_reserved_ip.0"), real.names());
        assertEquals(List.of(), real.warnings);
        for (int i = 0; i < 13; i++) {
            assertEquals(1, real.with(narrow).lease(owner("last" + i), Set.of()).size());
        }
        assertThrows(PoolException.class, () -> real.with(narrow).lease(owner("late"), Set.of()));
    }

    private static void comeAndGo(AddressPool pool, Owner owner, Set<InetAddress> held) {
        for (int i = 0; i < ROUNDS; i++) {
            try {
                InetAddress address =
                        pool.lease(owner, Set.of()).getFirst().address().address();
                assertTrue(held.add(address), "given twice: " + IpMath.text(address));
                assertEquals(List.of(new Lease(address, owner)), pool.find(owner));
                held.remove(address);
                assertEquals(List.of(new Lease(address, owner)), pool.release(owner));
            } catch (PoolException full) {
                assertEquals(PoolException.Kind.EXHAUSTED, full.kind());
            }
        }
    }
}
