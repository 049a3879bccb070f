package dev.hawser.ipam;

import static dev.hawser.ipam.TestPool.addresses;
import static dev.hawser.ipam.TestPool.lease;
import static dev.hawser.ipam.TestPool.owner;
import static dev.hawser.ipam.TestPool.set;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pool on a small file system of the kernel's own, that gets full or read-only. */
abstract class RealDiskContract {

    private static final RangeSet RANGES = set("10.0.0.0/24");

    @TempDir
    Path directory;

    private Path disk = Path.of("");
    private final TestPool.Kind kind;
    private TestPool files = TestPool.inMemory();
    private AddressPool pool = files.with();

    RealDiskContract(TestPool.Kind kind) {
        this.kind = kind;
    }

    @BeforeEach
    void mount() throws Exception {
        disk = Files.createDirectory(directory.resolve("disk"));
        boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=64k", "pool", disk.toString());
        assumeTrue(mounted, "mounting a tmpfs needs root");
        files = TestPool.in(kind, disk.resolve("pods"), Optional.of(directory.resolve("index")));
        pool = files.with(RANGES);
    }

    @AfterEach
    void unmount() throws Exception {
        run("umount", disk.toString());
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }

    @Test
    void aFullDiskIsSaidToBeFullAndNothingIsLeft() throws IOException {
        pool.lease(owner("a"), Set.of());
        Path filler = disk.resolve("filler");
        assertThrows(IOException.class, () -> fill(filler));

        PoolException failure = assertThrows(PoolException.class, () -> pool.lease(owner("b"), Set.of()));

        assertEquals(PoolException.Kind.IO, failure.kind());
        assertEquals(
                "lease an address from " + files.directory + ": " + files.directory.resolve(PoolFiles.NEW_LEASE)
                        + ": No space left on device: free some space, or inodes, on that file system",
                failure.getMessage());
        assertEquals(List.of("10.0.0.2", "last_reserved_ip.0"), files.names());
        assertEquals(List.of(lease("10.0.0.2", "a", "eth0")), pool.release(owner("a")));
        Files.delete(filler);
        assertEquals(List.of("10.0.0.3/24"), addresses(pool.lease(owner("b"), Set.of())));
        assertEquals(List.of(), files.warnings);
    }

    private static void fill(Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            while (true) {
                out.write(new byte[4096]);
            }
        }
    }

    @Test
    void aReadOnlyDiskIsSaidToBeReadOnly() throws Exception {
        pool.lease(owner("a"), Set.of());
        run("mount", "-o", "remount,ro", disk.toString());

        PoolException leasing = assertThrows(PoolException.class, () -> pool.lease(owner("b"), Set.of()));
        PoolException releasing = assertThrows(PoolException.class, () -> pool.release(owner("a")));

        String reason = ": Read-only file system: set dataDir to a directory that can be written to";
        assertEquals(
                "lease an address from " + files.directory + ": " + files.directory.resolve(PoolFiles.NEW_LEASE)
                        + reason,
                leasing.getMessage());
        assertEquals(
                "release addresses in " + files.directory + ": " + files.directory.resolve("10.0.0.2") + reason,
                releasing.getMessage());
        assertEquals(List.of(lease("10.0.0.2", "a", "eth0")), pool.find(owner("a")));
        assertEquals(List.of(lease("10.0.0.2", "a", "eth0")), pool.leases());
    }

    @Test
    void aPoolThatCannotBeCreatedIsSaidToBeSo() throws Exception {
        run("mount", "-o", "remount,ro", disk.toString());

        PoolException failure = assertThrows(PoolException.class, () -> pool.lease(owner("a"), Set.of()));

        assertEquals(
                "lease an address from " + files.directory + ": " + files.directory
                        + ": Read-only file system: set dataDir to a directory that can be written to",
                failure.getMessage());
        assertEquals(List.of(), pool.release(owner("a")));
    }

    @Test
    void foreignChangesAreNoticedOnARealClockToo() {
        for (int i = 10; i < 50; i++) {
            pool.lease(owner("a"), Set.of());
            files.write("10.0.0." + (200 + i), "x" + i + "\r\neth0");

            assertEquals(List.of(lease("10.0.0." + (200 + i), "x" + i, "eth0")), pool.release(owner("x" + i)));
            pool.release(owner("a"));
        }
    }
}
