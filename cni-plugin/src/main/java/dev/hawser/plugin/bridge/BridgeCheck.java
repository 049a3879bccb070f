package dev.hawser.plugin.bridge;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.Route;
import dev.hawser.kernel.Side;
import dev.hawser.run.Call;
import dev.hawser.spec.CniException;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * CHECK: whether what ADD reported is still so, and what it cannot report: the port's place in the bridge, and the masquerade.
 * All that is missing is said at once. What later plugins of the chain may have changed (MTU, MAC filters, more interfaces) is
 * not looked at.
 */
final class BridgeCheck {

    private final Call call;
    private final BridgeConf conf;
    private final Kernel kernel;
    private final List<String> missing = new ArrayList<>();

    BridgeCheck(Call call, BridgeConf conf, Kernel kernel) {
        this.call = call;
        this.conf = conf;
        this.kernel = kernel;
    }

    void run() {
        CniResult result = call.conf()
                .prevResult()
                .orElseThrow(() ->
                        new CniException(ErrorCode.INVALID_NETWORK_CONFIG, "prevResult: Required prevResult missing"));
        Optional<Link> bridge = checkBridge(result);
        checkPair(result, bridge);
        checkAddresses(result);
        checkRoutes(result);
        checkMasquerade(result);
        if (!missing.isEmpty()) {
            throw new CniException(ErrorCode.INTERNAL, call.attachment() + ": " + String.join("; ", missing));
        }
    }

    private Optional<Link> checkBridge(CniResult result) {
        Optional<Link> bridge = kernel.link(Side.HOST, conf.bridge());
        if (bridge.isEmpty()) {
            missing.add("the bridge " + conf.bridge() + " is gone");
            return bridge;
        }
        if (!bridge.get().is("bridge")) {
            missing.add(conf.bridge() + " is not a bridge any more");
        }
        reported(result, conf.bridge(), false).ifPresent(link -> checkMac(link, bridge.get()));
        if (conf.promiscuous() && !bridge.get().promiscuous()) {
            missing.add("the bridge " + conf.bridge() + " is not promiscuous any more");
        }
        return bridge;
    }

    private void checkPair(CniResult result, Optional<Link> bridge) {
        Optional<Link> pod = kernel.link(Side.POD, call.ifName());
        if (pod.isEmpty()) {
            missing.add(call.ifName() + " is gone from the container");
            return;
        }
        if (!pod.get().is("veth")) {
            missing.add(call.ifName() + " in the container is not a veth any more");
        }
        Optional<CniResult.Interface> reported = reported(result, call.ifName(), true);
        if (reported.isEmpty()) {
            missing.add("prevResult does not have " + call.ifName() + " in a sandbox");
        }
        reported.ifPresent(link -> checkSandbox(link, pod.get()));
        checkPort(result, pod.get(), bridge);
    }

    private void checkSandbox(CniResult.Interface link, Link pod) {
        checkMac(link, pod);
        if (!link.sandbox().equals(call.netns())) {
            missing.add("Sandbox in prevResult " + link.sandbox() + " doesn't match configured netns: " + call.netns());
        }
    }

    /** The host's end: one of the interfaces in prevResult that are not in a sandbox, and the peer of the container's end. */
    private void checkPort(CniResult result, Link pod, Optional<Link> bridge) {
        Optional<Link> port = result.interfaces().stream()
                .filter(link -> link.sandbox().isEmpty())
                .flatMap(link -> kernel.link(Side.HOST, link.name()).stream())
                .filter(link -> link.is("veth") && pod.peer().equals(OptionalInt.of(link.index())))
                .findFirst();
        if (port.isEmpty()) {
            missing.add("the host's end of " + call.ifName() + " is gone");
            return;
        }
        Link link = port.get();
        if (bridge.isPresent() && link.master().orElse(0) != bridge.get().index()) {
            missing.add(link.name() + " is not a port of " + conf.bridge() + " any more");
        }
        if (!link.up()) {
            missing.add(link.name() + " is down");
        }
    }

    private void checkMac(CniResult.Interface reported, Link link) {
        String mac = link.mac().map(MacAddress::toString).orElse("none");
        if (!reported.mac().isEmpty() && !reported.mac().equalsIgnoreCase(mac)) {
            missing.add(link.name() + " has MAC " + mac + " instead of " + reported.mac());
        }
    }

    private static Optional<CniResult.Interface> reported(CniResult result, String name, boolean inSandbox) {
        return result.interfaces().stream()
                .filter(link -> link.name().equals(name) && link.sandbox().isEmpty() != inSandbox)
                .findFirst();
    }

    private void checkAddresses(CniResult result) {
        List<Cidr> present = kernel.addresses(Side.POD, call.ifName());
        result.ips().stream()
                .filter(ip -> isOurs(result, ip))
                .filter(ip -> !present.contains(ip.address()))
                .forEach(ip -> missing.add("the address " + ip.address() + " is gone from " + call.ifName()));
    }

    /** Later plugins of the chain may have added interfaces with addresses of their own. */
    private boolean isOurs(CniResult result, CniResult.Ip ip) {
        if (ip.interfaceIndex().isEmpty()) {
            return true;
        }
        int index = ip.interfaceIndex().getAsInt();
        return index >= result.interfaces().size()
                || result.interfaces().get(index).name().equals(call.ifName());
    }

    private void checkRoutes(CniResult result) {
        List<Route> present = kernel.routes(Side.POD, call.ifName());
        Gateways.routes(result).stream()
                .filter(route -> present.stream().noneMatch(other -> isSame(route, other)))
                .forEach(route -> missing.add("the route " + route + " is gone from the container"));
    }

    /** Alike in what was asked for; the kernel fills in what was not. */
    private static boolean isSame(Route asked, Route present) {
        return asked.destination().equals(present.destination())
                && asked.gateway().equals(present.gateway())
                && asked.table().orElse(MAIN_TABLE) == present.table().orElse(MAIN_TABLE)
                && (asked.priority().isEmpty() || asked.priority().equals(present.priority()));
    }

    /** RT_TABLE_MAIN of rtnetlink.h. */
    private static final int MAIN_TABLE = 254;

    private void checkMasquerade(CniResult result) {
        boolean nftables = conf.masquerade().isPresent()
                && conf.masquerade().get() != BridgeConf.Masquerade.IPTABLES
                && kernel.hasNftables();
        if (!nftables || kernel.hasChain(IptablesMasquerade.nftChain(call.attachment(), true))) {
            return;
        }
        result.ips().stream()
                .filter(ip -> isOurs(result, ip)
                        && kernel.masqueradeOwner(ip.address()).isEmpty())
                .forEach(ip -> missing.add(
                        "nothing masquerades " + IpMath.text(ip.address().address()) + " any more"));
    }
}
