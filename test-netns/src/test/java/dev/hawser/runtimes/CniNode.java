package dev.hawser.runtimes;

import dev.hawser.runtimes.ChainRuntime.Attached;
import dev.hawser.runtimes.Command.Outcome;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;

/**
 * A machine with two CNI bin directories, Hawser's and the reference's, and pools of addresses that they share: plugins are
 * executed as a runtime executes them, and each pod can be served by either.
 */
final class CniNode implements AutoCloseable {

    static final String NETWORK = "shared";

    private final Namespace host = Namespace.create();
    private final Workspace workspace = Workspace.create("hawser-migration");
    private final ConcurrentLinkedQueue<Namespace> pods = new ConcurrentLinkedQueue<>();
    private final Hawser hawser;
    private final ChainRuntime runtime;
    private final Network network;

    private CniNode(UnaryOperator<String> conf) {
        this.network = new Network(List.of(conf.apply(pools().toString())), Map.of());
        this.hawser = installedOrCleanedUp();
        this.runtime = new ChainRuntime(host, hawser.variables());
    }

    /**
     * A new machine with one network of one plugin, {@link #NETWORK}.
     *
     * @param conf its configuration, for the directory of the pools
     */
    static CniNode start(UnaryOperator<String> conf) {
        return new CniNode(conf);
    }

    /** A new machine whose pods say each which network they are on. */
    static CniNode start() {
        return new CniNode(_ -> "{}");
    }

    Namespace host() {
        return host;
    }

    /** Where host-local shall keep its files. */
    Path pools() {
        return workspace.path("networks");
    }

    Pool pool() {
        return pool(NETWORK);
    }

    Pool pool(String name) {
        return new Pool(pools().resolve(name));
    }

    /** ADD for a new pod. */
    Attached add(Suite suite) {
        return add(suite, network);
    }

    Attached add(Suite suite, Network chain) {
        return runtime.add(plugins(suite), chain, newPod());
    }

    /** DEL with the result of ADD, as containerd and podman pass it. */
    Outcome delete(Suite suite, Attached pod) {
        return runtime.delete(plugins(suite), pod);
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

    private Namespace newPod() {
        Namespace pod = Namespace.create();
        pods.add(pod);
        return pod;
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
}
