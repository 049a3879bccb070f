package dev.hawser.ipam;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A pool on a file system of its own, and what another program could do to it. */
final class TestPool {

    /** Which of the two kinds of pools. */
    enum Kind {
        PER_CALL {
            @Override
            Pools pools(PoolLock lock, Optional<Path> indexes) {
                return Pools.perCall(lock, indexes);
            }
        },
        RESIDENT {
            @Override
            Pools pools(PoolLock lock, Optional<Path> indexes) {
                return Pools.resident(lock, indexes, size -> {});
            }
        };

        abstract Pools pools(PoolLock lock, Optional<Path> indexes);
    }

    final List<String> warnings = Collections.synchronizedList(new ArrayList<>());
    final Path directory;
    final Optional<Path> indexes;

    /** Where this pool's index is. */
    final Optional<Path> index;

    private final Kind kind;
    private final PoolLock lock = new InJvmLock();
    private Pools pools;

    private TestPool(Kind kind, Path directory, Optional<Path> indexes) {
        this.kind = kind;
        this.directory = directory;
        this.indexes = indexes;
        this.index = indexes.map(root -> LeaseIndex.directoryOf(directory, root));
        this.pools = kind.pools(lock, indexes);
    }

    static TestPool inMemory() {
        return inMemory(Kind.PER_CALL);
    }

    static TestPool inMemory(Kind kind) {
        FileSystem memory = memory();
        return in(
                kind, memory.getPath("/var/lib/cni/networks/pods"), Optional.of(memory.getPath("/run/hawser/leases")));
    }

    static TestPool inMemoryWithoutIndex(Kind kind) {
        return in(kind, memory().getPath("/var/lib/cni/networks/pods"), Optional.empty());
    }

    /** On a file system that fails on demand. */
    static TestPool on(FaultyFileSystem faulty, Kind kind) {
        return in(
                kind, faulty.getPath("/var/lib/cni/networks/pods"), Optional.of(faulty.getPath("/run/hawser/leases")));
    }

    static TestPool in(Kind kind, Path directory, Optional<Path> indexes) {
        return new TestPool(kind, directory, indexes);
    }

    /** As after a crash: what was in memory is gone. */
    void restart() {
        pools = kind.pools(lock, indexes);
    }

    Pools pools() {
        return pools;
    }

    /** The pool as another process sees it. */
    AddressPool inAnotherProcess(RangeSet... sets) {
        return Pools.perCall(lock, indexes).open(directory, List.of(sets), warnings::add);
    }

    static FileSystem memory() {
        return Jimfs.newFileSystem(Configuration.unix().toBuilder()
                .setAttributeViews("basic", "posix")
                .build());
    }

    AddressPool with(RangeSet... sets) {
        return pools.open(directory, List.of(sets), warnings::add);
    }

    static RangeSet set(String... ranges) {
        return new RangeSet(Arrays.stream(ranges).map(TestPool::range).toList());
    }

    /** {@code 10.0.0.0/24}, or {@code 10.0.0.0/24 10.0.0.10-10.0.0.20}; the gateway is the first address. */
    static PoolRange range(String text) {
        String[] words = text.split("[ -]", -1);
        Optional<InetAddress> start = words.length > 1 ? Optional.of(ip(words[1])) : Optional.empty();
        Optional<InetAddress> end = words.length > 2 ? Optional.of(ip(words[2])) : Optional.empty();
        return PoolRange.of(Cidr.parse(words[0]), start, end, Optional.empty());
    }

    static InetAddress ip(String text) {
        return IpMath.parse(text);
    }

    static Set<InetAddress> ips(String... texts) {
        return Arrays.stream(texts).map(TestPool::ip).collect(Collectors.toSet());
    }

    static Owner owner(String containerId) {
        return new Owner(containerId, "eth0");
    }

    static Lease lease(String address, String containerId, String ifName) {
        return new Lease(ip(address), new Owner(containerId, ifName));
    }

    static List<String> addresses(List<Allocation> allocations) {
        return allocations.stream()
                .map(allocation -> allocation.address().toString())
                .toList();
    }

    void write(String name, String text) {
        try {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String read(String name) {
        try {
            return new String(Files.readAllBytes(directory.resolve(name)), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void delete(String name) {
        try {
            Files.delete(directory.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The names of all files but the lock. */
    List<String> names() {
        return namesIn(directory).stream().filter(name -> !name.equals("lock")).toList();
    }

    static List<String> namesIn(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
