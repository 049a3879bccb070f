package dev.hawser.plugin.sbr;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import dev.hawser.kernel.Change;
import dev.hawser.kernel.IpChange;
import dev.hawser.kernel.PolicyRule;
import dev.hawser.kernel.Route;
import dev.hawser.kernel.Side;
import dev.hawser.kernel.Step;
import dev.hawser.spec.CniResult;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What an ADD does, as steps: rules, then the tables that they lead to, then what leaves table main. Pure. */
final class SbrPlan {

    /** How long the reference waits for duplicate address detection. */
    private static final int ADDRESS_TIMEOUT_MILLIS = 5000;

    private static final Cidr ALL_IPV4 = Cidr.parse("0.0.0.0/0");
    private static final Cidr ALL_IPV6 = Cidr.parse("::/0");

    private final SbrConf conf;
    private final String ifName;
    private final List<CniResult.Ip> ips;
    private final Observed observed;
    private final List<Step> steps = new ArrayList<>();

    private SbrPlan(SbrConf conf, String ifName, List<CniResult.Ip> ips, Observed observed) {
        this.conf = conf;
        this.ifName = ifName;
        this.ips = ips;
        this.observed = observed;
    }

    /**
     * The steps of an ADD.
     *
     * @param ips the addresses of the interface
     */
    static List<Step> of(SbrConf conf, String ifName, List<CniResult.Ip> ips, Observed observed) {
        return new SbrPlan(conf, ifName, ips, observed).steps();
    }

    /** What an address' rule is about: the address alone, whatever its subnet. */
    static Cidr source(Cidr address) {
        return new Cidr(address.address(), IpMath.bits(address.address()));
    }

    private List<Step> steps() {
        if (conf.table().isPresent()) {
            ips.forEach(ip -> addRule(ip, conf.table().getAsInt()));
        } else {
            moveToOwnTables();
        }
        return List.copyOf(steps);
    }

    private void moveToOwnTables() {
        int next = 0;
        for (CniResult.Ip ip : ips) {
            int table = observed.freeTable(next);
            addRule(ip, table);
            routes(ip).forEach(route -> add(route.inTable(table)));
            next = table + 1;
        }
        // Gateways first: taken back in the other order, a gateway is reachable again before it is needed.
        observed.routes().stream()
                .filter(route -> leavesMain(route) && isVia(route))
                .forEach(this::delete);
        if (conf.sourceHints()) {
            addSourceHints();
        }
        observed.routes().stream()
                .filter(route -> leavesMain(route) && !isVia(route))
                .forEach(this::delete);
    }

    private void addRule(CniResult.Ip ip, int table) {
        PolicyRule rule = new PolicyRule(source(ip.address()), table);
        own(new IpChange.AddRule(rule), new IpChange.DeleteRule(rule));
    }

    /** The routes of an address' table, those on the link first, so that they can lead to the gateways. */
    private List<Route> routes(CniResult.Ip ip) {
        List<Route> routes = new ArrayList<>();
        ofFamily(ip).filter(route -> !isVia(route) && isOf(ip, route)).forEach(routes::add);
        List<Route> via = ofFamily(ip)
                .filter(route -> isVia(route) && isOf(ip, route.gateway().orElseThrow()))
                .filter(route -> conf.gateway(ip).isEmpty() || !route.isDefault())
                .toList();
        if (via.stream()
                .noneMatch(route -> route.isDefault() && route.priority().isEmpty())) {
            defaultRoute(ip).ifPresent(routes::add);
        }
        routes.addAll(via);
        return routes;
    }

    private Stream<Route> ofFamily(CniResult.Ip ip) {
        return observed.routes().stream()
                .filter(route -> route.destination().isIpv4() == ip.address().isIpv4());
    }

    private Optional<Route> defaultRoute(CniResult.Ip ip) {
        Cidr everywhere = ip.address().isIpv4() ? ALL_IPV4 : ALL_IPV6;
        return conf.gateway(ip).or(ip::gateway).map(gateway -> Route.to(everywhere, Optional.of(gateway)));
    }

    /** Whether a route on the link is for this address too: one with the source of another subnet is not. */
    private static boolean isOf(CniResult.Ip ip, Route route) {
        return route.source().isEmpty() || ip.address().contains(route.source().get());
    }

    /** Whether a gateway is this address': in its subnet, or in none, as a link-local one is. */
    private boolean isOf(CniResult.Ip ip, InetAddress gateway) {
        return ip.address().contains(gateway)
                || ips.stream().noneMatch(other -> other.address().contains(gateway));
    }

    private static boolean isVia(Route route) {
        return route.gateway().isPresent();
    }

    /** Neighbours on the link stay where every table finds them, and so do routes of a family without addresses. */
    private boolean leavesMain(Route route) {
        boolean ipv4 = route.destination().isIpv4();
        boolean linkLocal = !ipv4 && route.destination().address().isLinkLocalAddress();
        boolean addressed = ips.stream().anyMatch(ip -> ip.address().isIpv4() == ipv4);
        boolean hinting = conf.sourceHints() && ipv4 && isOnLink(route);
        return addressed && !linkLocal && !hinting;
    }

    /** IPv6 has no scopes. */
    private static boolean isOnLink(Route route) {
        return !isVia(route) && route.scope().isEmpty();
    }

    private void addSourceHints() {
        if (ips.stream().anyMatch(ip -> !ip.address().isIpv4())) {
            // The kernel takes no tentative address for a source.
            add(new IpChange.AwaitAddresses(ifName, ADDRESS_TIMEOUT_MILLIS));
        }
        ips.stream().map(SbrPlan::hint).filter(hint -> !isThere(hint)).forEach(this::add);
    }

    private static Route hint(CniResult.Ip ip) {
        return Route.to(ip.address(), Optional.empty()).from(ip.address().address());
    }

    /** The kernel's own IPv4 route to a subnet says which source to take. */
    private boolean isThere(Route hint) {
        return hint.destination().isIpv4()
                && observed.routes().stream()
                        .anyMatch(
                                route -> isOnLink(route) && route.destination().equals(hint.destination()));
    }

    private void add(Change change) {
        steps.add(new Step(Side.POD, change, new Step.Undo.None("waits only")));
    }

    private void add(Route route) {
        own(new IpChange.AddRoute(ifName, route), new IpChange.DeleteRoute(ifName, route));
    }

    private void delete(Route route) {
        own(new IpChange.DeleteRoute(ifName, route), new IpChange.AddRoute(ifName, route));
    }

    private void own(Change change, Change inverse) {
        steps.add(Step.owned(Side.POD, change, inverse));
    }
}
