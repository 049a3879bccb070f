package dev.hawser.attach;

import dev.hawser.ip.Cidr;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.Route;
import dev.hawser.kernel.Side;
import dev.hawser.run.Call;
import dev.hawser.run.Plan;
import dev.hawser.spec.CniException;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.ErrorCode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * CHECK of what every interface has: whether the interface in the container is still what ADD reported. All that is missing is
 * collected and said at once. What later plugins of the chain may have changed (MTU, MAC filters, more interfaces) is not
 * looked at.
 */
public final class ContainerCheck {

    private final Call call;
    private final Kernel kernel;
    private final CniResult result;
    private final List<String> missing = new ArrayList<>();

    /**
     * A check of this call's attachment.
     *
     * @throws CniException code 7 if the runtime gives no prevResult
     */
    public ContainerCheck(Call call, Kernel kernel) {
        this.call = call;
        this.kernel = kernel;
        this.result = Plan.required(call.conf().prevResult());
    }

    /** What ADD reported. */
    public CniResult result() {
        return result;
    }

    /** Notes something that is not as it should be. */
    public void missing(String what) {
        missing.add(what);
    }

    /**
     * Ends the check.
     *
     * @throws CniException that says all that is missing
     */
    public void throwIfMissing() {
        if (!missing.isEmpty()) {
            throw new CniException(ErrorCode.INTERNAL, call.attachment() + ": " + String.join("; ", missing));
        }
    }

    /** As {@link #checkLink()}, and its kind is looked at too. */
    public Optional<Link> checkLink(String kind) {
        Optional<Link> pod = checkLink();
        if (pod.isPresent() && !pod.get().is(kind)) {
            missing.add(call.ifName() + " in the container is not a " + kind + " any more");
        }
        return pod;
    }

    /** The interface in the container, if it is there: its MAC and sandbox are looked at. */
    public Optional<Link> checkLink() {
        Optional<Link> pod = kernel.link(Side.POD, call.ifName());
        if (pod.isEmpty()) {
            missing.add(call.ifName() + " is gone from the container");
        }
        pod.ifPresent(this::checkReported);
        return pod;
    }

    private void checkReported(Link pod) {
        Optional<CniResult.Interface> reported = reported(call.ifName(), true);
        if (reported.isEmpty()) {
            missing.add("prevResult does not have " + call.ifName() + " in a sandbox");
            return;
        }
        checkMac(reported.get(), pod);
        if (!reported.get().sandbox().equals(call.netns())) {
            missing.add("Sandbox in prevResult " + reported.get().sandbox() + " doesn't match configured netns: "
                    + call.netns());
        }
    }

    /** The host's end of a veth: one of the interfaces in prevResult that are not in a sandbox, and the peer of {@code pod}. */
    public Optional<Link> checkHostEnd(Link pod) {
        Optional<Link> end = result.interfaces().stream()
                .filter(link -> link.sandbox().isEmpty())
                .flatMap(link -> kernel.link(Side.HOST, link.name()).stream())
                .filter(link -> link.is("veth") && pod.peer().equals(OptionalInt.of(link.index())))
                .findFirst();
        if (end.isEmpty()) {
            missing.add("the host's end of " + call.ifName() + " is gone");
        } else if (!end.get().up()) {
            missing.add(end.get().name() + " is down");
        }
        return end;
    }

    /** Whether the link has the MAC that was reported, if one was. */
    public void checkMac(CniResult.Interface reported, Link link) {
        String mac = link.mac().map(MacAddress::toString).orElse("none");
        if (!reported.mac().isEmpty() && !reported.mac().equalsIgnoreCase(mac)) {
            missing.add(link.name() + " has MAC " + mac + " instead of " + reported.mac());
        }
    }

    /** The interface of this name in prevResult. */
    public Optional<CniResult.Interface> reported(String name, boolean inSandbox) {
        return result.interfaces().stream()
                .filter(link -> link.name().equals(name) && link.sandbox().isEmpty() != inSandbox)
                .findFirst();
    }

    /** Whether the interface still has its addresses. */
    public void checkAddresses() {
        List<Cidr> present = kernel.addresses(Side.POD, call.ifName());
        ownIps().filter(ip -> !present.contains(ip.address()))
                .forEach(ip -> missing.add("the address " + ip.address() + " is gone from " + call.ifName()));
    }

    /** The addresses of this interface: later plugins of the chain may have added interfaces with addresses of their own. */
    public Stream<CniResult.Ip> ownIps() {
        return result.ipsOf(call.ifName()).stream();
    }

    /** Whether the routes of the result still lead through the interface. */
    public void checkRoutes() {
        checkRoutes(ResultRoutes.of(result));
    }

    /** Whether these routes still lead through the interface. */
    public void checkRoutes(Collection<Route> routes) {
        List<Route> present = kernel.routes(Side.POD, call.ifName());
        routes.stream()
                .filter(route -> present.stream().noneMatch(other -> isSame(route, other)))
                .forEach(route -> missing.add("the route " + route + " is gone from the container"));
    }

    /**
     * Alike in what was asked for; the kernel fills in what was not. A route of which no table was said may be in any: sbr
     * and vrf, later in the chain, move routes.
     */
    private static boolean isSame(Route asked, Route present) {
        return asked.destination().equals(present.destination())
                && asked.gateway().equals(present.gateway())
                && (asked.table().isEmpty() || tableOf(asked) == tableOf(present))
                && (asked.priority().isEmpty() || asked.priority().equals(present.priority()));
    }

    private static int tableOf(Route route) {
        return route.table().orElse(Route.MAIN_TABLE);
    }
}
