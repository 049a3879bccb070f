package dev.hawser.ipam;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hawser.ip.IpMath;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The names in a pool's directory, and what is in the files. All of it is host-local's on-disk format:
 *
 * <pre>
 * lock                  empty; whoever changes or reads the rest holds it
 * 10.1.2.2              "containerId CR LF ifName": a lease; an IPv6 address is named in its RFC 5952 form
 * last_reserved_ip.0    "10.1.2.2": where the round robin of range set 0 got to
 * </pre>
 *
 * <p>Nothing is flushed to the disk: what a lease means does not outlive the boot.
 */
final class PoolFiles {

    /** host-local takes no file of this name for a lease, and no address is written like that. */
    static final String NEW_LEASE = ".new-lease";

    private static final String LOCK = "lock";
    private static final String LAST_RESERVED = "last_reserved_ip.";

    /** Longer than any owner that can reach a plugin: the kernel limits one environment string to 128 KiB. */
    private static final int LEASE_BYTES_LIMIT = 1 << 18;

    private static final FileAttribute<?> OF_DIRECTORY = permissions("rwxr-xr-x");
    private static final FileAttribute<?> OF_FILE = permissions("rw-------");

    private static final Set<OpenOption> CREATE_NEW = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    private static final Set<OpenOption> OVERWRITE = Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE);

    private final Path directory;
    private final boolean posix;

    PoolFiles(Path directory) {
        this.directory = directory;
        this.posix = directory.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    Path directory() {
        return directory;
    }

    Path lockFile() {
        return directory.resolve(LOCK);
    }

    boolean exists() {
        return Files.exists(directory);
    }

    boolean isDirectory() {
        return Files.isDirectory(directory);
    }

    /** As host-local does: mode 0755, less the umask. */
    void createDirectories() throws IOException {
        if (!isDirectory()) {
            Files.createDirectories(directory, mode(OF_DIRECTORY));
        }
    }

    private FileAttribute<?>[] mode(FileAttribute<?> permissions) {
        return posix ? new FileAttribute<?>[] {permissions} : new FileAttribute<?>[0];
    }

    private static FileAttribute<?> permissions(String text) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(text));
    }

    private Path leaseFile(InetAddress address) {
        return directory.resolve(IpMath.text(address));
    }

    /** Which addresses there are files for, good or bad. */
    Taken taken() {
        return new Taken();
    }

    /** Looks for single files at first, and lists the directory when that goes on: names are then cheaper than looks. */
    final class Taken {

        private static final int LOOKS = 100;

        private final Set<String> names = new HashSet<>();
        private int looks;

        boolean holds(InetAddress address) throws IOException {
            if (looks < LOOKS) {
                looks++;
                return Files.exists(leaseFile(address), LinkOption.NOFOLLOW_LINKS);
            }
            if (names.isEmpty()) {
                forEachFile(file -> names.add(file.getFileName().toString()));
            }
            return names.contains(IpMath.text(address));
        }
    }

    private void forEachFile(Consumer<Path> action) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            files.forEach(action);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    Optional<Owner> ownerOf(InetAddress address) throws IOException {
        try {
            return readOwner(leaseFile(address));
        } catch (NoSuchFileException free) {
            return Optional.empty();
        }
    }

    /** A lease that is already gone is as good as deleted; says whether it was there. */
    boolean delete(InetAddress address) throws IOException {
        return Files.deleteIfExists(leaseFile(address));
    }

    /**
     * Creates a lease, so that it is never seen without its owner, and never overwrites another.
     *
     * <p>The owner is written to a file of another name, and the lease becomes a link(2) to that: it appears whole, or
     * not at all when the name is taken. host-local creates the lease file and then writes to it; a crash between the
     * two leaves an empty file, that is an address which belongs to nobody for ever. A rename(2) would be as whole, but
     * would replace the lease of a writer who could not get the lock (host-local then goes on without). On ext4, link and
     * unlink take 9 µs, beside 16 µs to create and write the file.
     *
     * @return whether the address is now leased; if not, it was taken
     */
    boolean create(InetAddress address, Owner owner) throws IOException {
        Path lease = leaseFile(address);
        byte[] text = LeaseText.write(owner);
        Path written = directory.resolve(NEW_LEASE);
        boolean created = false;
        try {
            writeInPlaceOfRemains(written, text);
            created = link(lease, written, text);
            Files.delete(written);
            return created;
        } catch (IOException e) {
            deleteAfter(e, written);
            if (created) {
                deleteAfter(e, lease);
            }
            throw e;
        }
    }

    /** What a crash left behind may be a link to a lease: it must be unlinked, never written to. */
    private void writeInPlaceOfRemains(Path file, byte[] text) throws IOException {
        try {
            writeNew(file, text);
        } catch (FileAlreadyExistsException remains) {
            Files.delete(file);
            writeNew(file, text);
        }
    }

    /**
     * Removes what a crash left behind, to be called under the lock. It is looked for first: a disk that is read-only refuses
     * to delete even what is not there.
     */
    void deleteRemains() throws IOException {
        Path written = directory.resolve(NEW_LEASE);
        if (Files.exists(written, LinkOption.NOFOLLOW_LINKS)) {
            Files.delete(written);
        }
    }

    private boolean link(Path lease, Path written, byte[] text) throws IOException {
        try {
            Files.createLink(lease, written);
            return true;
        } catch (FileAlreadyExistsException taken) {
            return false;
        } catch (IOException | UnsupportedOperationException noLinks) {
            return createWithoutLink(lease, text, noLinks);
        }
    }

    /** For file systems without hard links. */
    private boolean createWithoutLink(Path lease, byte[] text, Exception noLinks) throws IOException {
        try {
            writeNew(lease, text);
            return true;
        } catch (FileAlreadyExistsException taken) {
            return false;
        } catch (IOException e) {
            e.addSuppressed(noLinks);
            deleteAfter(e, lease);
            throw e;
        }
    }

    private static void deleteAfter(IOException failure, Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private void writeNew(Path file, byte[] text) throws IOException {
        write(file, text, CREATE_NEW, mode(OF_FILE));
    }

    /** The file ends with the text, whatever it was before. */
    static void write(Path file, byte[] text, Set<OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        try (SeekableByteChannel channel = Files.newByteChannel(file, options, attributes)) {
            ByteBuffer rest = ByteBuffer.wrap(text);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            if (!options.contains(StandardOpenOption.CREATE_NEW)) {
                channel.truncate(text.length);
            }
        } catch (FileSystemException e) {
            throw e;
        } catch (IOException e) {
            FileSystemException inFile = new FileSystemException(file.toString(), null, e.getMessage());
            inFile.initCause(e);
            throw inFile;
        }
    }

    /** Nothing, if no address was leased from this set before, or if the file says something else. */
    Optional<InetAddress> lastReserved(int setIndex) throws IOException {
        try {
            byte[] text = Files.readAllBytes(lastReservedFile(setIndex));
            return Optional.of(IpMath.parse(new String(text, UTF_8).strip()));
        } catch (NoSuchFileException | IllegalArgumentException none) {
            return Optional.empty();
        }
    }

    /**
     * Overwrites the text in place. A crash in the middle may leave another address or none: the next lease then starts
     * somewhere else, and that is all. On ext4 this takes 25 µs. To truncate the file first, or to rename a new one over
     * it, takes ten times as long and more: ext4 then writes it out to the disk at once (its option auto_da_alloc).
     */
    void setLastReserved(int setIndex, InetAddress address) throws IOException {
        byte[] text = IpMath.text(address).getBytes(UTF_8);
        write(lastReservedFile(setIndex), text, OVERWRITE, mode(OF_FILE));
    }

    private Path lastReservedFile(int setIndex) {
        return directory.resolve(LAST_RESERVED + setIndex);
    }

    /** When a file was last added to or removed from the directory. */
    FileTime changedAt() throws IOException {
        return Files.getLastModifiedTime(directory);
    }

    /** The time of access is set too: to keep it, Java would have to read it first. */
    void setChangedAt(FileTime time) throws IOException {
        Files.getFileAttributeView(directory, BasicFileAttributeView.class).setTimes(time, time, null);
    }

    /** When a lease file was last written to; nothing if there is none. */
    Optional<FileTime> writtenAt(InetAddress address) throws IOException {
        try {
            return Optional.of(Files.getLastModifiedTime(leaseFile(address), LinkOption.NOFOLLOW_LINKS));
        } catch (NoSuchFileException free) {
            return Optional.empty();
        }
    }

    /**
     * A file that keeps its address from being leased.
     *
     * @param writtenAt its mtime
     */
    record Found(InetAddress address, FileTime writtenAt) {}

    /** Takes what a directory has in it. */
    interface Finder {
        /** A file with the name of an address, which need not be a lease. */
        void address(Found file) throws IOException;

        /** A file that should not be there, in a sentence. */
        void fault(String sentence);
    }

    /** Looks at every file, and reads none. */
    void lookThrough(Finder finder) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path file : entries) {
                look(file, finder);
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private static void look(Path file, Finder finder) throws IOException {
        String name = file.getFileName().toString();
        if (isOurOwn(name)) {
            return;
        }
        Optional<InetAddress> address = addressNamed(name);
        if (address.isEmpty()) {
            finder.fault(nameless(file));
            return;
        }
        try {
            finder.address(new Found(address.get(), Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS)));
        } catch (NoSuchFileException gone) {
            // Removed by somebody who does not know of the lock: there is nothing to find.
        }
    }

    /** What is wrong with a file that has the name of an address and no owner. */
    String ownerless(InetAddress address) {
        return ownerless(leaseFile(address));
    }

    private static String ownerless(Path file) {
        return file + ": names no owner: the address stays taken until the file is deleted";
    }

    private static String nameless(Path file) {
        return file + ": is not named like an address: it is no lease, and is left alone";
    }

    /** What is wrong with a file that cannot be read. */
    static String unread(IOException failure) {
        return PoolException.explain(failure) + ": the address stays taken";
    }

    private static boolean isOurOwn(String name) {
        return name.equals(LOCK) || name.equals(NEW_LEASE) || name.startsWith(LAST_RESERVED);
    }

    /**
     * What is in the directory.
     *
     * @param leases ordered by address
     * @param faults one sentence for each file that should not be there, or not like this
     * @param complete whether every file could be read
     */
    record Content(List<Lease> leases, List<String> faults, boolean complete) {}

    /** Reads every file. */
    Content readAll() throws IOException {
        List<Lease> leases = new ArrayList<>();
        List<String> faults = new ArrayList<>();
        List<String> unread = new ArrayList<>();
        forEachFile(file -> {
            try {
                read(file, leases, faults);
            } catch (IOException e) {
                unread.add(unread(e));
            }
        });
        faults.addAll(unread);
        faults.sort(Comparator.naturalOrder());
        leases.sort(Lease.BY_ADDRESS);
        return new Content(leases, faults, unread.isEmpty());
    }

    private static void read(Path file, List<Lease> leases, List<String> faults) throws IOException {
        String name = file.getFileName().toString();
        if (isOurOwn(name)) {
            return;
        }
        Optional<InetAddress> address = addressNamed(name);
        if (address.isEmpty()) {
            faults.add(nameless(file));
            return;
        }
        readOwner(file)
                .ifPresentOrElse(
                        owner -> leases.add(new Lease(address.get(), owner)), () -> faults.add(ownerless(file)));
    }

    /** A name that is not the canonical one would not keep the address from being leased again. */
    private static Optional<InetAddress> addressNamed(String name) {
        try {
            InetAddress address = IpMath.parse(name);
            return IpMath.text(address).equals(name) ? Optional.of(address) : Optional.empty();
        } catch (IllegalArgumentException other) {
            return Optional.empty();
        }
    }

    /** Not through symbolic links; and to open a pipe would wait for somebody to write to it. */
    private static Optional<Owner> readOwner(Path file) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            long size = channel.size();
            return size > LEASE_BYTES_LIMIT ? Optional.empty() : LeaseText.read(read(channel, (int) size));
        }
    }

    private static byte[] read(SeekableByteChannel channel, int size) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(size);
        int count = 0;
        while (text.hasRemaining() && count >= 0) {
            count = channel.read(text);
        }
        return Arrays.copyOf(text.array(), text.position());
    }
}
