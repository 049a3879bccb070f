package dev.hawser.app;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The plugin files in the CNI bin directory: copies of the launcher under the names that configurations use. What stood
 * under such a name before is kept in {@code .hawser-originals} until it is put back; our own file is never kept as an
 * original.
 */
final class InstallPlugins {

    private static final String OWN_NAME = "hawser";
    private static final String ORIGINALS = ".hawser-originals";

    private final Path directory;
    private final Path originals;

    InstallPlugins(Path directory) {
        this.directory = directory.toAbsolutePath().normalize();
        this.originals = this.directory.resolve(ORIGINALS);
    }

    /**
     * How to put the launcher under all names.
     *
     * @param types the plugin types that there are: {@code bridge} is installed as {@code hawser-bridge}
     * @param dropIn whether to take {@code bridge} over too; a name once taken is kept up to date in any case
     */
    List<InstallStep> install(byte[] launcher, List<String> types, boolean dropIn) throws IOException {
        List<InstallStep> steps = new ArrayList<>();
        if (!Files.isDirectory(directory)) {
            steps.add(new InstallStep("create " + directory, () -> Files.createDirectories(directory)));
        }
        for (String name : names(types, dropIn)) {
            Path file = directory.resolve(name);
            if (isForeign(file)) {
                steps.add(new InstallStep("keep   " + original(name), () -> keep(name)));
            }
            steps.add(
                    new InstallStep("write  " + file, () -> InstallFiles.write(file, launcher, InstallFiles.PROGRAM)));
        }
        return steps;
    }

    /** How to put everything back as it was before {@link #install}, whichever release did that. */
    List<InstallStep> uninstall() throws IOException {
        List<InstallStep> steps = new ArrayList<>();
        for (String name : namesIn(originals)) {
            if (!isForeign(directory.resolve(name))) {
                steps.add(new InstallStep("restore " + directory.resolve(name), () -> restore(name)));
            }
        }
        for (String name : namesIn(directory)) {
            Path file = directory.resolve(name);
            if (InstallLauncher.isOurs(file) && !Files.exists(original(name), NOFOLLOW_LINKS)) {
                steps.add(new InstallStep("delete " + file, () -> Files.delete(file)));
            }
        }
        return steps;
    }

    /** Originals whose place somebody else's file has taken since: putting them back would destroy that. */
    List<Path> originalsLeft() throws IOException {
        List<Path> left = new ArrayList<>();
        for (String name : namesIn(originals)) {
            if (isForeign(directory.resolve(name))) {
                left.add(original(name));
            }
        }
        return left;
    }

    private Set<String> names(List<String> types, boolean dropIn) throws IOException {
        Set<String> names = new TreeSet<>(Set.of(OWN_NAME));
        for (String type : types) {
            names.add(type.equals(OWN_NAME) ? OWN_NAME : OWN_NAME + "-" + type);
            if (dropIn || InstallLauncher.isOurs(directory.resolve(type))) {
                names.add(type);
            }
        }
        return names;
    }

    private Path original(String name) {
        return originals.resolve(name);
    }

    private static boolean isForeign(Path file) throws IOException {
        return Files.exists(file, NOFOLLOW_LINKS) && !InstallLauncher.isOurs(file);
    }

    private void keep(String name) throws IOException {
        Files.createDirectories(originals);
        InstallFiles.copy(directory.resolve(name), original(name));
    }

    private void restore(String name) throws IOException {
        Files.move(original(name), directory.resolve(name), ATOMIC_MOVE);
        if (namesIn(originals).isEmpty()) {
            Files.delete(originals);
        }
    }

    private static Set<String> namesIn(Path directory) throws IOException {
        Set<String> names = new TreeSet<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
                files.forEach(file -> names.add(file.getFileName().toString()));
            }
        }
        return names;
    }
}
