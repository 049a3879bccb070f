package dev.hawser.spec;

import dev.hawser.ip.Cidr;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What an ADD has made (SPEC, "Success"). The same value serves every version of the specification; only its form on the
 * wire differs. In 1.0.0 and 1.1.0:
 *
 * <pre>{@code
 * {
 *     "cniVersion": "1.0.0",
 *     "dns": {"nameservers": ["10.1.0.1"]},
 *     "interfaces": [{"mac": "0a:58:0a:01:00:09", "name": "eth0", "sandbox": "/run/netns/a1b2"}],
 *     "ips": [{"address": "10.1.0.9/16", "gateway": "10.1.0.1", "interface": 0}],
 *     "routes": [{"dst": "0.0.0.0/0", "gw": "10.1.0.1"}]
 * }
 * }</pre>
 *
 * <p>0.3.0 to 0.4.0 say {@code "version": "4"} in each of {@code ips} and do not sort the names. 0.1.0 and 0.2.0 have one
 * address of each family:
 *
 * <pre>{@code
 * {
 *     "cniVersion": "0.2.0",
 *     "ip4": {"ip": "10.1.0.9/16", "gateway": "10.1.0.1", "routes": [{"dst": "0.0.0.0/0"}]},
 *     "dns": {}
 * }
 * }</pre>
 */
public record CniResult(List<Interface> interfaces, List<Ip> ips, List<RouteEntry> routes, Dns dns) {

    public static final CniResult EMPTY = new CniResult(List.of(), List.of(), List.of(), Dns.NONE);

    public CniResult {
        interfaces = List.copyOf(interfaces);
        ips = List.copyOf(ips);
        routes = List.copyOf(routes);
    }

    /**
     * An interface that the attachment owns or uses. Absent texts are empty.
     *
     * @param mac its hardware address; not checked, since other plugins' results pass through here
     * @param mtu in bytes; 0 if not said
     * @param sandbox the path of the network namespace that it is in; empty on the host
     * @param socketPath of a vhost-user interface (1.1.0)
     * @param pciId of a device passed through (1.1.0)
     */
    public record Interface(String name, String mac, int mtu, String sandbox, String socketPath, String pciId) {

        /** On the host. */
        public static Interface onHost(String name, String mac) {
            return new Interface(name, mac, 0, "", "", "");
        }

        /** In a container. */
        public static Interface inSandbox(String name, String mac, String sandbox) {
            return new Interface(name, mac, 0, sandbox, "", "");
        }
    }

    /**
     * An address.
     *
     * @param interfaceIndex its place in {@code interfaces}; IPAM plugins do not know it
     * @param address with the prefix length of its subnet
     */
    public record Ip(OptionalInt interfaceIndex, Cidr address, Optional<InetAddress> gateway) {

        /** The same address on the interface at this place of {@code interfaces}. */
        public Ip on(int index) {
            return new Ip(OptionalInt.of(index), address, gateway);
        }
    }

    /**
     * A route. Its numbers are unsigned 32-bit ones, as in the kernel; 0 for mtu, advmss and priority means the same as
     * absent, and is made so.
     *
     * @param destination {@code dst}
     * @param gateway {@code gw}; absent, the gateway of the address is meant
     * @param mtu in bytes
     * @param advmss the advertised maximal segment size in bytes
     */
    public record RouteEntry(
            Cidr destination,
            Optional<InetAddress> gateway,
            OptionalInt mtu,
            OptionalInt advmss,
            OptionalInt priority,
            OptionalInt table,
            OptionalInt scope) {

        public RouteEntry {
            mtu = zeroIsUnset(mtu);
            advmss = zeroIsUnset(advmss);
            priority = zeroIsUnset(priority);
        }

        /** A route with nothing but a destination and, perhaps, a gateway. */
        public static RouteEntry to(Cidr destination, Optional<InetAddress> gateway) {
            OptionalInt unset = OptionalInt.empty();
            return new RouteEntry(destination, gateway, unset, unset, unset, unset, unset);
        }

        /** The list of routes under this key; faults are noted in {@code settings}. */
        public static List<RouteEntry> list(Settings settings, String key) {
            return ResultReader.routes(settings, key);
        }

        private static OptionalInt zeroIsUnset(OptionalInt number) {
            return number.equals(OptionalInt.of(0)) ? OptionalInt.empty() : number;
        }
    }

    /** The addresses of the interfaces of this name, and those of which nothing is said. */
    public List<Ip> ipsOf(String ifName) {
        return ips.stream().filter(ip -> isOf(ip.interfaceIndex(), ifName)).toList();
    }

    private boolean isOf(OptionalInt index, String ifName) {
        return index.isEmpty()
                || index.getAsInt() >= interfaces.size()
                || interfaces.get(index.getAsInt()).name().equals(ifName);
    }

    public CniResult withInterfaces(List<Interface> others) {
        return new CniResult(others, ips, routes, dns);
    }

    public CniResult withIps(List<Ip> others) {
        return new CniResult(interfaces, others, routes, dns);
    }

    public CniResult withRoutes(List<RouteEntry> others) {
        return new CniResult(interfaces, ips, others, dns);
    }

    public CniResult withDns(Dns other) {
        return new CniResult(interfaces, ips, routes, other);
    }

    /**
     * Reads a result of any version.
     *
     * @param document {@code null} is taken for an empty result
     * @param ifUnstated the version of a result that says none: that of the configuration
     * @throws CniException code 1 if nobody knows its version, code 6 if it is not a result of that version
     */
    public static CniResult parse(Json document, CniVersion ifUnstated) {
        return ResultReader.read(document, ifUnstated);
    }

    /**
     * As a tree in the form of a version.
     *
     * @throws CniException code 999 if the version is 0.1.0 or 0.2.0, which cannot say that there is no address
     */
    public Json.Obj json(CniVersion version) {
        return ResultWriter.write(this, version);
    }

    /**
     * The document for stdout: indented, no newline at its end.
     *
     * @throws CniException as {@link #json} does
     */
    public String toJson(CniVersion version) {
        return json(version).pretty();
    }
}
