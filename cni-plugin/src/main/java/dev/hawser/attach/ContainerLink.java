package dev.hawser.attach;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import dev.hawser.kernel.Change;
import dev.hawser.kernel.IpChange;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.Route;
import dev.hawser.kernel.Side;
import dev.hawser.kernel.Step;
import dev.hawser.spec.CniException;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.ErrorCode;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is done to the interface inside the container when it is there: addresses, up, routes, in the order of the reference
 * plugins. Pure.
 *
 * @param ifName CNI_IFNAME
 * @param duplicateAddressDetection what is done against duplicates of its IPv6 addresses
 * @param announcesNeighbours whether it announces its IPv6 addresses too (ndisc_notify), as macvlan and ipvlan do
 * @param pointToPoint whether nobody is on the link but the gateway, and all of the subnet behind that
 */
public record ContainerLink(
        String ifName, Dad duplicateAddressDetection, boolean announcesNeighbours, boolean pointToPoint) {

    /** A link that the subnet is on. */
    public ContainerLink(String ifName, Dad duplicateAddressDetection, boolean announcesNeighbours) {
        this(ifName, duplicateAddressDetection, announcesNeighbours, false);
    }

    /** Duplicate address detection (RFC 4862, section 5.4), which takes a second or two of each ADD. */
    public enum Dad {
        /** Nobody else can have the address: it can be used at once. */
        OFF,
        /** As the node is configured: the kernel's default is to look. */
        DEFAULT,
        /** Looks, whatever the node's default is. */
        ON
    }

    /** How long the reference waits for duplicate address detection. */
    private static final int ADDRESS_TIMEOUT_MILLIS = 5000;

    /** The interface with these addresses and routes, up; without addresses just up. */
    public List<Step> configure(CniResult addressing) {
        List<Step> steps = new ArrayList<>();
        if (!addressing.ips().isEmpty()) {
            address(addressing, steps);
        }
        steps.add(own(new LinkChange.SetUp(ifName)));
        if (isRouted(addressing)) {
            steps.add(own(new IpChange.AwaitAddresses(ifName, ADDRESS_TIMEOUT_MILLIS)));
        }
        routes(addressing).forEach(route -> steps.add(own(new IpChange.AddRoute(ifName, route))));
        return List.copyOf(steps);
    }

    /** The routes that the interface gets, but for those that the kernel makes. */
    public Set<Route> routes(CniResult addressing) {
        Set<Route> routes = new LinkedHashSet<>();
        if (pointToPoint) {
            addressing.ips().forEach(ip -> routes.addAll(toSubnet(ip)));
        }
        routes.addAll(ResultRoutes.of(addressing));
        return routes;
    }

    /** To the gateway, and through that to the rest of the subnet. */
    private static List<Route> toSubnet(CniResult.Ip ip) {
        InetAddress gateway = gateway(ip);
        InetAddress source = ip.address().address();
        Cidr gatewayAlone = new Cidr(gateway, IpMath.bits(gateway));
        return List.of(
                Route.to(gatewayAlone, Optional.empty()).from(source),
                Route.to(ip.address(), Optional.of(gateway)).from(source));
    }

    /** What a point-to-point link cannot do without. */
    public static InetAddress gateway(CniResult.Ip ip) {
        return ip.gateway()
                .orElseThrow(() -> new CniException(
                        ErrorCode.INTERNAL,
                        "IPAM gave no gateway with " + ip.address(),
                        "the host's end of the link needs an address: name a gateway in ipam"));
    }

    private void address(CniResult addressing, List<Step> steps) {
        if (addressing.ips().stream().anyMatch(ip -> !ip.address().isIpv4())) {
            prepareIpv6(steps);
        }
        // Before the link goes up: the kernel then announces the addresses on its own.
        steps.add(ifPossible("net/ipv4/conf/" + ifName + "/arp_notify", "1"));
        if (announcesNeighbours) {
            steps.add(ifPossible("net/ipv6/conf/" + ifName + "/ndisc_notify", "1"));
        }
        addressing.ips().forEach(ip -> steps.add(own(new IpChange.AddAddress(ifName, ip.address(), !pointToPoint))));
    }

    private void prepareIpv6(List<Step> steps) {
        String settings = "net/ipv6/conf/" + ifName;
        switch (duplicateAddressDetection) {
            case OFF -> steps.add(ifPossible(settings + "/accept_dad", "0"));
            case DEFAULT -> {}
            case ON -> {
                steps.add(ifPossible(settings + "/accept_dad", "1"));
                steps.add(ifPossible(settings + "/enhanced_dad", "1"));
            }
        }
        steps.add(own(new Change.SetSysctl("net/ipv6/conf/lo/disable_ipv6", "0", true)));
        steps.add(own(new Change.SetSysctl(settings + "/disable_ipv6", "0", true)));
        steps.add(own(new Change.SetSysctl(settings + "/keep_addr_on_down", "1", true)));
    }

    /** A tentative address cannot be the source of what goes through a gateway. */
    private static boolean isRouted(CniResult addressing) {
        return addressing.ips().stream()
                .anyMatch(ip -> !ip.address().isIpv4() && ip.gateway().isPresent());
    }

    private Step ifPossible(String sysctl, String value) {
        return own(new Change.SetSysctl(sysctl, value, false));
    }

    private Step own(Change change) {
        return Step.diesWith(ifName, Side.POD, change);
    }
}
