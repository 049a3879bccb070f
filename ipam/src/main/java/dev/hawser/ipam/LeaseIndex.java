package dev.hawser.ipam;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Knows which leases a container has without reading them all. It is a copy: where it is in doubt, the pool is read.
 *
 * <pre>
 * stamp   "1 1785000000 123456000 00f0…": format, the pool directory's mtime (seconds, nanoseconds), which buckets exist
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

    private static final Set<OpenOption> OVERWRITE =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);

    private final Path directory;
    private final PoolFiles pool;
    private BitSet filled = new BitSet(Bucket.COUNT);

    LeaseIndex(Path directory, PoolFiles pool) {
        this.directory = directory;
        this.pool = pool;
    }

    /** The place of a pool's index. Two pools may have one name and different data directories. */
    static Path directoryOf(Path pool, Path indexes) {
        try {
            byte[] path = pool.toAbsolutePath().normalize().toString().getBytes(UTF_8);
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(path);
            return indexes.resolve(pool.getFileName() + "-" + HexFormat.of().formatHex(digest, 0, 8));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
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
                ? read(nameOf(number)).map(lines -> new Bucket(number, lines))
                : Optional.of(new Bucket(number, ""));
    }

    /** To be called after the leases have been changed in the pool, with a bucket from {@link #bucketOf}. */
    void save(Bucket bucket) throws IOException {
        write(bucket);
        stamp();
    }

    /** Writes the index anew. */
    void rebuild(List<Lease> all) throws IOException {
        Files.createDirectories(directory);
        filled = new BitSet(Bucket.COUNT);
        for (Bucket bucket : Bucket.allOf(all)) {
            write(bucket);
        }
        stamp();
    }

    /** Removes all of it, if there is any. */
    void remove() throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (DirectoryStream<Path> index = Files.newDirectoryStream(directory)) {
            for (Path file : index) {
                Files.deleteIfExists(file);
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        Files.deleteIfExists(directory);
    }

    private void write(Bucket bucket) throws IOException {
        boolean empty = bucket.lines().isEmpty();
        filled.set(bucket.number(), !empty);
        if (empty) {
            Files.deleteIfExists(directory.resolve(nameOf(bucket.number())));
        } else {
            write(nameOf(bucket.number()), bucket.lines());
        }
    }

    private static String nameOf(int bucket) {
        return Integer.toHexString(bucket);
    }

    private void stamp() throws IOException {
        Stamp stamp = new Stamp(Stamp.timeBefore(pool.changedAt()).toInstant(), filled);
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
        PoolFiles.write(directory.resolve(name), SealedText.seal(text), OVERWRITE);
    }
}
