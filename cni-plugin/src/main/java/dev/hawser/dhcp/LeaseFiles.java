package dev.hawser.dhcp;

import dev.hawser.ipam.PoolLock;
import dev.hawser.kernel.Attachment;
import dev.hawser.spec.CniException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The leases of a node: the truth, whoever runs.
 *
 * <pre>
 * lock                           whoever writes holds it
 * keeper                         locked, shared, by each process that renews what is here
 * network,containerId,eth0.json  a lease; written whole under another name, and renamed
 * </pre>
 *
 * <p>Nothing is flushed to the disk: leases do not outlive the boot, nor do their namespaces. Every method throws {@link
 * UncheckedIOException} that names the file.
 */
public final class LeaseFiles {

    private static final String SUFFIX = ".json";
    private static final String UNFINISHED = ".new-";
    private static final String LOCK = "lock";
    private static final String KEEPER = "keeper";

    private final Path directory;
    private final PoolLock lock;
    private final Consumer<String> log;

    /**
     * The leases in a directory, which is made when there is the first.
     *
     * @param lock keeps other writers out
     * @param log takes a line for each file that is no lease
     */
    public LeaseFiles(Path directory, PoolLock lock, Consumer<String> log) {
        this.directory = directory;
        this.lock = lock;
        this.log = log;
    }

    Path directory() {
        return directory;
    }

    /** Whoever renews leases holds a shared lock on it. */
    public Path keeperFile() {
        return directory.resolve(KEEPER);
    }

    /** Makes the directory, with mode 0700. */
    public void createDirectory() {
        try {
            if (!Files.isDirectory(directory)) {
                Files.createDirectories(directory, permissions("rwx------"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("create " + directory, e);
        }
    }

    private FileAttribute<?> permissions(String text) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(text));
    }

    static String name(Attachment attachment) {
        Attachment brief = attachment.abbreviated();
        // None of the three can have a comma (SPEC, "Parameters").
        return brief.network() + "," + brief.containerId() + "," + brief.ifName() + SUFFIX;
    }

    static boolean isLease(String fileName) {
        return fileName.endsWith(SUFFIX) && !fileName.startsWith(UNFINISHED);
    }

    Optional<DhcpLease> find(Attachment attachment) {
        return find(name(attachment));
    }

    /** The lease in this file; none if there is no such file, or no lease in it. */
    Optional<DhcpLease> find(String fileName) {
        Path file = directory.resolve(fileName);
        try {
            return Optional.of(LeaseText.read(Files.readAllBytes(file)));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("read the lease " + file, e);
        } catch (CniException e) {
            log.accept("read the lease " + file + ": " + e.getMessage() + ": it is left alone");
            return Optional.empty();
        }
    }

    /** The names of all files that may have leases. */
    List<String> names() {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            files.forEach(file -> names.add(file.getFileName().toString()));
        } catch (NoSuchFileException none) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("list the leases in " + directory, e);
        } catch (DirectoryIteratorException e) {
            throw new UncheckedIOException("list the leases in " + directory, e.getCause());
        }
        names.removeIf(name -> !isLease(name));
        return names;
    }

    List<DhcpLease> all() {
        return names().stream().flatMap(name -> find(name).stream()).toList();
    }

    /** Writes a lease down, in the place of an earlier one of the same attachment. */
    void put(DhcpLease lease) {
        createDirectory();
        locked(() -> write(lease));
    }

    /**
     * Writes a lease down that has changed, unless a call has removed or replaced it meanwhile.
     *
     * @param before as it was read
     * @return whether it was written
     */
    boolean replace(DhcpLease before, DhcpLease after) {
        boolean[] written = new boolean[1];
        locked(() -> {
            written[0] = find(before.attachment()).equals(Optional.of(before));
            if (written[0]) {
                write(after);
            }
        });
        return written[0];
    }

    /** Removes the lease of an attachment, and returns it if there was one. */
    Optional<DhcpLease> remove(Attachment attachment) {
        Path file = directory.resolve(name(attachment));
        if (Files.notExists(file)) {
            return Optional.empty();
        }
        List<DhcpLease> removed = new ArrayList<>();
        locked(() -> {
            find(attachment).ifPresent(removed::add);
            Files.deleteIfExists(file);
        });
        return removed.stream().findFirst();
    }

    /** Removes a lease unless it has been replaced meanwhile. */
    boolean remove(DhcpLease lease) {
        boolean[] removed = new boolean[1];
        locked(() -> {
            removed[0] = find(lease.attachment()).equals(Optional.of(lease))
                    && Files.deleteIfExists(directory.resolve(name(lease.attachment())));
        });
        return removed[0];
    }

    private interface Change {
        void make() throws IOException;
    }

    private void locked(Change change) {
        try (PoolLock.Held _ = lock.acquire(directory.resolve(LOCK))) {
            change.make();
        } catch (IOException e) {
            throw new UncheckedIOException("change the leases in " + directory, e);
        }
    }

    private void write(DhcpLease lease) throws IOException {
        Path unfinished = Files.createTempFile(directory, UNFINISHED, "", permissions("rw-------"));
        try {
            Files.write(unfinished, LeaseText.bytes(lease));
            Files.move(unfinished, directory.resolve(name(lease.attachment())), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            Files.deleteIfExists(unfinished);
            throw e;
        }
    }
}
