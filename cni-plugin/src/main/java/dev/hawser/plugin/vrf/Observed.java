package dev.hawser.plugin.vrf;

import dev.hawser.attach.ResultRoutes;
import dev.hawser.ip.Cidr;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.Route;
import dev.hawser.kernel.Side;
import dev.hawser.spec.CniException;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.ErrorCode;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is so in the container: an input of the plan.
 *
 * @param vrf the link that has the VRF's name, if there is one
 * @param usedTables the tables of all VRFs
 * @param addresses of the interface, link-local ones excepted
 * @param routes through the interface, those excepted that the kernel makes of its addresses
 */
record Observed(Optional<Link> vrf, Set<Integer> usedTables, List<Cidr> addresses, List<Route> routes) {

    Observed {
        usedTables = Set.copyOf(usedTables);
        addresses = List.copyOf(addresses);
        routes = List.copyOf(routes);
    }

    /**
     * Looks at the container.
     *
     * @throws CniException if the interface has a master already
     */
    static Observed of(Kernel kernel, String ifName, String vrfName) {
        Link link = kernel.linkOrThrow(Side.POD, ifName);
        if (link.master().isPresent()) {
            throw new CniException(
                    ErrorCode.INTERNAL,
                    ifName + " has a master already: link " + link.master().getAsInt()
                            + " in the container: it cannot be a port of " + vrfName + " too");
        }
        Set<Integer> tables = kernel.links(Side.POD).stream()
                .filter(other -> other.is("vrf"))
                .flatMapToInt(vrf -> vrf.setting().stream())
                .boxed()
                .collect(Collectors.toSet());
        List<Cidr> addresses = kernel.addresses(Side.POD, ifName).stream()
                .filter(address -> !isLinkLocal(address))
                .toList();
        List<Route> routes = kernel.routes(Side.POD, ifName).stream()
                .filter(route -> !isLinkLocal(route.destination()) && !isOfAddress(route, addresses))
                .toList();
        return new Observed(kernel.link(Side.POD, vrfName), tables, addresses, routes);
    }

    /** What will be so in a container that is not there yet. */
    static Observed expected(CniResult previous, List<CniResult.Ip> ips) {
        return new Observed(
                Optional.empty(),
                Set.of(),
                ips.stream().map(CniResult.Ip::address).toList(),
                List.copyOf(ResultRoutes.of(previous)));
    }

    /** IPv6 only: the kernel makes those anew by itself. */
    private static boolean isLinkLocal(Cidr address) {
        return !address.isIpv4() && address.address().isLinkLocalAddress();
    }

    private static boolean isOfAddress(Route route, List<Cidr> addresses) {
        return route.gateway().isEmpty()
                && route.isMain()
                && addresses.stream().anyMatch(address -> address.network().equals(route.destination()));
    }

    /** The first table that no VRF has. */
    int freeTable() {
        int table = 1;
        while (usedTables.contains(table)) {
            table++;
        }
        return table;
    }
}
