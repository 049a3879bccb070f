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
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A pool on a file system of its own, and what another program could do to it. */
final class TestPool {

    final List<String> warnings = new ArrayList<>();
    final Path directory;
    final Optional<Path> index;
    private final PoolLock lock = new InJvmLock();

    private TestPool(Path directory, Optional<Path> index) {
        this.directory = directory;
        this.index = index;
    }

    static TestPool inMemory() {
        FileSystem memory = memory();
        return new TestPool(
                memory.getPath("/var/lib/cni/networks/pods"), Optional.of(memory.getPath("/run/hawser/leases/pods")));
    }

    static TestPool inMemoryWithoutIndex() {
        return new TestPool(memory().getPath("/var/lib/cni/networks/pods"), Optional.empty());
    }

    /** On a file system that fails on demand. */
    static TestPool on(FaultyFileSystem faulty) {
        return new TestPool(
                faulty.getPath("/var/lib/cni/networks/pods"), Optional.of(faulty.getPath("/run/hawser/leases/pods")));
    }

    static TestPool in(Path directory, Optional<Path> index) {
        return new TestPool(directory, index);
    }

    static FileSystem memory() {
        return Jimfs.newFileSystem(Configuration.unix().toBuilder()
                .setAttributeViews("basic", "posix")
                .build());
    }

    AddressPool with(RangeSet... sets) {
        return AddressPool.open(new PoolConfig(directory, List.of(sets), index), lock, warnings::add);
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
