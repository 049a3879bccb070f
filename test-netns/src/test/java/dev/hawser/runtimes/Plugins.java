package dev.hawser.runtimes;

import dev.hawser.resident.ThisRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where the executables are that a runtime finds in its CNI bin directory.
 *
 * <ul>
 *   <li>{@code HAWSER_CNI_BIN}: an installation to test in place of the tree that {@code scripts/build.sh} leaves
 *   <li>{@code HAWSER_PEER_DIR}: reference plugins to test against in place of those that {@code scripts/peers.sh} fetches
 * </ul>
 */
final class Plugins {

    private static final Path TARGET = Path.of("..", "target").toAbsolutePath().normalize();

    private Plugins() {}

    /** The reference plugins. */
    static Path reference() {
        Path directory = variable("HAWSER_PEER_DIR").orElse(TARGET.resolve("peers/cni"));
        return require(directory, "run scripts/peers.sh, or set HAWSER_PEER_DIR");
    }

    /** The names of the reference plugins. */
    static List<String> referenceNames() {
        try (Stream<Path> files = Files.list(reference())) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The names of the plugins that Hawser has, as it says. */
    static Set<String> hawserNames() {
        String version = Command.of(built().toString(), "version", "--json").run();
        return Json.map(Json.member(Json.parse(version), "plugins")).keySet().stream()
                .map(Object::toString)
                .collect(Collectors.toSet());
    }

    /** The program of the tree that was built. */
    static Path built() {
        Path launcher = TARGET.resolve("hawser/bin/hawser");
        if (!Files.isExecutable(launcher)) {
            throw new AssertionError("no " + launcher + ": run scripts/build.sh first, or set HAWSER_CNI_BIN");
        }
        return launcher;
    }

    /** The programs of the newest containerd. */
    static Path containerd() {
        Path directory = TARGET.resolve("peers/bin");
        if (!Files.isExecutable(directory.resolve("containerd"))) {
            throw new AssertionError("no containerd in " + directory + ": run scripts/peers.sh");
        }
        return directory;
    }

    /** A CNI bin directory with Hawser installed into it under every name of the reference. */
    static Path hawser(Workspace workspace) {
        Path bin = workspace.directory("cni-bin");
        Optional<Path> named = variable("HAWSER_CNI_BIN");
        ThisRun.requireBuiltTree(named);
        named.ifPresentOrElse(installed -> link(bin, installed), () -> install(workspace, bin));
        return require(bin, "scripts/build.sh");
    }

    private static void install(Workspace workspace, Path bin) {
        Path prefix = workspace.path("opt");
        Command.of(
                        built().toString(),
                        "install",
                        "--prefix",
                        prefix.toString(),
                        "--cni-bin",
                        bin.toString(),
                        "--drop-in")
                .run();
        if (ThisRun.isThroughHelper()) {
            ThisRun.forbidColdCalls(prefix);
        }
    }

    private static void link(Path bin, Path installed) {
        try (Stream<Path> plugins = Files.list(require(installed, "set HAWSER_CNI_BIN to a CNI bin directory"))) {
            for (Path plugin : plugins.toList()) {
                Files.createSymbolicLink(bin.resolve(plugin.getFileName()), plugin);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<Path> variable(String name) {
        return Optional.ofNullable(System.getenv(name)).map(Path::of).map(Path::toAbsolutePath);
    }

    private static Path require(Path directory, String advice) {
        if (!Files.isExecutable(directory.resolve("bridge"))) {
            throw new AssertionError("no plugin bridge in " + directory + ": " + advice);
        }
        return directory;
    }
}
