package dev.hawser.shim;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Spec;

/** {@code hawser helper}. */
@Command(
        name = "helper",
        mixinStandardHelpOptions = true,
        description = "The resident helper: makes plugin calls without the start of a JVM. It is optional.",
        subcommands = {HelperRunCommand.class, HelperStatusCommand.class})
final class HelperCommand implements Runnable {

    @Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
