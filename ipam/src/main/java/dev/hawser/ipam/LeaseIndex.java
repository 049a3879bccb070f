package dev.hawser.ipam;

import dev.hawser.ip.IpMath;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Knows which leases a container has without reading them all. It is a copy: where it is in doubt, the pool is read.
 *
 * <pre>
 * stamp   "1785000000 123456000 00f0…": the pool directory's mtime (seconds, nanoseconds), and which buckets there are
 * 2a7     "10.1.2.2 containerId ifName": the leases of all containers whose ids have this hash
 * </pre>
 *
 * <p><b>Trust.</b> After each change of ours we set the directory's mtime to a time of our choice, and note it in the
 * stamp. Whoever else adds or removes a file, knowing of us or not, makes the kernel set another time. The chosen time
 * lies up to a quarter of an hour in the past, at random, because the kernel's clock has ticks of milliseconds: the
 * present could come about once more within the same tick, the past cannot.
 *
 * <p><b>Crashes.</b> The order is: the lease files (now the mtime is not the stamp's), the bucket, the stamp, and at
 * last the mtime. Up to the last step, which is one system call, the stamp does not match, and the next to come reads
 * the pool again. For the same reason no file here needs to be written atomically.
 */
final class LeaseIndex {

    private static final int BUCKETS = 1024;
    private static final long MAX_BACKDATE_MICROS = 1_000_000_000;
    private static final Set<OpenOption> OVERWRITE =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);

    private final Path directory;
    private final PoolFiles pool;
    private BitSet filled = new BitSet(BUCKETS);

    LeaseIndex(Path directory, PoolFiles pool) {
        this.directory = directory;
        this.pool = pool;
    }

    /** The leases of the containers that share a hash. */
    record Bucket(int number, List<Lease> leases) {

        static Bucket of(String containerId, List<Lease> all) {
            int number = numberOf(containerId);
            return new Bucket(
                    number,
                    all.stream()
                            .filter(lease -> numberOf(lease.owner().containerId()) == number)
                            .toList());
        }

        List<Lease> of(String containerId) {
            return leases.stream()
                    .filter(lease -> lease.owner().containerId().equals(containerId))
                    .toList();
        }

        /** The same for all other containers. */
        Bucket with(String containerId, List<Lease> now) {
            List<Lease> changed = new ArrayList<>(leases);
            changed.removeIf(lease -> lease.owner().containerId().equals(containerId));
            changed.addAll(now);
            changed.sort(Comparator.comparing(Lease::address, IpMath::compare));
            return new Bucket(number, changed);
        }

        /** {@link String#hashCode()} is specified, so it is the same in every process. */
        private static int numberOf(String containerId) {
            return Math.floorMod(containerId.hashCode(), BUCKETS);
        }
    }

    /** The bucket of a container; nothing if the index cannot be trusted: then {@link #rebuild} it. */
    Optional<Bucket> bucketOf(String containerId) throws IOException {
        Optional<Stamp> stamp = read("stamp").flatMap(Stamp::read);
        if (stamp.isEmpty() || !stamp.get().changedAt().equals(pool.changedAt().toInstant())) {
            return Optional.empty();
        }
        filled = stamp.get().filled();
        int number = Bucket.numberOf(containerId);
        return filled.get(number)
                ? read(nameOf(number)).flatMap(LeaseIndex::leases).map(leases -> new Bucket(number, leases))
                : Optional.of(new Bucket(number, List.of()));
    }

    /** To be called after the leases have been changed in the pool, with a bucket from {@link #bucketOf}. */
    void save(Bucket bucket) throws IOException {
        write(bucket);
        stamp();
    }

    /** Writes the index anew. */
    void rebuild(List<Lease> all) throws IOException {
        Files.createDirectories(directory);
        filled = new BitSet(BUCKETS);
        Map<Integer, List<Lease>> buckets = new HashMap<>();
        for (Lease lease : all) {
            int number = Bucket.numberOf(lease.owner().containerId());
            buckets.computeIfAbsent(number, n -> new ArrayList<>()).add(lease);
        }
        for (Map.Entry<Integer, List<Lease>> bucket : buckets.entrySet()) {
            write(new Bucket(bucket.getKey(), bucket.getValue()));
        }
        stamp();
    }

    private void write(Bucket bucket) throws IOException {
        boolean empty = bucket.leases().isEmpty();
        filled.set(bucket.number(), !empty);
        if (empty) {
            Files.deleteIfExists(directory.resolve(nameOf(bucket.number())));
        } else {
            write(nameOf(bucket.number()), text(bucket.leases()));
        }
    }

    private static String nameOf(int bucket) {
        return Integer.toHexString(bucket);
    }

    /** Whole microseconds: not every file system keeps nanoseconds. */
    private void stamp() throws IOException {
        Instant now = pool.changedAt().toInstant().truncatedTo(ChronoUnit.MICROS);
        long backdate = ThreadLocalRandom.current().nextLong(1, MAX_BACKDATE_MICROS);
        Stamp stamp = new Stamp(now.minus(backdate, ChronoUnit.MICROS), filled);
        write("stamp", stamp.text());
        pool.setChangedAt(FileTime.from(stamp.changedAt()));
    }

    private Optional<String> read(String name) throws IOException {
        try {
            return SealedText.open(Files.readAllBytes(directory.resolve(name)));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
    }

    private void write(String name, String text) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(SealedText.seal(text));
        try (SeekableByteChannel channel = Files.newByteChannel(directory.resolve(name), OVERWRITE)) {
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
        }
    }

    private static String text(List<Lease> leases) {
        StringBuilder text = new StringBuilder();
        for (Lease lease : leases) {
            text.append(IpMath.text(lease.address()))
                    .append(' ')
                    .append(lease.owner().containerId())
                    .append(' ')
                    .append(lease.owner().ifName())
                    .append('\n');
        }
        return text.toString();
    }

    private static Optional<List<Lease>> leases(String text) {
        try {
            return Optional.of(text.lines().map(LeaseIndex::lease).toList());
        } catch (IllegalArgumentException other) {
            return Optional.empty();
        }
    }

    /** No word has a space in it: {@link Owner} sees to that. */
    private static Lease lease(String line) {
        String[] words = line.split(" ", -1);
        if (words.length != 3) {
            throw new IllegalArgumentException(line);
        }
        InetAddress address = IpMath.parse(words[0]);
        return new Lease(address, new Owner(words[1], words[2]));
    }
}
