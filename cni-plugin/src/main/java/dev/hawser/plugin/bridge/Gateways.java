package dev.hawser.plugin.bridge;

import dev.hawser.attach.ResultRoutes;
import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import dev.hawser.spec.CniResult;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Which way out the container has. Pure. */
final class Gateways {

    /** The container's interface in the list of interfaces of a result, after the bridge and the host's end. */
    private static final OptionalInt CONTAINER_INTERFACE = OptionalInt.of(2);

    private Gateways() {}

    /** Completes what IPAM said: gateways if the bridge is one, a default route of each family if it is the default one. */
    static CniResult complete(BridgeConf conf, CniResult ipam) {
        List<CniResult.Ip> ips =
                ipam.ips().stream().map(ip -> withGateway(conf, ip)).toList();
        List<CniResult.RouteEntry> routes = new ArrayList<>(ipam.routes());
        if (conf.defaultRoute()) {
            addDefaultRoute(true, ips, routes);
            addDefaultRoute(false, ips, routes);
        }
        return new CniResult(ipam.interfaces(), ips, routes, ipam.dns());
    }

    private static CniResult.Ip withGateway(BridgeConf conf, CniResult.Ip ip) {
        Optional<InetAddress> gateway = ip.gateway();
        if (gateway.isEmpty() && conf.gateway()) {
            gateway = Optional.of(IpMath.plus(ip.address().network().address(), 1));
        }
        return new CniResult.Ip(CONTAINER_INTERFACE, ip.address(), gateway);
    }

    /**
     * One default route is enough: where IPAM already gives one, with or without a gateway, it stays the only one. The
     * reference adds a second, identical one, which the kernel then refuses.
     */
    private static void addDefaultRoute(boolean ipv4, List<CniResult.Ip> ips, List<CniResult.RouteEntry> routes) {
        boolean given = routes.stream()
                .anyMatch(route -> route.destination().prefixLength() == 0
                        && route.destination().isIpv4() == ipv4);
        Optional<InetAddress> gateway = ResultRoutes.firstGateway(ipv4, ips);
        if (!given && gateway.isPresent()) {
            Cidr everywhere = Cidr.parse(ipv4 ? "0.0.0.0/0" : "::/0");
            routes.add(CniResult.RouteEntry.to(everywhere, gateway));
        }
    }

    /** The addresses that the bridge needs: each gateway with the prefix length of the container's address. */
    static Set<Cidr> addresses(CniResult result) {
        Set<Cidr> addresses = new LinkedHashSet<>();
        for (CniResult.Ip ip : result.ips()) {
            ip.gateway()
                    .ifPresent(gateway ->
                            addresses.add(new Cidr(gateway, ip.address().prefixLength())));
        }
        return addresses;
    }

    /** Which families have gateways: true is IPv4. */
    static Set<Boolean> families(CniResult result) {
        Set<Boolean> families = new LinkedHashSet<>();
        addresses(result).forEach(address -> families.add(address.isIpv4()));
        return families;
    }
}
