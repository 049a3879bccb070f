package dev.hawser.app;

import dev.hawser.run.Plugin;
import dev.hawser.spec.CniVersion;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.Spec;

/** What people type: without CNI_COMMAND in the environment, this is what {@code hawser} is. */
@Command(
        name = "hawser",
        mixinStandardHelpOptions = true,
        versionProvider = Commands.VersionText.class,
        description = "Moors containers to the node's network: a CNI plugin suite.",
        subcommands = {
            VersionCommand.class,
            PlanCommand.class,
            ConvertCommand.class,
            NetCommand.class,
            IpamCommand.class,
            UninstallCommand.class,
            AutoComplete.GenerateCompletion.class
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  hawser plan /etc/cni/net.d/10-hawser.conflist      what an ADD would do here, touching nothing",
            "  ip netns add blue && hawser net add hawser blue    give the namespace blue a network",
            "  hawser ipam show                                   pools, how full they are, and who has which address",
            "  hawser convert /etc/cni/net.d/87-podman.conflist    the same network by one plugin instead of a chain",
            "  source <(hawser generate-completion)               completion for bash and zsh",
            "",
            "With CNI_COMMAND set, hawser is the CNI plugin that its file name or --type says.",
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:done",
            "1:it failed; stderr says why, or stdout as a CNI error if a plugin was executed",
            "2:the command line is wrong",
        })
public final class Commands implements Runnable {

    @Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    private static final String PROGRAM = "hawser";

    private static final String NO_DAEMON =
            "dhcp daemon: there is nothing to run: each call asks DHCP servers itself, and"
                    + " hawser's helper renews the leases (hawser helper run, or systemctl enable --now hawser.socket): disable"
                    + " this service";

    /**
     * Runs a command line and returns the exit status.
     *
     * @param argv0 the file that was executed; that of a plugin tells about itself, as every CNI plugin does
     * @param more commands of rooms that this one does not know, each a class annotated for picocli
     */
    public static int run(String argv0, List<String> args, List<Object> more) {
        String name = argv0.substring(argv0.lastIndexOf('/') + 1);
        Optional<Plugin> plugin = name.equals(PROGRAM) ? Optional.empty() : Wiring.plugin(Plugin.typeOf(name));
        if (plugin.isPresent()) {
            about(plugin.get());
            if (isDaemon(plugin.get(), args)) {
                System.err.println(NO_DAEMON);
            }
            return 0;
        }
        return commandLine(more).execute(args.toArray(String[]::new));
    }

    /** The file that was executed, as the launcher says it. */
    public static String argv0() {
        return System.getProperty("hawser.argv0", PROGRAM);
    }

    /** The tree that this program was started from, as the launcher says it. */
    public static Path home() {
        return Path.of(System.getProperty("hawser.home", "."));
    }

    /** What the reference's unit files execute. */
    private static boolean isDaemon(Plugin plugin, List<String> args) {
        return plugin.type().equals("dhcp")
                && !args.isEmpty()
                && args.getFirst().equals("daemon");
    }

    /** Two lines as the reference's: {@code CNI firewall plugin v1.1.0} is what nerdctl reads, up to the end of the line. */
    private static void about(Plugin plugin) {
        String versions = plugin.versions().stream().map(CniVersion::text).collect(Collectors.joining(", "));
        System.err.println("CNI " + plugin.type() + " plugin " + Version.OF_PLUGINS);
        System.err.println("CNI protocol versions supported: " + versions);
    }

    private static CommandLine commandLine(List<Object> more) {
        IExecutionExceptionHandler oneLine = (failure, commandLine, parsed) -> {
            PrintWriter err = commandLine.getErr();
            err.println(commandLine.getCommandSpec().qualifiedName() + ": " + failure.getMessage());
            return commandLine.getCommandSpec().exitCodeOnExecutionException();
        };
        List<String> types = Wiring.plugins().stream().map(Plugin::type).toList();
        CommandLine commandLine = new CommandLine(new Commands()).addSubcommand(new InstallCommand(home(), types));
        more.forEach(commandLine::addSubcommand);
        return commandLine.setExecutionExceptionHandler(oneLine);
    }

    /** Without a command: what there is. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /** The line of {@code --version}. */
    static final class VersionText implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"hawser " + Version.TEXT};
        }
    }
}
