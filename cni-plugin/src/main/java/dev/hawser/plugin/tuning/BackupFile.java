package dev.hawser.plugin.tuning;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hawser.kernel.Attachment;
import dev.hawser.run.Cleanup;
import dev.hawser.run.Transaction;
import dev.hawser.run.ValidOwners;
import dev.hawser.spec.CniException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Where the originals of one attachment are kept: {@code <dataDir>/<containerID>_<ifname>.json}. Written before anything is
 * changed, and whole: a call that dies has left nothing that DEL cannot put back.
 *
 * @param log told of files that make no sense
 */
record BackupFile(Path directory, Attachment owner, Consumer<String> log) {

    private static final FileAttribute<?> OWNERS_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<?> OWNERS_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    /** Keeps these until DEL. Of what an earlier ADD has kept already, that stays: by now it is changed. */
    void keep(Originals originals, Transaction transaction) {
        if (originals.equals(Originals.NONE)) {
            return;
        }
        Optional<Originals> earlier = read();
        Originals all = earlier.orElse(Originals.NONE).or(originals);
        if (!earlier.equals(Optional.of(all))) {
            transaction.onRollback("write " + file(), () -> earlier.ifPresentOrElse(this::write, this::remove));
            write(all);
        }
    }

    /** What ADD has kept, if it has. */
    Optional<Originals> read() {
        try {
            return Presence.of(file()) ? Optional.of(Originals.parse(Files.readAllBytes(file()))) : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("read " + file() + ": " + e, e);
        } catch (CniException e) {
            log.accept(file() + " is none of ours and is not used: " + e.getMessage());
            return Optional.empty();
        }
    }

    private void write(Originals originals) {
        try {
            Files.createDirectories(directory, OWNERS_DIRECTORY);
            writeTemporary(originals.json(owner).pretty());
            Files.move(temporary(), file(), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("write " + file() + ": " + e, e);
        }
    }

    private void writeTemporary(String text) throws IOException {
        Set<StandardOpenOption> replacing =
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        try (SeekableByteChannel out = Files.newByteChannel(temporary(), replacing, OWNERS_FILE)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(UTF_8));
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        }
    }

    /** Removes the file, and what a call that was killed may have left beside it. */
    void remove() {
        try {
            Files.deleteIfExists(file());
            Files.deleteIfExists(temporary());
        } catch (IOException e) {
            throw new UncheckedIOException("remove " + file() + ": " + e, e);
        }
    }

    /** Removes the files of this network that belong to no valid attachment. The reference's do not say whose they are, and stay. */
    void collect(ValidOwners owners, Cleanup cleanup) {
        for (Path file : files()) {
            cleanup.attempt(() -> collect(file, owners));
        }
    }

    private List<Path> files() {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, "*.json")) {
            entries.forEach(files::add);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("list " + directory + ": " + e, e);
        }
        return files;
    }

    private void collect(Path file, ValidOwners owners) {
        try {
            if (Originals.owner(Files.readAllBytes(file))
                    .filter(owners::isStale)
                    .isPresent()) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException gone) {
            // by a DEL meanwhile
        } catch (IOException e) {
            throw new UncheckedIOException("collect " + file + ": " + e, e);
        } catch (CniException e) {
            log.accept(file + " is none of ours and stays: " + e.getMessage());
        }
    }

    private Path file() {
        return directory.resolve(name());
    }

    private Path temporary() {
        return directory.resolve("." + name() + ".new");
    }

    private String name() {
        return owner.containerId() + "_" + owner.ifName() + ".json";
    }
}
