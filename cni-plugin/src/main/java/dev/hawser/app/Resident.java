package dev.hawser.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import dev.hawser.ipam.Pools;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.KernelException;
import dev.hawser.linux.LinuxHost;
import dev.hawser.linux.RulesetMonitor;
import dev.hawser.plugin.Plugins;
import dev.hawser.plugin.firewall.FirewallPlugin;
import dev.hawser.run.Dispatcher;
import dev.hawser.run.Node;
import dev.hawser.run.Phases;
import dev.hawser.run.Plugin;
import dev.hawser.spec.CniError;
import dev.hawser.spec.ErrorCode;
import dev.hawser.sys.FileLock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** Makes plugin calls for other processes, and keeps between them what is dear to open. Thread-safe. */
public final class Resident implements AutoCloseable {

    /**
     * The process that a call is made for.
     *
     * @param arguments its argv
     * @param environment the CNI_* variables, and what else it relays
     * @param directory what its relative paths are relative to
     * @param netns an open descriptor of what CNI_NETNS names; it stays the caller's
     * @param netnsErrno why there is none
     */
    public record Caller(
            List<String> arguments,
            Map<String, String> environment,
            Path directory,
            OptionalInt netns,
            int netnsErrno) {

        public Caller {
            arguments = List.copyOf(arguments);
            environment = Map.copyOf(environment);
        }
    }

    /** Of {@link LinuxHost.GroupSizes}: operations on a pool in one turn under its lock. */
    public static final String POOL_OPERATIONS = "pool operations";

    /** Of a call, after a search for a lease that was in vain: to take back what was done, and to answer. */
    private static final Duration FOR_THE_REST = Duration.ofSeconds(5);

    private final LinuxHost host;
    private final FileLock lock;
    private final Pools pools;
    private final KeptDhcp dhcp;
    private final Optional<RulesetMonitor> monitor;

    private Resident(LinuxHost host, FileLock lock, Pools pools, KeptDhcp dhcp, Optional<RulesetMonitor> monitor) {
        this.host = host;
        this.lock = lock;
        this.pools = pools;
        this.dhcp = dhcp;
        this.monitor = monitor;
    }

    /**
     * For the network namespace of the calling thread, which must be that of every thread that will make calls.
     *
     * @param longestCall how long anybody waits for a call
     * @param sizes told how many changes were made at once
     * @param restored told how many nftables elements were made again after somebody else had deleted them
     * @param log takes lines for people that are about no single call
     */
    public static Resident open(
            Duration longestCall, LinuxHost.GroupSizes sizes, IntConsumer restored, Consumer<String> log) {
        FileLock lock = new FileLock(log);
        Pools pools =
                Pools.resident(lock, Optional.of(Wiring.LEASE_INDEXES), size -> sizes.committed(POOL_OPERATIONS, size));
        KeptDhcp dhcp = KeptDhcp.start(lock, longestCall.minus(FOR_THE_REST), log);
        LinuxHost host = LinuxHost.open(sizes);
        return new Resident(host, lock, pools, dhcp, monitor(host, restored, log));
    }

    /** A node whose kernel has no nf_tables has no rules of ours to lose. */
    private static Optional<RulesetMonitor> monitor(LinuxHost host, IntConsumer restored, Consumer<String> log) {
        try {
            return Optional.of(RulesetMonitor.start(
                    log, rules -> restored.accept(rules.elements()), doorway -> mend(doorway, host, log)));
        } catch (KernelException e) {
            log.accept("watch over the nftables rules: " + e.getMessage() + ": going on without");
            return Optional.empty();
        }
    }

    private static boolean mend(RulesetMonitor.Doorway doorway, LinuxHost host, Consumer<String> log) {
        try (Kernel kernel = host.kernel()) {
            return FirewallPlugin.mendDoorway(kernel, doorway.ipv4(), doorway.adminChain(), log);
        }
    }

    /**
     * Makes one call.
     *
     * @param log takes lines for people
     * @param phases told what the time of the call is spent on
     * @return the exit status
     * @throws IOException if the answer could not be delivered; what ADD did has been taken back then
     */
    public int carryOut(Caller caller, byte[] stdin, Dispatcher.Answer answer, Consumer<String> log, Phases phases)
            throws IOException {
        Dispatcher dispatcher = new Dispatcher(Plugins.ALL, node(caller, log, phases));
        return dispatcher.dispatch(typeOf(caller.arguments()), caller.environment(), () -> stdin, answer);
    }

    /** The plugin that a command line means, be there such a one or not. */
    public static String typeOf(List<String> arguments) {
        return Plugin.typeOf(arguments.subList(1, arguments.size()), arguments.getFirst());
    }

    /** The plugins that there are. */
    public static List<String> types() {
        return Plugins.ALL.stream().map(Plugin::type).toList();
    }

    /** How full the pools are that calls have used; never waits for one. */
    public List<Pools.Usage> pools() {
        return pools.usage();
    }

    private Node node(Caller caller, Consumer<String> log, Phases phases) {
        String prefix = Wiring.prefix(caller.environment());
        return new Node(
                new MeasuredNamespaces(new PassedNamespaces(host, caller.netns(), caller.netnsErrno()), phases),
                new ExecutedPrograms(),
                pools,
                dhcp::dhcp,
                path -> caller.directory().resolve(path),
                Wiring.systemBus(caller.environment()),
                line -> log.accept(prefix + line),
                phases);
    }

    /** The document of an error for a call that was not made. It says what calls have been waiting for, if for anything. */
    public byte[] tryAgainLater(String message, String details) {
        String waits =
                lock.longWaits().stream().map(wait -> "; the helper is " + wait).collect(joining());
        return new CniError(ErrorCode.TRY_AGAIN_LATER.number(), message, details + waits)
                .toJson()
                .getBytes(UTF_8);
    }

    /**
     * To be called when no call is under way any more.
     *
     * @throws dev.hawser.ipam.PoolException if what is remembered of the pools could not be written down: the next call of
     *     each pool has to read it
     */
    @Override
    public void close() {
        monitor.ifPresent(RulesetMonitor::close);
        dhcp.close();
        try (pools) {
            host.close();
        }
    }
}
