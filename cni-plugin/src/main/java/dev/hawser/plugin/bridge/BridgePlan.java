package dev.hawser.plugin.bridge;

import dev.hawser.attach.HostAlias;
import dev.hawser.attach.VethNames;
import dev.hawser.ip.Cidr;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.Change;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.IpChange;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.Side;
import dev.hawser.kernel.Step;
import dev.hawser.masquerade.Masquerade;
import dev.hawser.run.Call;
import dev.hawser.spec.CniException;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What an ADD does, as steps, in the order of the reference: bridge, veth pair, container's end, gateway, masquerade. Pure.
 */
final class BridgePlan {

    /** How long the reference waits in all for the port to forward. */
    private static final int PORT_TIMEOUT_MILLIS = 2550;

    /** The VLAN that a bridge puts its ports into, unless told otherwise. */
    private static final int DEFAULT_VLAN = 1;

    private final Call call;
    private final BridgeConf conf;
    private final CniResult addressing;
    private final Observed observed;
    private final Attachment attachment;
    private final VethNames names;
    private final MacAddress podMac;
    private final List<Step> steps = new ArrayList<>();

    private BridgePlan(Call call, BridgeConf conf, CniResult addressing, Observed observed) {
        this.call = call;
        this.conf = conf;
        this.addressing = addressing;
        this.observed = observed;
        this.attachment = call.attachment();
        this.names = VethNames.of(call);
        this.podMac = conf.podMac(names);
    }

    /**
     * The steps of an ADD.
     *
     * @param addressing the container's addresses with their gateways, and its routes, as {@link Gateways} completed them
     */
    static List<Step> of(Call call, BridgeConf conf, CniResult addressing, Observed observed) {
        List<Step> steps = new ArrayList<>(link(call, conf, addressing, observed));
        steps.addAll(addresses(call, conf, addressing, observed));
        return List.copyOf(steps);
    }

    /**
     * The first part of them: the link.
     *
     * @param addressing as far as it is known: a DHCP server gives addresses over this link
     */
    static List<Step> link(Call call, BridgeConf conf, CniResult addressing, Observed observed) {
        BridgePlan plan = new BridgePlan(call, conf, addressing, observed);
        plan.ensureBridge();
        plan.addVeth();
        plan.configurePort();
        return List.copyOf(plan.steps);
    }

    /** The second part of them: what goes by the addresses. */
    static List<Step> addresses(Call call, BridgeConf conf, CniResult addressing, Observed observed) {
        BridgePlan plan = new BridgePlan(call, conf, addressing, observed);
        plan.configureAddresses();
        return List.copyOf(plan.steps);
    }

    /** The link that the gateway's addresses live on: the bridge, or {@code cni0.100} for a VLAN. */
    static String gatewayLink(BridgeConf conf) {
        OptionalInt vlan = conf.vlans().access();
        return vlan.isPresent() ? conf.bridge() + "." + vlan.getAsInt() : conf.bridge();
    }

    private void configureAddresses() {
        if (conf.addresses().needsLink()) {
            setAlias();
        }
        configureContainer();
        if (conf.gateway() && !addressing.ips().isEmpty()) {
            ensureGateway();
        }
        observed.masquerade().ifPresent(state -> steps.addAll(Masquerade.steps(attachment, addresses(), state)));
        if (conf.containerEndUp()) {
            own(Side.HOST, new LinkChange.AwaitUp(names.hostEnd(), PORT_TIMEOUT_MILLIS));
        }
    }

    private void ensureBridge() {
        String bridge = conf.bridge();
        requireBridge(observed.bridge());
        if (observed.bridge().isEmpty()) {
            share(new LinkChange.AddBridge(bridge, conf.mtuBytes(), conf.vlans().filtering()));
            shareIfPossible("net/ipv6/conf/" + bridge + "/accept_ra", "0");
            // Nobody else can have the gateway's address: without the wait, pods reach it at once.
            shareIfPossible("net/ipv6/conf/" + bridge + "/accept_dad", "0");
        }
        if (conf.promiscuous() && !observed.bridge().map(Link::promiscuous).orElse(false)) {
            share(new LinkChange.SetPromiscuous(bridge));
        }
        if (!observed.bridge().map(Link::up).orElse(false)) {
            share(new LinkChange.SetUp(bridge));
        }
    }

    private void requireBridge(Optional<Link> link) {
        if (link.isPresent() && !link.get().is("bridge")) {
            throw new CniException(
                    ErrorCode.INVALID_NETWORK_CONFIG,
                    "bridge: \"" + conf.bridge() + "\" already exists but is not a bridge",
                    "it is a " + link.get().kind().orElse("physical device") + ": name another bridge, or remove it");
        }
    }

    private void addVeth() {
        Change veth = new LinkChange.AddVeth(
                names.hostEnd(),
                names.hostMac(),
                Optional.of(conf.bridge()),
                Side.POD,
                call.ifName(),
                podMac,
                conf.mtuBytes());
        steps.add(Step.owned(Side.HOST, veth, new LinkChange.DeleteLink(names.hostEnd())));
        setAlias();
    }

    private void setAlias() {
        own(Side.HOST, new LinkChange.SetAlias(names.hostEnd(), alias()));
    }

