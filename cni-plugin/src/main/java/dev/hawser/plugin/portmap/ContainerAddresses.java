package dev.hawser.plugin.portmap;

import dev.hawser.ip.Cidr;
import dev.hawser.spec.CniResult;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The addresses that published ports lead to: of each family the first one of the container's interface, or of no interface that
 * the result knows.
 */
record ContainerAddresses(Optional<Cidr> ipv4, Optional<Cidr> ipv6) {

    static final ContainerAddresses NONE = new ContainerAddresses(Optional.empty(), Optional.empty());

    static ContainerAddresses of(CniResult result, String ifName) {
        return new ContainerAddresses(first(result, ifName, true), first(result, ifName, false));
    }

    private static Optional<Cidr> first(CniResult result, String ifName, boolean ipv4) {
        return result.ips().stream()
                .filter(ip -> ip.address().isIpv4() == ipv4)
                .filter(ip -> isContainers(result, ifName, ip))
                .map(CniResult.Ip::address)
                .findFirst();
    }

    private static boolean isContainers(CniResult result, String ifName, CniResult.Ip ip) {
        int index = ip.interfaceIndex().orElse(-1);
        if (index < 0 || index >= result.interfaces().size()) {
            return true;
        }
        CniResult.Interface link = result.interfaces().get(index);
        return link.name().equals(ifName) && !link.sandbox().isEmpty();
    }

    List<Cidr> all() {
        return Stream.of(ipv4, ipv6).flatMap(Optional::stream).toList();
    }

    Optional<Cidr> of(boolean family4) {
        return family4 ? ipv4 : ipv6;
    }
}
