package dev.hawser.plugin.firewall;

import dev.hawser.dbus.BusException;
import dev.hawser.dbus.SystemBus;
import dev.hawser.ip.Cidr;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.NftChain;
import dev.hawser.run.Cleanup;
import dev.hawser.run.Node;
import dev.hawser.run.Transaction;
import dev.hawser.spec.CniException;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.ErrorCode;
import java.net.InetAddress;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/**
 * Pods as sources of a zone of firewalld (firewalld.dbus(5), interface {@code org.fedoraproject.FirewallD1.zone}): what
 * {@code firewall-cmd --zone=trusted --add-source=10.1.2.3/32} does.
 */
final class FirewalldSources {

    private static final String NAME = "org.fedoraproject.FirewallD1";
    private static final String PATH = "/org/fedoraproject/FirewallD1";
    private static final String ZONE = NAME + ".zone";

    /** The zone has this source already; firewalld begins its messages with such words. */
    private static final String THERE_ALREADY = "ZONE_ALREADY_SET";

    private static final String UNKNOWN_SOURCE = "UNKNOWN_SOURCE";

    /** Where packages of firewalld put the policy: newer ones, and older ones. */
    private static final List<String> POLICIES =
            List.of("/usr/share/dbus-1/system.d/FirewallD.conf", "/etc/dbus-1/system.d/FirewallD.conf");

    private static final NftChain FILTER = new NftChain("inet", "firewalld", "filter_FORWARD");

    private final String zone;
    private final Node node;

    private FirewalldSources(String zone, Node node) {
        this.zone = zone;
        this.node = node;
    }

    static FirewalldSources of(FirewallConf conf, Node node) {
        return new FirewalldSources(conf.zone(), node);
    }

    /**
     * Whether firewalld may be at work here, at the price of two look-ups: D-Bus lets nobody have the name without a policy that
     * comes with firewalld, and wherever that may be kept, the kernel has the table that firewalld filters by.
     */
    static boolean mayRun(Kernel kernel, Node node) {
        return POLICIES.stream().map(node.paths()).anyMatch(Files::exists) || kernel.hasChain(FILTER);
    }

    /** Whether firewalld answers to its name. A bus that cannot be spoken to is one line in the log. */
    static boolean isRunning(Node node) {
        if (Files.notExists(node.systemBus())) {
            return false;
        }
        try (SystemBus bus = SystemBus.connect(node.systemBus())) {
            return bus.hasOwner(NAME);
        } catch (BusException e) {
            node.log().accept("look for firewalld: " + e.getMessage() + ": going on as if it were not there");
            return false;
        }
    }

    /** What {@link #add} does, as lines of a shell. */
    static List<String> words(FirewallConf conf, CniResult result) {
        return FirewallPlan.addresses(result).stream()
                .map(address -> "firewall-cmd --zone=" + conf.zone() + " --add-source=" + Cidr.ofHost(address))
                .toList();
    }

    void add(CniResult result, Transaction transaction) {
        try (SystemBus bus = SystemBus.connect(node.systemBus())) {
            for (InetAddress address : FirewallPlan.addresses(result)) {
                if (add(bus, address)) {
                    transaction.onRollback("add source " + address.getHostAddress(), () -> removeAgain(address));
                }
            }
        } catch (BusException e) {
            throw failure("add sources to", e);
        }
    }

    /** Whether it was not there. */
    private boolean add(SystemBus bus, InetAddress address) {
        return call(bus, "addSource", address, THERE_ALREADY);
    }

    /** Whether it did not find that there is nothing to do. */
    private boolean call(SystemBus bus, String method, InetAddress address, String harmless) {
        try {
            bus.call(NAME, PATH, ZONE, method, zone, Cidr.ofHost(address).toString());
            return true;
        } catch (BusException.Refused e) {
            if (e.says(harmless)) {
                return false;
            }
            throw e;
        }
    }

    private void removeAgain(InetAddress address) {
        try (SystemBus bus = SystemBus.connect(node.systemBus())) {
            call(bus, "removeSource", address, UNKNOWN_SOURCE);
        } catch (BusException e) {
            throw failure("remove a source from", e);
        }
    }

    void remove(List<InetAddress> addresses, Cleanup cleanup) {
        addresses.forEach(address -> cleanup.attempt(() -> removeAgain(address)));
    }

    /** What is not as {@link #add} left it. */
    List<String> missing(List<InetAddress> addresses) {
        List<String> missing = new ArrayList<>();
        try (SystemBus bus = SystemBus.connect(node.systemBus())) {
            for (InetAddress address : addresses) {
                String source = Cidr.ofHost(address).toString();
                if (!bus.ask(NAME, PATH, ZONE, "querySource", zone, source)) {
                    missing.add(source + " is no source of firewalld's zone " + zone + " any more");
                }
            }
            return missing;
        } catch (BusException e) {
            throw failure("ask for sources of", e);
        }
    }

    private CniException failure(String verb, BusException e) {
        return new CniException(ErrorCode.INTERNAL, verb + " zone " + zone + " of firewalld: " + e.getMessage(), e);
    }
}
