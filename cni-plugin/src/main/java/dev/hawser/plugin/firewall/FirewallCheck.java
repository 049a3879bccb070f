package dev.hawser.plugin.firewall;

import dev.hawser.ip.IpMath;
import dev.hawser.iptables.IptablesTable;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.NftChain;
import dev.hawser.run.Call;
import dev.hawser.run.Node;
import dev.hawser.run.Plan;
import dev.hawser.spec.CniException;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.ErrorCode;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * CHECK: whether the pod is still let through, and its bridge closed. Unlike the reference's, it changes nothing. What the
 * reference made for a pod is as good as what we make.
 */
final class FirewallCheck {

    private enum Family {
        IPV4,
        IPV6
    }

    /** The chains of our ruleset, with how many rules each has. */
    private static final Map<String, Integer> FORWARDING = Map.of("forward", 4, "forwarded", 1);

    private static final Map<String, Integer> CLOSED_BRIDGES = Map.of("ingress", 1);

    private final Call call;
    private final FirewallConf conf;
    private final Kernel kernel;
    private final Node node;
    private final CniResult result;
    private final List<String> missing = new ArrayList<>();
    private final Map<Family, ReferenceChains> seen = new EnumMap<>(Family.class);

    FirewallCheck(Call call, FirewallConf conf, Kernel kernel, Node node) {
        this.call = call;
        this.conf = conf;
        this.kernel = kernel;
        this.node = node;
        this.result = Plan.required(call.conf().prevResult());
    }

    void run() {
        List<InetAddress> addresses = FirewallPlan.addresses(result);
        Backend backend = Backend.of(conf, kernel, node);
        switch (backend) {
            case NFTABLES -> checkNftables(addresses);
            case IPTABLES -> addresses.forEach(this::checkIptables);
            case FIREWALLD -> missing.addAll(FirewalldSources.of(conf, node).missing(addresses));
        }
        ClosedBridge.of(conf, result, kernel).ifPresent(closed -> checkPolicy(closed, backend, addresses));
        throwIfMissing();
    }

    private void checkNftables(List<InetAddress> addresses) {
        List<InetAddress> ours = addresses.stream()
                .filter(address -> !isLetThroughByReference(address))
                .toList();
        ours.stream()
                .filter(address -> !isOwn(address))
                .forEach(address -> missing.add("nothing lets " + IpMath.text(address) + " through any more"));
        if (!ours.isEmpty()) {
            checkRuleset(FORWARDING);
        }
        for (boolean ipv4 : List.of(true, false)) {
            boolean needed = FirewallPlan.hasFamily(ours, ipv4);
            if (needed && !new Doorway(kernel, ipv4, conf.adminChain()).isOpenOrNotNeeded()) {
                missing.add(
                        (ipv4 ? "iptables" : "ip6tables") + " does not let through what nftables has marked: rules of "
                                + Doorway.CHAIN + ", or what leads there, are gone");
            }
        }
    }

    private boolean isOwn(InetAddress address) {
        return kernel.forwardingOwner(address)
                .filter(call.attachment().abbreviated()::equals)
                .isPresent();
    }

    /** Runs a process only if the reference, or our own backend iptables, has let some pod through. */
    private boolean isLetThroughByReference(InetAddress address) {
        return !isOwn(address)
                && kernel.jumps(ReferenceChains.forward(isIpv4(address))).contains("")
                && chains(address).missingRules(List.of(address)).isEmpty();
    }

    private void checkRuleset(Map<String, Integer> rules) {
        rules.forEach((chain, count) -> {
            if (kernel.rules(new NftChain("inet", "hawser", chain)).size() < count) {
                missing.add("rules of chain inet hawser " + chain + " are gone");
            }
        });
    }

    private void checkIptables(InetAddress address) {
        ReferenceChains chains = chains(address);
        List<String> lines = new ArrayList<>(chains.missingFrame());
        lines.addAll(chains.missingRules(List.of(address)));
        if (!lines.isEmpty()) {
            missing.add("nothing lets " + IpMath.text(address) + " through any more: of "
                    + (isIpv4(address) ? "iptables" : "ip6tables") + " are missing: " + String.join("; ", lines));
        }
    }

    private void checkPolicy(ClosedBridge closed, Backend backend, List<InetAddress> addresses) {
        boolean byElements = backend != Backend.IPTABLES
                && kernel.closedBridges().stream()
                        .anyMatch(other -> isAsStrict(other.bridge(), other.isolated(), closed));
        if (byElements) {
            checkRuleset(CLOSED_BRIDGES);
        } else if (!addresses.stream().allMatch(address -> chains(address).hasPolicy(closed))) {
            missing.add("ingressPolicy " + closed.policy().text() + " of " + closed.bridge() + " is enforced no more");
        }
    }

    private static boolean isAsStrict(String bridge, boolean isolated, ClosedBridge wanted) {
        return bridge.equals(wanted.bridge()) && (isolated || !wanted.isolated());
    }

    private ReferenceChains chains(InetAddress address) {
        return seen.computeIfAbsent(
                isIpv4(address) ? Family.IPV4 : Family.IPV6,
                family -> new ReferenceChains(
                        IptablesTable.of(kernel, family == Family.IPV4, ReferenceChains.FILTER), conf.adminChain()));
    }

    private static boolean isIpv4(InetAddress address) {
        return address.getAddress().length == 4;
    }

    private void throwIfMissing() {
        if (!missing.isEmpty()) {
            throw new CniException(ErrorCode.INTERNAL, call.attachment() + ": " + String.join("; ", missing));
        }
    }
}
