package dev.hawser.netns;

import dev.hawser.resident.RunningHelper;
import dev.hawser.resident.ThisRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The plugin files under test, and the one place that knows how a plugin is called. */
final class CniPlugin {

    /** What {@code scripts/build.sh} leaves, seen from this module's directory. */
    static final Path TREE = Path.of("..", "target", "hawser").toAbsolutePath().normalize();

    private static final Path BUILT = TREE.resolve("bin/hawser");

    /** The newest release of the reference, as {@code scripts/peers.sh} fetches it; Debian's own is years behind. */
    private static final Path FETCHED = TREE.resolveSibling("peers").resolve("cni");

    private CniPlugin() {}

    /**
     * The directory with the plugin files under test: system property {@code hawser.cni.bin}, else the environment's
     * {@code HAWSER_CNI_BIN}, else the tree that was built, installed for this run of the tests.
     */
    static Path directory() {
        Optional<Path> named = setting("hawser.cni.bin", "HAWSER_CNI_BIN");
        ThisRun.requireBuiltTree(named);
        Path directory = named.orElseGet(CniPlugin::installed);
        if (!Files.isExecutable(directory.resolve("bridge"))) {
            throw new AssertionError("no executable bridge in " + directory
                    + ": HAWSER_CNI_BIN or -Dhawser.cni.bin names" + " the CNI bin directory to test");
        }
        return directory;
    }

    /** The reference's plugins, for the tests that let both work on one node; empty if nobody has fetched them. */
    static Optional<Path> referenceDirectory() {
        return setting("hawser.peer.dir", "HAWSER_PEER_DIR")
                .or(() -> Optional.of(FETCHED))
                .filter(directory -> Files.isExecutable(directory.resolve("host-local")));
    }

    /**
     * Executes a plugin file in a namespace as a runtime does: this environment and no other, the configuration on stdin.
     * Whoever wants to reach the plugins another way replaces this method.
     */
    static Answer execute(Host host, Path file, Map<String, String> environment, byte[] stdin) {
        List<String> command = Shell.join(host.netns().entering(), List.of(file.toString()));
        Map<String, String> variables = new TreeMap<>(environment);
        variables.putIfAbsent(RunningHelper.SOCKET_VARIABLE, host.socket());
        Shell.Exit exit = Shell.run(command, variables, stdin);
        ThisRun.requireNotForbidden(exit.stdout());
        return new Answer(exit.status(), exit.stdout(), exit.stderr());
    }

    private static Path installed() {
        if (!Files.isExecutable(BUILT)) {
            throw new AssertionError("no plugins to test: there is no " + BUILT
                    + ": run scripts/build.sh first, or name a CNI bin directory with HAWSER_CNI_BIN");
        }
        return Installed.BIN;
    }

    private static Optional<Path> setting(String property, String variable) {
        return Optional.ofNullable(System.getProperty(property))
                .or(() -> Optional.ofNullable(System.getenv(variable)))
                .filter(value -> !value.isBlank())
                .map(value -> Path.of(value).toAbsolutePath());
    }

    /** The built tree as {@code hawser install} installs it, made when first asked for and gone with this JVM. */
    private static final class Installed {

        static final Path BIN = install();

        private static Path install() {
            TemporaryDirectory directory = TemporaryDirectory.create("hawser-installed-");
            Runtime.getRuntime().addShutdownHook(new Thread(directory::close));
            Path prefix = directory.path().resolve("hawser");
            Path bin = directory.path().resolve("bin");
            Shell.output(List.of(
                    BUILT.toString(),
                    "install",
                    "--prefix",
                    prefix.toString(),
                    "--cni-bin",
                    bin.toString(),
                    "--drop-in"));
            if (ThisRun.isThroughHelper()) {
                ThisRun.forbidColdCalls(prefix);
            }
            return bin;
        }
    }
}
