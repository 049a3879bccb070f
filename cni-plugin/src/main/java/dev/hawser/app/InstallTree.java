package dev.hawser.app;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The installed tree. The prefix is a symbolic link to a directory beside it, and an upgrade points the link to another:
 *
 * <pre>{@code
 * /opt/hawser -> .hawser.tree-5f3c0a11      the release in use
 * /opt/.hawser.tree-5f3c0a11/{bin,conf,lib,runtime}
 * /opt/.hawser.tree-0be71d42/…              the one before: calls that started in it end in it
 * }</pre>
 *
 * A call resolves the link once, when it starts, and so never sees files of two releases. An archive that was unpacked at
 * the prefix itself is left as it is.
 */
final class InstallTree {

    private static final String INFIX = ".tree-";

    private final Path prefix;

    InstallTree(Path prefix) {
        this.prefix = prefix.toAbsolutePath().normalize();
    }

    Path prefix() {
        return prefix;
    }

    /** Whether the directory looks like a built tree, as bin/hawser does when it looks for its installation. */
    static boolean isTree(Path directory) {
        return Files.isRegularFile(directory.resolve("lib/classpath"))
                && Files.isRegularFile(directory.resolve("bin/hawser"));
    }

    /**
     * How to get a copy of the tree {@code home} to the prefix.
     *
     * @throws IOException if the prefix is something that must not be replaced
     */
    List<InstallStep> install(Path home) throws IOException {
        if (Files.exists(prefix) && Files.isSameFile(home, prefix)) {
            return List.of();
        }
        if (!isReplaceable()) {
            throw new IOException(
                    "install into " + prefix + ": it is there and not Hawser's: remove it or choose another --prefix");
        }
        return List.of(new InstallStep("copy " + home + " to " + prefix, () -> replaceWith(home)));
    }

    /** How to remove what {@link #install} put there, older releases included. */
    List<InstallStep> uninstall() throws IOException {
        List<InstallStep> steps = new ArrayList<>();
        if (Files.isSymbolicLink(prefix)) {
            steps.add(new InstallStep("delete " + prefix, () -> Files.delete(prefix)));
        } else if (isTree(prefix)) {
            steps.add(new InstallStep("delete " + prefix, () -> InstallFiles.deleteTree(prefix)));
        }
        for (Path tree : trees()) {
            steps.add(new InstallStep("delete " + tree, () -> InstallFiles.deleteTree(tree)));
        }
        return steps;
    }

    private boolean isReplaceable() throws IOException {
        return !Files.exists(prefix, NOFOLLOW_LINKS)
                || Files.isSymbolicLink(prefix)
                || isTree(prefix)
                || isEmptyDirectory(prefix);
    }

    private static boolean isEmptyDirectory(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return false;
        }
        try (DirectoryStream<Path> content = Files.newDirectoryStream(directory)) {
            return !content.iterator().hasNext();
        }
    }

    private void replaceWith(Path home) throws IOException {
        Files.createDirectories(InstallFiles.parent(prefix));
        Path copy = InstallFiles.fresh(prefix, INFIX);
        try {
            InstallFiles.copyTree(home, copy);
        } catch (IOException e) {
            InstallFiles.deleteTree(copy);
            throw e;
        }
        Optional<Path> previous = makeWay();
        InstallFiles.link(prefix, copy.getFileName());
        deleteAllBut(copy, previous);
    }

    /**
     * A link can be replaced by a rename, a directory cannot: it is moved aside first.
     *
     * @return where the tree in use so far is now
     */
    private Optional<Path> makeWay() throws IOException {
        if (Files.isDirectory(prefix, NOFOLLOW_LINKS)) {
            return Optional.of(Files.move(prefix, InstallFiles.fresh(prefix, INFIX), ATOMIC_MOVE));
        }
        return Files.exists(prefix) ? Optional.of(prefix.toRealPath()) : Optional.empty();
    }

    private void deleteAllBut(Path current, Optional<Path> previous) throws IOException {
        for (Path tree : trees()) {
            boolean inUse =
                    Files.isSameFile(tree, current) || (previous.isPresent() && Files.isSameFile(tree, previous.get()));
            if (!inUse) {
                InstallFiles.deleteTree(tree);
            }
        }
    }

    private List<Path> trees() throws IOException {
        return Files.isDirectory(InstallFiles.parent(prefix)) ? InstallFiles.allFresh(prefix, INFIX) : List.of();
    }
}
