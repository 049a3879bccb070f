package dev.hawser.app;

import dev.hawser.ipam.Pools;
import dev.hawser.plugin.Plugins;
import dev.hawser.run.Dispatcher;
import dev.hawser.run.Node;
import dev.hawser.run.Phases;
import dev.hawser.run.Plugin;
import dev.hawser.sys.FileLock;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Joins the rooms: the only place that names LinuxKernel and the list of plugins. */
final class Wiring {

    /** Where indexes of pools live: gone after a reboot, as are the pods that they speak of. */
    static final Path LEASE_INDEXES = Path.of("/run/hawser/leases");

    /** D-Bus Specification, "System message bus"; where /var/run is no link to /run, there is no systemd and no firewalld. */
    private static final Path SYSTEM_BUS = Path.of("/run/dbus/system_bus_socket");

    private static final String BUS_AT_PATH = "unix:path=";

    private Wiring() {}

    static List<Plugin> plugins() {
        return Plugins.ALL;
    }

    static Optional<Plugin> plugin(String type) {
        return Plugins.ALL.stream().filter(plugin -> plugin.type().equals(type)).findFirst();
    }

    /** Carries out calls on this node; lines for people go to stderr and say whose call they are about. */
    static Dispatcher dispatcher(Map<String, String> environment) {
        return new Dispatcher(Plugins.ALL, node(prefix(environment), environment));
    }

    /** The real node, for this process alone. */
    static Node node(String logPrefix, Map<String, String> environment) {
        Consumer<String> log = line -> System.err.println(logPrefix + line);
        FileLock lock = new FileLock(log);
        return new Node(
                new LinuxNamespaces(),
                new ExecutedPrograms(),
                Pools.perCall(lock, Optional.of(LEASE_INDEXES)),
                () -> DhcpWiring.perCall(lock, log),
                Path::of,
                systemBus(environment),
                log,
                Phases.NONE);
    }

    /** Where DBUS_SYSTEM_BUS_ADDRESS says, if that is a socket with a path: {@code unix:path=/run/dbus/system_bus_socket}. */
    static Path systemBus(Map<String, String> environment) {
        String address = environment.getOrDefault("DBUS_SYSTEM_BUS_ADDRESS", "");
        return address.startsWith(BUS_AT_PATH)
                ? Path.of(address.substring(BUS_AT_PATH.length()).split("[,;]", 2)[0])
                : SYSTEM_BUS;
    }

    /** How lines for people begin: whose call they are about. */
    static String prefix(Map<String, String> environment) {
        String containerId = environment.getOrDefault("CNI_CONTAINERID", "");
        return containerId.isEmpty()
                ? "[hawser] "
                : "[" + containerId + "/" + environment.getOrDefault("CNI_IFNAME", "") + "] ";
    }
}
