package dev.hawser.shim;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hawser.spec.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hawser trace}. */
@Command(
        name = "trace",
        mixinStandardHelpOptions = true,
        description = "Show what the last calls of a container spent their time on, if the helper made them.",
        footerHeading = "%nPhases:%n",
        footer = {
            "  launcher   from the start of the plugin file to the arrival of the call",
            "  queue      waiting for a thread, and for earlier calls of the container",
            "  parse      reading the call and deciding what to do",
            "  lease      taking and giving back addresses",
            "  server     waiting for a DHCP server",
            "  kernel     links, addresses, routes, kernel parameters",
            "  firewall   nftables and iptables",
            "  answer     until the runtime has read the answer",
            "",
            "The helper remembers its last 1,000 calls. HAWSER_SOCKET says which helper is asked. If none runs,",
            "or it remembers no call, the exit status is 1.",
        })
final class TraceCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            paramLabel = "<containerId>",
            description = "CNI_CONTAINERID, or how it begins: crictl calls it the pod's id.")
    private String containerId = "";

    @Option(names = "--json", description = "Print JSON, for scripts.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        String name = URLEncoder.encode(containerId, UTF_8).replace("+", "%20");
        Json trace = HelperPages.of(System.getenv()).get("/trace/" + name);
        List<Figures> calls = Figures.list(trace);
        if (calls.isEmpty()) {
            throw new IOException("the helper remembers no call of " + containerId
                    + ": it keeps the last 1,000 that it made itself, since it was started");
        }
        PrintWriter out = spec.commandLine().getOut();
        out.print(json ? trace.pretty() + "\n" : TraceText.of(calls));
        out.flush();
        return 0;
    }
}
