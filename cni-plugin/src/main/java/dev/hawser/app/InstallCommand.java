package dev.hawser.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code hawser install}: puts the tree that this program belongs to, and its plugins, where container runtimes look. */
@Command(
        name = "install",
        description = {
            "Install Hawser on this node, or upgrade it while pods come and go.",
            "",
            "Every file is put in its place by a rename: a running container runtime never meets half a file. Run it as"
                    + " often as you like.",
            ""
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:installed",
            "1:failed; what is said to be done is done, and what was there before still works",
            "2:wrong usage"
        })
final class InstallCommand implements Callable<Integer> {

    static final String DEFAULT_PREFIX = "/opt/hawser";
    static final String DEFAULT_CNI_BIN = "/opt/cni/bin";
    static final String DEFAULT_CONF_DIR = "/etc/cni/net.d";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--prefix",
            paramLabel = "DIR",
            defaultValue = DEFAULT_PREFIX,
            description = "Where Hawser lives (default: ${DEFAULT-VALUE}). A symbolic link to the release in use.")
    private Path prefix = Path.of(DEFAULT_PREFIX);

    @Option(
            names = "--cni-bin",
            paramLabel = "DIR",
            defaultValue = DEFAULT_CNI_BIN,
            description = "Where container runtimes look for plugins (default: ${DEFAULT-VALUE}).")
    private Path cniBin = Path.of(DEFAULT_CNI_BIN);

    @Option(
            names = "--drop-in",
            description = "Take over the reference plugins' names too (bridge, host-local, ...). What was there is kept"
                    + " for `hawser uninstall`.")
    private boolean dropIn;

    @Option(
            names = "--conf",
            paramLabel = "FILE",
            description =
                    "A network configuration list to copy into --conf-dir. Without it no configuration is written.")
    private Optional<Path> conf = Optional.empty();

    @Option(
            names = "--conf-dir",
            paramLabel = "DIR",
            defaultValue = DEFAULT_CONF_DIR,
            description = "Where container runtimes look for configurations (default: ${DEFAULT-VALUE}).")
    private Path confDir = Path.of(DEFAULT_CONF_DIR);

    @Option(names = "--dry-run", description = "Say what would be done, and do nothing.")
    private boolean dryRun;

    private final Path home;
    private final List<String> types;

    /**
     * @param home the tree to install
     * @param types the plugin types that there are, by the reference's names
     */
    InstallCommand(Path home, List<String> types) {
        this.home = home.toAbsolutePath();
        this.types = List.copyOf(types);
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        InstallStep.runAll(this::steps, dryRun, out::println);
        out.println(dryRun ? "Nothing was done (--dry-run)." : "Hawser is installed.");
        out.flush();
        return 0;
    }

    /** The tree first: a plugin file never names a release that is not there yet. */
    private List<InstallStep> steps() throws IOException {
        if (!InstallTree.isTree(home)) {
            throw new IOException(
                    home + " is not an installable tree: run bin/hawser of one, or scripts/build.sh first");
        }
        InstallTree tree = new InstallTree(prefix);
        byte[] launcher = InstallLauncher.read(home.resolve("bin/hawser")).withPrefix(tree.prefix());
        List<InstallStep> steps = new ArrayList<>(tree.install(home));
        steps.addAll(new InstallPlugins(cniBin).install(launcher, types, dropIn));
        if (conf.isPresent()) {
            steps.addAll(InstallConfiguration.install(conf.get(), confDir));
        }
        return steps;
    }
}
