package dev.hawser.runtimes;

import dev.hawser.runtimes.Command.Outcome;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;

/**
 * A machine with two CNI bin directories, Hawser's and the reference's, one network, and one pool of addresses: plugins are
 * executed as a runtime executes them, and each pod can be served by either.
 */
final class CniNode implements AutoCloseable {

    static final String NETWORK = "shared";

    private final Namespace host = Namespace.create();
    private final Workspace workspace = Workspace.create("hawser-migration");
    private final ConcurrentLinkedQueue<Namespace> pods = new ConcurrentLinkedQueue<>();
    private final Hawser hawser;
    private final String conf;

    private CniNode(UnaryOperator<String> conf) {
        this.conf = conf.apply(workspace.path("networks").toString());
        this.hawser = installedOrCleanedUp();
    }

    /**
     * A new machine.
     *
     * @param conf the network configuration, for the directory of the pools
     */
    static CniNode start(UnaryOperator<String> conf) {
        return new CniNode(conf);
    }

    Namespace host() {
        return host;
    }

    Pool pool() {
        return new Pool(workspace.path("networks").resolve(NETWORK));
    }

    /** ADD for a new pod. */
    Attached add(Suite suite) {
        Namespace namespace = Namespace.create();
        pods.add(namespace);
        String id = Names.unique("container-");
        String result = call("ADD", suite, id, namespace, conf).run();
        return new Attached(id, namespace, addresses(Json.parse(result)), result);
    }

    /** DEL with the result of ADD, as containerd and podman pass it. */
    Outcome delete(Suite suite, Attached pod) {
        String withPrevious = conf.strip().replaceFirst("\\}$", ", \"prevResult\": ") + pod.result() + "}";
        return call("DEL", suite, pod.containerId(), pod.namespace(), withPrevious)
                .attempt();
    }

    /** The pod's namespace ends, as when its last process has died and nobody holds it. */
    void destroy(Attached pod) {
        pods.remove(pod.namespace());
        pod.namespace().close();
    }

    /** Whether a pod answers another one's ping. */
    boolean pings(Attached from, String to) {
        return from.namespace()
                        .command("ping", "-c", "1", "-W", "3", to)
                        .attempt()
                        .exitCode()
                == 0;
    }

    @Override
    public void close() {
        pods.forEach(Namespace::close);
        try (host;
                workspace;
                hawser) {
            // Closed in the other order.
        }
    }

    private Hawser installedOrCleanedUp() {
        try {
            return Hawser.install(host, workspace);
        } catch (RuntimeException | Error failure) {
            host.close();
            workspace.close();
            throw failure;
        }
    }

    private Path plugins(Suite suite) {
        return switch (suite) {
            case HAWSER -> hawser.plugins();
            case REFERENCE -> Plugins.reference();
        };
    }

    private Command call(String command, Suite suite, String id, Namespace pod, String stdin) {
        Path directory = plugins(suite);
        Map<String, String> variables = new LinkedHashMap<>(hawser.variables());
        variables.put("CNI_COMMAND", command);
        variables.put("CNI_CONTAINERID", id);
        variables.put("CNI_NETNS", pod.path());
        variables.put("CNI_IFNAME", "eth0");
        variables.put("CNI_PATH", directory.toString());
        return host.command(directory.resolve("bridge").toString())
                .with(variables)
                .reading(stdin);
    }

    private static List<String> addresses(Object result) {
        return Json.list(Json.member(result, "ips")).stream()
                .map(ip -> Json.member(ip, "address").toString())
                .map(address -> address.substring(0, address.indexOf('/')))
                .toList();
    }

    /**
     * A pod on the network.
     *
     * @param addresses in the words of the plugin
     * @param result of its ADD, as JSON
     */
    record Attached(String containerId, Namespace namespace, List<String> addresses, String result) {}
}
