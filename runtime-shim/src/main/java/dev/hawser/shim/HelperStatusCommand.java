package dev.hawser.shim;

import dev.hawser.spec.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code hawser helper status}. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Show how the helper is: its calls, how long they take, who waits, how full the pools are.",
        footerHeading = "%nThe same and more, for machines:%n",
        footer = {
            "  curl --unix-socket /run/hawser/hawser.sock.http http://helper/metrics    for Prometheus",
            "  curl --unix-socket /run/hawser/hawser.sock.http http://helper/healthz    says ok, or 503 while it drains",
            "",
            "It answers however busy the helper is. HAWSER_SOCKET says which helper is asked. If none runs, the exit status is 1.",
        })
final class HelperStatusCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--json", description = "Print JSON, for scripts.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        Json status = HelperPages.of(System.getenv()).get("/status");
        PrintWriter out = spec.commandLine().getOut();
        out.print(json ? status.pretty() + "\n" : StatusText.of(Figures.of(status)));
        out.flush();
        return 0;
    }
}
