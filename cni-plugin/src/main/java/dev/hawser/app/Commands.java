package dev.hawser.app;

import dev.hawser.run.Plugin;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.Spec;

/** What people type. */
@Command(
        name = "hawser",
        mixinStandardHelpOptions = true,
        versionProvider = Commands.VersionText.class,
        description = "Moors containers to the node's network: a CNI plugin suite.",
        subcommands = {
            VersionCommand.class,
            PlanCommand.class,
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
final class Commands implements Runnable {

    @Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    /** Runs a command line and says how it ended. */
    static int run(List<String> args) {
        IExecutionExceptionHandler oneLine = (failure, commandLine, parsed) -> {
            PrintWriter err = commandLine.getErr();
            err.println(commandLine.getCommandSpec().qualifiedName() + ": " + failure.getMessage());
            return commandLine.getCommandSpec().exitCodeOnExecutionException();
        };
        Path home = Path.of(System.getProperty("hawser.home", "."));
        List<String> types = Wiring.plugins().stream().map(Plugin::type).toList();
        CommandLine commandLine = new CommandLine(new Commands())
                .addSubcommand(new InstallCommand(home, types))
                .setExecutionExceptionHandler(oneLine);
        return commandLine.execute(args.toArray(String[]::new));
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
