package dev.hawser.plugin.portmap;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import dev.hawser.kernel.Protocol;
import dev.hawser.kernel.PublishedPort;
import dev.hawser.spec.Settings;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One of {@code runtimeConfig.portMappings}.
 *
 * <pre>{@code
 * { "hostPort": 8080, "containerPort": 80, "protocol": "tcp", "hostIP": "192.0.2.1" }
 * }</pre>
 *
 * @param key where it stands in the configuration
 * @param hostPort 1 to 65535
 * @param containerPort 1 to 65535
 * @param hostIp the address of the host that is meant; {@code 0.0.0.0} and {@code ::} mean all of their family, and absence all
 */
record PortMapping(String key, Protocol protocol, int hostPort, int containerPort, Optional<InetAddress> hostIp) {

    private static final String PORT_MAPPINGS = "portMappings";
    private static final int LARGEST_PORT = 65535;

    /** What makes two mappings claim the same. */
    private record Claim(Protocol protocol, int hostPort, Optional<InetAddress> hostIp) {}

    /** Those of this {@code runtimeConfig}; faulty ones are noted there and left out. */
    static List<PortMapping> list(Settings runtimeConfig) {
        Map<Claim, PortMapping> mappings = new LinkedHashMap<>();
        List<Settings> items = runtimeConfig.objects(PORT_MAPPINGS);
        for (int i = 0; i < items.size(); i++) {
            Settings item = items.get(i);
            of(item, PORT_MAPPINGS + "[" + i + "]").ifPresent(mapping -> add(mapping, mappings, item));
        }
        return List.copyOf(mappings.values());
    }

    private static void add(PortMapping mapping, Map<Claim, PortMapping> mappings, Settings item) {
        PortMapping first =
                mappings.putIfAbsent(new Claim(mapping.protocol, mapping.hostPort, mapping.hostIp), mapping);
        if (first != null && first.containerPort != mapping.containerPort) {
            item.fault("hostPort", mapping.hostPort + " leads to containerPort " + first.containerPort + " already");
        }
    }

    private static Optional<PortMapping> of(Settings item, String key) {
        int hostPort = port(item, "hostPort");
        int containerPort = port(item, "containerPort");
        Optional<InetAddress> hostIp = item.address("hostIP");
        Optional<Protocol> protocol = protocol(item);
        return hostPort == 0 || containerPort == 0
                ? Optional.empty()
                : protocol.map(known -> new PortMapping(key, known, hostPort, containerPort, hostIp));
    }

    /** 0 if it is faulty. */
    private static int port(Settings item, String key) {
        if (!item.isSet(key)) {
            item.missing(key);
        }
        return item.whole(key, 1, LARGEST_PORT).orElse(0);
    }

    private static Optional<Protocol> protocol(Settings item) {
        Optional<String> text = item.text("protocol");
        Optional<Protocol> protocol = text.flatMap(Protocol::of);
        if (text.isEmpty()) {
            item.missing("protocol");
        } else if (protocol.isEmpty()) {
            item.fault("protocol", "\"" + text.get() + "\" is unknown, want tcp, udp or sctp");
        }
        return protocol;
    }

    /** The address of the host that is meant, unless all are. */
    Optional<InetAddress> hostAddress() {
        return hostIp.filter(address -> !address.isAnyLocalAddress());
    }

    /** Whether it is for this family: {@code hostIP}, if there is one, decides. */
    boolean isOf(boolean ipv4) {
        return hostIp.map(address -> IpMath.isIpv4(address) == ipv4).orElse(true);
    }

    /** As a port that leads to this address of the container. */
    PublishedPort to(Cidr address, String conditions) {
        return new PublishedPort(protocol, hostAddress(), hostPort, address, containerPort, conditions);
    }

    /** These mappings to those of the container's addresses that they are for. */
    static List<PublishedPort> published(List<PortMapping> mappings, ContainerAddresses addresses, PortmapConf conf) {
        List<PublishedPort> ports = new ArrayList<>();
        for (PortMapping mapping : mappings) {
            addresses.all().stream()
                    .filter(address -> mapping.isOf(address.isIpv4()))
                    .forEach(address -> ports.add(mapping.to(address, conf.nftConditions(address.isIpv4()))));
        }
        return ports.stream().distinct().toList();
    }
}
