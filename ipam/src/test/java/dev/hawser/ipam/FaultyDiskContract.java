package dev.hawser.ipam;

import static dev.hawser.ipam.TestPool.ip;
import static dev.hawser.ipam.TestPool.owner;
import static dev.hawser.ipam.TestPool.set;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Makes each step of an operation fail, or be the last one before a crash, one after the other. */
abstract class FaultyDiskContract {

    private static final List<String> OWNERS = List.of("old", "older", "new");

    private final TestPool.Kind kind;

    FaultyDiskContract(TestPool.Kind kind) {
        this.kind = kind;
    }

    /** A pool with two owners of two addresses each. */
    private final class Disk {

        final FaultyFileSystem fileSystem = new FaultyFileSystem(TestPool.memory());
        final TestPool files = TestPool.on(fileSystem, kind);
        AddressPool pool = files.with(set("10.0.0.0/28"), set("fd00::/124"));
        final List<Lease> before;

        Disk() {
            pool.lease(owner("older"), Set.of());
            pool.lease(owner("old"), Set.of());
            before = pool.leases();
        }

        void restart() {
            files.restart();
            pool = files.with(set("10.0.0.0/28"), set("fd00::/124"));
        }

        /** The index says what the files say. */
        void assertSound() {
            List<Lease> found = new ArrayList<>();
            for (String id : OWNERS) {
                found.addAll(pool.find(owner(id)));
            }
            found.sort(Lease.BY_ADDRESS);
            assertEquals(pool.leases(), found);
        }

        void assertUsable() {
            pool.release(owner("new"));
            pool.release(owner("old"));
            pool.lease(owner("new"), Set.of());
            pool.lease(owner("old"), Set.of());
            assertSound();
            assertEquals(6, pool.leases().size());
            assertEquals(
                    List.of(),
                    files.names().stream().filter(name -> name.startsWith(".")).toList());
        }
    }

    /** @return whether it ended with an exception of the pool */
    private static boolean failed(Runnable operation) {
        try {
            operation.run();
            return false;
        } catch (PoolException failure) {
            assertEquals(PoolException.Kind.IO, failure.kind(), failure.getMessage());
            return true;
        }
    }

    @Test
    void aLeaseOfWhichAnyStepFailsLeavesNothingOrIsThereAsAWhole() {
        int n = 0;
        boolean reached = true;
        while (reached) {
            Disk disk = new Disk();
            disk.fileSystem.failAt(++n);
            boolean failed = failed(() -> disk.pool.lease(owner("new"), Set.of()));
            reached = disk.fileSystem.mend();

            List<String> names = disk.files.names();
            disk.assertSound();
            assertEquals(failed ? 4 : 6, disk.pool.leases().size(), "step " + n);
            assertTrue(disk.pool.leases().containsAll(disk.before), "step " + n);
            assertEquals((failed ? 4 : 6) + 2, names.size(), "step " + n + ": " + names);
            disk.assertUsable();
        }
        assertTrue(n > 10, "only " + n + " steps");
    }

    @Test
    void aReleaseOfWhichAnyStepFailsCanBeDoneAgain() {
        assertEachFaultIsMadeGood(
                FaultyFileSystem::failAt,
                disk -> disk.pool.release(owner("old")),
                disk -> disk.pool.release(owner("old")));
    }

    @Test
    void aCollectionOfWhichAnyStepFailsCanBeDoneAgain() {
        Set<Owner> valid = Set.of(owner("older"));

        assertEachFaultIsMadeGood(
                FaultyFileSystem::failAt, disk -> disk.pool.retainOnly(valid), disk -> disk.pool.retainOnly(valid));
    }

    @Test
    void aCrashWithinAReleaseIsMadeGoodByTheNext() {
        assertEachFaultIsMadeGood(
                FaultyFileSystem::crashAt,
                disk -> disk.pool.release(owner("old")),
                disk -> disk.pool.release(owner("old")));
    }

    @Test
    void aCrashWithinACollectionIsMadeGoodByTheNext() {
        Set<Owner> valid = Set.of(owner("older"));

        assertEachFaultIsMadeGood(
                FaultyFileSystem::crashAt, disk -> disk.pool.retainOnly(valid), disk -> disk.pool.retainOnly(valid));
    }

    private interface FaultAt {
        void set(FaultyFileSystem fileSystem, int step);
    }

    /** Both operations are to leave the leases of "older" alone. */
    private void assertEachFaultIsMadeGood(FaultAt fault, Consumer<Disk> operation, Consumer<Disk> remedy) {
        int n = 0;
        boolean reached = true;
        while (reached) {
            Disk disk = new Disk();
            fault.set(disk.fileSystem, ++n);
            crashOrFail(disk, () -> operation.accept(disk));
            reached = disk.fileSystem.mend();

            disk.assertSound();
            remedy.accept(disk);
            disk.assertSound();
            assertEquals(
                    List.of(ip("10.0.0.2"), ip("fd00::2")),
                    disk.pool.leases().stream().map(Lease::address).toList());
            disk.assertUsable();
        }
        assertTrue(n > 3, "only " + n + " steps");
    }

    private static void crashOrFail(Disk disk, Runnable operation) {
        try {
            failed(operation);
        } catch (FaultyFileSystem.Crash crash) {
            disk.restart();
        }
    }

    /** Neither is there ever a lease without an owner: it would be named in a warning. */
    @Test
    void aCrashWithinALeaseLosesNoAddress() {
        int n = 0;
        boolean reached = true;
        while (reached) {
            Disk disk = new Disk();
            disk.fileSystem.crashAt(++n);
            crashOrFail(disk, () -> disk.pool.lease(owner("new"), Set.of()));
            reached = disk.fileSystem.mend();

            disk.assertSound();
            assertTrue(disk.pool.leases().containsAll(disk.before), "step " + n);
            disk.pool.release(owner("new"));
            assertEquals(disk.before, disk.pool.leases(), "step " + n);
            assertEquals(List.of(), disk.files.warnings, "step " + n);
            disk.assertUsable();
        }
        assertTrue(n > 10, "only " + n + " steps");
    }
}
