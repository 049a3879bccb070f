package dev.hawser.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hawser net}: what cnitool does, by the same environment variables. */
@Command(
        name = "net",
        mixinStandardHelpOptions = true,
        description = {
            "Attach a network namespace to a network by hand, as a container runtime would.",
            "",
            "The plugins are looked for in CNI_PATH; those that Hawser has run even if nothing is installed.",
        },
        footerHeading = "%nEnvironment, as for cnitool:%n",
        footer = {
            "  NETCONFPATH   where networks are configured (/etc/cni/net.d)",
            "  CNI_PATH      where plugins are (/opt/cni/bin)",
            "  CNI_IFNAME    the interface's name in the namespace (eth0)",
            "  CNI_ARGS      extra arguments, KEY=VALUE;KEY=VALUE",
            "  CAP_ARGS      capabilities as JSON: {\"mac\": \"02:00:00:00:00:05\"}",
            "",
            "Example: ip netns add blue && hawser net add mynet blue && ip -n blue address",
        })
final class NetCommand implements Callable<Integer> {

    /** What to do. */
    enum Verb {
        add,
        del,
        check,
        gc,
        status
    }

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(index = "0", paramLabel = "<verb>", description = "One of ${COMPLETION-CANDIDATES}.")
    private Verb verb = Verb.status;

    @Parameters(index = "1", paramLabel = "<network>", description = "The name of the network.")
    private String network = "";

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "<netns>",
            description = "The namespace: a path, or a name of ip-netns(8). Not for gc and status.")
    private String netns = "";

    @Option(
            names = "--keep",
            paramLabel = "<containerId>/<ifName>",
            description = "gc: an attachment that is in use. Whatever is not named so is removed.")
    private List<String> keep = List.of();

    @Option(names = "--all", description = "gc: no attachment is in use: remove everything of the network.")
    private boolean all;

    @Override
    public Integer call() throws IOException {
        Map<String, String> environment = System.getenv();
        NetworkList list =
                NetworkList.find(Path.of(environment.getOrDefault("NETCONFPATH", "/etc/cni/net.d")), network);
        NetworkRuntime runtime = new NetworkRuntime(list, environment, new ResultCache(ResultCache.DEFAULT));
        PrintWriter out = spec.commandLine().getOut();
        switch (verb) {
            case add -> out.println(runtime.add(attachment(environment)).pretty());
            case del -> runtime.delete(attachment(environment));
            case check -> runtime.check(attachment(environment));
            case gc -> runtime.collect(attachmentsToKeep());
            case status -> runtime.status();
        }
        out.flush();
        return 0;
    }

    /** Forgetting an option must not cut off every pod of a network. */
    private List<String> attachmentsToKeep() {
        if (keep.isEmpty() && !all) {
            throw new ParameterException(
                    spec.commandLine(), "gc needs --keep for each attachment in use, or --all if none is");
        }
        return keep;
    }

    private NetworkRuntime.Target attachment(Map<String, String> environment) {
        if (netns.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), verb + " needs a <netns>: a path, or a name of ip-netns(8)");
        }
        Path path = Path.of(netns.contains("/") ? netns : "/var/run/netns/" + netns)
                .toAbsolutePath()
                .normalize();
        return new NetworkRuntime.Target(
                containerId(path), path.toString(), environment.getOrDefault("CNI_IFNAME", "eth0"));
    }

    /** As cnitool names the container of a namespace, so that each finds what the other attached. */
    private static String containerId(Path netns) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-512").digest(netns.toString().getBytes(StandardCharsets.UTF_8));
            return "cnitool-" + HexFormat.of().formatHex(digest, 0, 10);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-512", e);
        }
    }
}
