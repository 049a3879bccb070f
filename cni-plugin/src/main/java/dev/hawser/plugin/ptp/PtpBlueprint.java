package dev.hawser.plugin.ptp;

import dev.hawser.addressed.Blueprint;
import dev.hawser.addressed.Draft;
import dev.hawser.attach.ContainerCheck;
import dev.hawser.attach.ContainerLink;
import dev.hawser.attach.HostAlias;
import dev.hawser.attach.VethNames;
import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import dev.hawser.kernel.Change;
import dev.hawser.kernel.IpChange;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.Route;
import dev.hawser.kernel.Side;
import dev.hawser.kernel.Step;
import dev.hawser.masquerade.Masquerade;
import dev.hawser.run.Call;
import dev.hawser.run.Node;
import dev.hawser.spec.CniResult;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/** A veth pair, of which the host's end has the gateway's address alone, and a route to each of the container's. Pure. */
final class PtpBlueprint implements Blueprint {

    /** RT_SCOPE_HOST of rtnetlink.h, which the reference gives the route to a container; IPv6 has no scopes. */
    private static final OptionalInt SCOPE_HOST = OptionalInt.of(254);

    private final Call call;
    private final PtpConf conf;
    private final VethNames names;

    PtpBlueprint(Call call, PtpConf conf) {
        this.call = call;
        this.conf = conf;
        this.names = VethNames.of(call);
    }

    @Override
    public String kind() {
        return "veth";
    }

    /** Nobody else is on the link: a search for duplicates would find none. */
    @Override
    public ContainerLink containerLink() {
        return new ContainerLink(call.ifName(), ContainerLink.Dad.OFF, false, true);
    }

    @Override
    public Draft draft(Kernel kernel, Optional<CniResult> previous) {
        Optional<Masquerade.Observed> observed = conf.masquerade().map(masquerade -> masquerade.observe(kernel));
        return new Draft(veth(), interfaces(), Optional.empty(), addressing -> rest(addressing, observed));
    }

    private List<Step> veth() {
        String hostEnd = names.hostEnd();
        Change veth = new LinkChange.AddVeth(
                hostEnd, names.hostMac(), Optional.empty(), Side.POD, call.ifName(), names.podMac(), conf.mtuBytes());
        return List.of(
                Step.owned(Side.HOST, veth, new LinkChange.DeleteLink(hostEnd)),
                onHostEnd(new Change.SetSysctl("net/ipv6/conf/" + hostEnd + "/accept_ra", "0", false)),
                onHostEnd(new Change.SetSysctl("net/ipv6/conf/" + hostEnd + "/accept_dad", "0", false)),
                onHostEnd(new LinkChange.SetUp(hostEnd)));
    }

    private List<CniResult.Interface> interfaces() {
        return List.of(
                CniResult.Interface.onHost(names.hostEnd(), names.hostMac().toString()),
                CniResult.Interface.inSandbox(call.ifName(), names.podMac().toString(), call.netns()));
    }

    private List<Step> rest(CniResult addressing, Optional<Masquerade.Observed> observed) {
        List<Step> steps = new ArrayList<>();
        families(addressing).forEach(ipv4 -> steps.add(forward(ipv4)));
        gateways(addressing)
                .forEach(gateway -> steps.add(onHostEnd(new IpChange.AddAddress(names.hostEnd(), gateway))));
        hostRoutes(addressing).forEach(route -> steps.add(onHostEnd(new IpChange.AddRoute(names.hostEnd(), route))));
        List<Cidr> addresses =
                addressing.ips().stream().map(CniResult.Ip::address).toList();
        boolean elements = observed.filter(state -> !state.byIptables()).isPresent();
        steps.add(onHostEnd(new LinkChange.SetAlias(
                names.hostEnd(), HostAlias.of(call, elements ? addresses : List.of(), Optional.empty()))));
        observed.ifPresent(state -> steps.addAll(Masquerade.steps(call.attachment(), addresses, state)));
        return steps;
    }

    private static Step forward(boolean ipv4) {
        String key = ipv4 ? "net/ipv4/ip_forward" : "net/ipv6/conf/all/forwarding";
        return Step.shared(Side.HOST, new Change.SetSysctl(key, "1", true));
    }

    /** True is IPv4. */
    private static List<Boolean> families(CniResult addressing) {
        return addressing.ips().stream()
                .map(ip -> ip.address().isIpv4())
                .distinct()
                .toList();
    }

    private static Set<Cidr> gateways(CniResult addressing) {
        return addressing.ips().stream()
                .map(ip -> alone(ContainerLink.gateway(ip)))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static List<Route> hostRoutes(CniResult addressing) {
        return addressing.ips().stream()
                .map(ip -> alone(ip.address().address()))
                .map(PtpBlueprint::hostRoute)
                .toList();
    }

    private static Route hostRoute(Cidr container) {
        OptionalInt unset = OptionalInt.empty();
        OptionalInt scope = container.isIpv4() ? SCOPE_HOST : unset;
        return new Route(container, Optional.empty(), unset, unset, scope, unset, unset);
    }

    private static Cidr alone(InetAddress address) {
        return new Cidr(address, IpMath.bits(address));
    }

    private Step onHostEnd(Change change) {
        return Step.diesWith(names.hostEnd(), Side.HOST, change);
    }

    @Override
    public void check(ContainerCheck check, Link link, Kernel kernel) {
        check.checkHostEnd(link).ifPresent(end -> checkHostEnd(check, end, kernel));
        conf.masquerade().ifPresent(masquerade -> masquerade.check(check, call.attachment(), kernel));
    }

    private static void checkHostEnd(ContainerCheck check, Link end, Kernel kernel) {
        List<Cidr> addresses = kernel.addresses(Side.HOST, end.name());
        List<Route> routes = kernel.routes(Side.HOST, end.name());
        CniResult own = check.result().withIps(check.ownIps().toList());
        gateways(own).stream()
                .filter(gateway -> !addresses.contains(gateway))
                .forEach(gateway -> check.missing("the gateway " + gateway + " is gone from " + end.name()));
        hostRoutes(own).stream()
                .map(Route::destination)
                .filter(container ->
                        routes.stream().noneMatch(route -> route.destination().equals(container)))
                .forEach(container ->
                        check.missing("the route to " + container + " through " + end.name() + " is gone"));
    }

    /** There is always a way to make a veth pair. */
    @Override
    public void status(Node node) {}
}
