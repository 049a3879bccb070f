package dev.hawser.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code hawser uninstall}: the way back from {@link InstallCommand}. */
@Command(
        name = "uninstall",
        description = {
            "Remove Hawser from this node and put back the plugins that it took over.",
            "",
            "Leases and network configurations are left alone: the reference plugins go on with them.",
            ""
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:removed, or there was nothing", "1:failed; run it again", "2:wrong usage"})
final class UninstallCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--prefix",
            paramLabel = "DIR",
            defaultValue = InstallCommand.DEFAULT_PREFIX,
            description = "Where Hawser lives (default: ${DEFAULT-VALUE}).")
    private Path prefix = Path.of(InstallCommand.DEFAULT_PREFIX);

    @Option(
            names = "--cni-bin",
            paramLabel = "DIR",
            defaultValue = InstallCommand.DEFAULT_CNI_BIN,
            description = "Where container runtimes look for plugins (default: ${DEFAULT-VALUE}).")
    private Path cniBin = Path.of(InstallCommand.DEFAULT_CNI_BIN);

    @Option(
            names = "--conf-dir",
            paramLabel = "DIR",
            defaultValue = InstallCommand.DEFAULT_CONF_DIR,
            description = "Where to look for configurations that still name Hawser (default: ${DEFAULT-VALUE}).")
    private Path confDir = Path.of(InstallCommand.DEFAULT_CONF_DIR);

    @Option(names = "--dry-run", description = "Say what would be done, and do nothing.")
    private boolean dryRun;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        InstallStep.runAll(this::steps, dryRun, out::println);
        left().forEach(out::println);
        out.println(dryRun ? "Nothing was done (--dry-run)." : "Hawser is removed.");
        out.flush();
        return 0;
    }

    /** The plugins first: as long as one is there, its tree is too. */
    private List<InstallStep> steps() throws IOException {
        List<InstallStep> steps = new ArrayList<>(new InstallPlugins(cniBin).uninstall());
        steps.addAll(new InstallTree(prefix).uninstall());
        return steps;
    }

    private List<String> left() throws IOException {
        List<String> left = new ArrayList<>();
        for (Path original : new InstallPlugins(cniBin).originalsLeft()) {
            left.add("left   " + original + ": another file has taken its place");
        }
        for (Path file : InstallConfiguration.namingHawser(confDir)) {
            left.add("left   " + file + ": names Hawser's plugins, which are no longer there");
        }
        left.add("left   leases and results in /var/lib/cni, configurations in " + confDir);
        return left;
    }
}