    private String alias() {
        boolean elements =
                observed.masquerade().filter(state -> !state.byIptables()).isPresent();
        Optional<MacAddress> guard = conf.guardMac() ? Optional.of(podMac) : Optional.empty();
        return HostAlias.of(call, elements ? addresses() : List.of(), guard);
    }

    private List<Cidr> addresses() {
        return addressing.ips().stream().map(CniResult.Ip::address).toList();
    }

    private void configurePort() {
        String port = names.hostEnd();
        if (conf.hairpin() || conf.isolated()) {
            own(Side.HOST, new LinkChange.SetBridgePort(port, conf.hairpin(), conf.isolated()));
        }
        if (conf.vlans().any()) {
            configureVlans(port, conf.vlans());
        }
        ownIfPossible(Side.HOST, "net/ipv6/conf/" + port + "/accept_ra", "0");
        if (conf.guardMac()) {
            steps.add(Step.owned(
                    Side.HOST,
                    new FirewallChange.AddMacGuard(port, podMac, attachment),
                    new FirewallChange.DeleteMacGuard(port, podMac)));
        }
        own(Side.HOST, new LinkChange.SetUp(port));
    }

    private void configureVlans(String port, Vlans vlans) {
        if (!vlans.keepDefault()) {
            own(Side.HOST, new LinkChange.ClearBridgeVlans(port));
        }
        vlans.access().ifPresent(id -> own(Side.HOST, new LinkChange.AddBridgeVlan(port, id, true)));
        vlans.tagged().forEach(id -> own(Side.HOST, new LinkChange.AddBridgeVlan(port, id, false)));
        if (vlans.access().isEmpty()) {
            own(Side.HOST, new LinkChange.AddBridgeVlan(port, DEFAULT_VLAN, true));
        }
    }

    private void configureContainer() {
        if (conf.containerEndUp()) {
            steps.addAll(conf.containerLink(call).configure(addressing));
        }
    }

    private void ensureGateway() {
        String link = gatewayLink(conf);
        if (conf.vlans().access().isPresent() && observed.gatewayLink().isEmpty()) {
            addVlanInterface(link, conf.vlans().access().getAsInt());
        }
        for (Cidr gateway : Gateways.addresses(addressing)) {
            ensureGatewayAddress(link, gateway);
        }
        for (boolean ipv4 : Gateways.families(addressing)) {
            share(new Change.SetSysctl(ipv4 ? "net/ipv4/ip_forward" : "net/ipv6/conf/all/forwarding", "1", true));
        }
    }

    /** A veth pair from the bridge to {@code cni0.100}, which stays, as with the reference. */
    private void addVlanInterface(String link, int vlan) {
        VethNames pair = VethNames.of(conf.bridge(), link);
        share(new LinkChange.AddVeth(
                pair.hostEnd(),
                pair.hostMac(),
                Optional.of(conf.bridge()),
                Side.HOST,
                link,
                pair.podMac(),
                observed.bridge()
                        .map(bridge -> OptionalInt.of(bridge.mtuBytes()))
                        .orElse(conf.mtuBytes())));
        share(new LinkChange.ClearBridgeVlans(pair.hostEnd()));
        share(new LinkChange.AddBridgeVlan(pair.hostEnd(), vlan, true));
        share(new LinkChange.SetUp(pair.hostEnd()));
        shareIfPossible("net/ipv6/conf/" + link + "/accept_dad", "0");
        share(new LinkChange.SetUp(link));
    }

    private void ensureGatewayAddress(String link, Cidr gateway) {
        if (observed.gatewayAddresses().contains(gateway)) {
            return;
        }
        for (Cidr other : observed.gatewayAddresses()) {
            if (conflict(other, gateway)) {
                giveWay(link, other, gateway);
            }
        }
        share(new IpChange.AddAddress(link, gateway));
        share(new LinkChange.PinMac(link));
    }

    /** A bridge has one IPv4 address; IPv6 ones conflict if their subnets do, and link-local ones never. */
    private static boolean conflict(Cidr other, Cidr gateway) {
        if (other.isIpv4() || gateway.isIpv4()) {
            return other.isIpv4() && gateway.isIpv4();
        }
        return other.overlaps(gateway) && !other.address().isLinkLocalAddress();
    }

    private void giveWay(String link, Cidr other, Cidr gateway) {
        if (!conf.forceAddress()) {
            throw new CniException(
                    ErrorCode.INTERNAL,
                    "\"" + link + "\" already has an IP address different from " + gateway,
                    "it has " + other + ": set forceAddress to replace it, or give the network the bridge's subnet");
        }
        share(new IpChange.DeleteAddress(link, other));
    }

    private void own(Side side, Change change) {
        steps.add(Step.diesWith(side == Side.POD ? call.ifName() : names.hostEnd(), side, change));
    }

    private void ownIfPossible(Side side, String sysctl, String value) {
        own(side, new Change.SetSysctl(sysctl, value, false));
    }

    private void share(Change change) {
        steps.add(Step.shared(Side.HOST, change));
    }

    private void shareIfPossible(String sysctl, String value) {
        share(new Change.SetSysctl(sysctl, value, false));
    }
}
