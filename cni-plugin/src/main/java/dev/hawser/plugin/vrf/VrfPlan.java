package dev.hawser.plugin.vrf;

import dev.hawser.ip.Cidr;
import dev.hawser.kernel.Change;
import dev.hawser.kernel.IpChange;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.LinkKind;
import dev.hawser.kernel.Route;
import dev.hawser.kernel.Side;
import dev.hawser.kernel.Step;
import dev.hawser.spec.CniException;
import dev.hawser.spec.ErrorCode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What an ADD does, as steps. The kernel sets an interface down and up again when it becomes a port of a VRF, and when it is one no
 * more (drivers/net/vrf.c, cycle_netdev): its routes are lost, and IPv6 addresses too unless keep_addr_on_down keeps them. Pure.
 */
final class VrfPlan {

    /** How long the reference waits for duplicate address detection. */
    private static final int ADDRESS_TIMEOUT_MILLIS = 5000;

    private final VrfConf conf;
    private final String ifName;
    private final Observed observed;
    private final List<Step> steps = new ArrayList<>();

    private VrfPlan(VrfConf conf, String ifName, Observed observed) {
        this.conf = conf;
        this.ifName = ifName;
        this.observed = observed;
    }

    /**
     * The steps of an ADD.
     *
     * @throws CniException if the VRF is there with another table, or its name is another link's
     */
    static List<Step> of(VrfConf conf, String ifName, Observed observed) {
        return new VrfPlan(conf, ifName, observed).steps();
    }

    private List<Step> steps() {
        int table = ensureVrf();
        List<Route> routes = observed.routes().stream()
                .sorted(Comparator.comparing(route -> route.gateway().isPresent()))
                .toList();
        // Taken away by ourselves, so that each comes back if a later step fails: those with gateways before what leads
        // there.
        routes.reversed().forEach(this::delete);
        List<Cidr> ipv6 = observed.addresses().stream()
                .filter(address -> !address.isIpv4())
                .toList();
        // Nothing to do, but to undo: they are to be there again when the interface is a port no more.
        ipv6.forEach(address -> own(address(address), address(address)));
        own(new LinkChange.SetMaster(ifName, conf.name()), new LinkChange.ClearMaster(ifName));
        ipv6.forEach(address -> steps.add(Step.diesWith(ifName, Side.POD, address(address))));
        if (!ipv6.isEmpty()
                && routes.stream().anyMatch(route -> !route.destination().isIpv4())) {
            steps.add(Step.diesWith(ifName, Side.POD, new IpChange.AwaitAddresses(ifName, ADDRESS_TIMEOUT_MILLIS)));
        }
        routes.forEach(route -> add(route.isMain() ? route.inTable(table) : route));
        return List.copyOf(steps);
    }

    /** Returns the VRF's table. */
    private int ensureVrf() {
        int table =
                observed.vrf().map(this::tableOf).orElseGet(() -> conf.table().orElseGet(observed::freeTable));
        if (observed.vrf().isEmpty()) {
            own(
                    new LinkChange.AddLink(conf.name(), new LinkKind.Vrf(table), Optional.empty(), OptionalInt.empty()),
                    new LinkChange.DeleteLink(conf.name()));
        }
        if (!observed.vrf().map(Link::up).orElse(false)) {
            steps.add(Step.shared(Side.POD, new LinkChange.SetUp(conf.name())));
        }
        return table;
    }

    private int tableOf(Link vrf) {
        if (!vrf.is("vrf")) {
            throw new CniException(
                    ErrorCode.INTERNAL,
                    "vrfname: \"" + conf.name() + "\" already exists in the container but is not a VRF: it is a "
                            + vrf.kind().orElse("physical device"));
        }
        int table = vrf.setting().orElse(0);
        if (conf.table().isPresent() && conf.table().getAsInt() != table) {
            throw new CniException(
                    ErrorCode.INTERNAL,
                    "VRF " + conf.name() + " already exist with different routing table "
                            + Integer.toUnsignedString(table),
                    "table: the configuration wants "
                            + Integer.toUnsignedString(conf.table().getAsInt()));
        }
        return table;
    }

    private Change address(Cidr address) {
        return new IpChange.AddAddress(ifName, address);
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
