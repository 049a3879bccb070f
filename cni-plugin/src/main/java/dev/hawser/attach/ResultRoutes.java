package dev.hawser.attach;

import dev.hawser.kernel.Route;
import dev.hawser.spec.CniResult;
import java.net.InetAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The routes of a result. Pure. */
public final class ResultRoutes {

    /** RT_SCOPE_LINK of rtnetlink.h: the destination is on the link itself, so that a gateway would contradict it. */
    private static final int SCOPE_LINK = 253;

    private ResultRoutes() {}

    /** The routes as the kernel gets them: without a gateway of their own they take the first one of their family. */
    public static Set<Route> of(CniResult result) {
        Set<Route> routes = new LinkedHashSet<>();
        result.routes().forEach(entry -> routes.add(route(entry, result.ips())));
        return routes;
    }

    private static Route route(CniResult.RouteEntry entry, List<CniResult.Ip> ips) {
        boolean onLink = entry.scope().orElse(0) == SCOPE_LINK;
        Optional<InetAddress> gateway = entry.gateway();
        if (gateway.isEmpty() && !onLink) {
            gateway = firstGateway(entry.destination().isIpv4(), ips);
        }
        return new Route(
                entry.destination(),
                gateway,
                entry.priority(),
                entry.table(),
                entry.scope(),
                entry.mtu(),
                entry.advmss());
    }

    /** The gateway of the first address of this family that has one. */
    public static Optional<InetAddress> firstGateway(boolean ipv4, List<CniResult.Ip> ips) {
        return ips.stream()
                .filter(ip -> ip.address().isIpv4() == ipv4)
                .flatMap(ip -> ip.gateway().stream())
                .findFirst();
    }
}
