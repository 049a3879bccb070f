package dev.hawser.app;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Files that appear whole or not at all: written under a temporary name beside their place, then renamed. */
final class InstallFiles {

    static final Set<PosixFilePermission> PROGRAM = PosixFilePermissions.fromString("rwxr-xr-x");
    static final Set<PosixFilePermission> TEXT = PosixFilePermissions.fromString("rw-r--r--");

    private static final Set<PosixFilePermission> OTHERS_MAY_WRITE = PosixFilePermissions.fromString("----w--w-");
    private static final String TEMPORARY = ".hawser-new-";

    private InstallFiles() {}

    /** Puts a file in its place; whoever runs or reads the old one keeps the old one (no ETXTBSY, never a half file). */
    static void write(Path target, byte[] content, Set<PosixFilePermission> mode) throws IOException {
        place(target, temporary -> {
            Files.createFile(temporary);
            Files.setPosixFilePermissions(temporary, mode);
            writeToDisk(temporary, content);
        });
    }

    /** Copies a file, or a symbolic link as such, with its mode and times. */
    static void copy(Path source, Path target) throws IOException {
        place(target, temporary -> copyFile(source, temporary));
    }

    /** Makes {@code link} a symbolic link to {@code target}, replacing the link or file that is there. */
    static void link(Path link, Path target) throws IOException {
        place(link, temporary -> Files.createSymbolicLink(temporary, target));
    }

    /** The name of something that is not there yet, beside {@code path}: the same prefix, another end each time. */
    static Path fresh(Path path, String infix) {
        String end = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
        return path.resolveSibling("." + path.getFileName() + infix + end);
    }

    /** What {@link #fresh} named beside {@code path}, now or in an earlier run. */
    static List<Path> allFresh(Path path, String infix) throws IOException {
        List<Path> found = new ArrayList<>();
        String glob = "." + path.getFileName() + infix + "[0-9a-f]*";
        try (DirectoryStream<Path> siblings = Files.newDirectoryStream(parent(path), glob)) {
            siblings.forEach(found::add);
        }
        return found;
    }

    static Path parent(Path path) {
        Path parent = path.toAbsolutePath().getParent();
        return parent == null ? path.toAbsolutePath() : parent;
    }

    /**
     * Copies a directory with everything in it. The copy belongs to whoever runs this, and nobody else may write to it:
     * an archive unpacked by somebody else must not hand them programs that root runs. Times are kept, because the
     * AOT cache knows its jars by size and time.
     */
    static void copyTree(Path source, Path target) throws IOException {
        Files.walkFileTree(source, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                Path copy = target.resolve(source.relativize(directory));
                Files.createDirectories(copy);
                Files.setPosixFilePermissions(copy, PROGRAM);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                copyFile(file, target.resolve(source.relativize(file)));
                return FileVisitResult.CONTINUE;
            }
        });
    }

    static void deleteTree(Path root) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                    throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static void place(Path target, Writer writer) throws IOException {
        Path temporary = fresh(target, TEMPORARY);
        try {
            writer.write(temporary);
            Files.move(temporary, target, ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static void copyFile(Path source, Path target) throws IOException {
        Files.copy(source, target, NOFOLLOW_LINKS);
        if (Files.isSymbolicLink(source)) {
            return;
        }
        Set<PosixFilePermission> mode = Files.getPosixFilePermissions(source);
        mode.removeAll(OTHERS_MAY_WRITE);
        Files.setPosixFilePermissions(target, mode);
        Files.setLastModifiedTime(target, Files.getLastModifiedTime(source));
    }

    private static void writeToDisk(Path file, byte[] content) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer rest = ByteBuffer.wrap(content);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            channel.force(true);
        }
    }

    @FunctionalInterface
    private interface Writer {
        void write(Path temporary) throws IOException;
    }
}
