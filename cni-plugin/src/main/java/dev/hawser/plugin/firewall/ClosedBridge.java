package dev.hawser.plugin.firewall;

import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.Side;
import dev.hawser.plugin.firewall.FirewallConf.IngressPolicy;
import dev.hawser.spec.CniException;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.ErrorCode;
import java.util.List;
import java.util.Optional;

/**
 * What {@code ingressPolicy} is about: the link of the host by which packets of the pod come in.
 *
 * @param bridge its name
 * @param isolated whether nothing is to pass from one of its ports to another either
 */
record ClosedBridge(String bridge, boolean isolated) {

    /**
     * The link that a policy closes; none if everything is open.
     *
     * @throws CniException code 7 if the pod has no link on the host
     */
    static Optional<ClosedBridge> of(FirewallConf conf, CniResult result, Kernel kernel) {
        return switch (conf.ingressPolicy()) {
            case OPEN -> Optional.empty();
            case SAME_BRIDGE, ISOLATED ->
                Optional.of(
                        new ClosedBridge(bridge(conf, result, kernel), conf.ingressPolicy() == IngressPolicy.ISOLATED));
        };
    }

    /** As the rules and comments of the reference name the policy. */
    IngressPolicy policy() {
        return isolated ? IngressPolicy.ISOLATED : IngressPolicy.SAME_BRIDGE;
    }

    private static String bridge(FirewallConf conf, CniResult result, Kernel kernel) {
        return find(result, kernel)
                .orElseThrow(() -> new CniException(
                        ErrorCode.INVALID_NETWORK_CONFIG,
                        "ingressPolicy: \"" + conf.ingressPolicy().text()
                                + "\" needs a bridge, and prevResult has no interface on the host",
                        "use it after bridge or ptp"));
    }

    /**
     * The reference takes the first interface, whatever that is. We take the first that is a bridge; else the bridge that the
     * first on the host is a port of; else that one itself, which is right for ptp.
     */
    static Optional<String> find(CniResult result, Kernel kernel) {
        List<String> names = result.interfaces().stream()
                .filter(link -> link.sandbox().isEmpty())
                .map(CniResult.Interface::name)
                .toList();
        List<Link> links = names.stream()
                .flatMap(name -> kernel.link(Side.HOST, name).stream())
                .toList();
        return links.stream()
                .filter(link -> link.is("bridge"))
                .map(Link::name)
                .findFirst()
                .or(() -> links.stream().findFirst().flatMap(link -> master(link, kernel)))
                .or(() -> names.stream().findFirst());
    }

    /** A dump, but only where a plugin does not say what bridge it uses. */
    private static Optional<String> master(Link link, Kernel kernel) {
        return link.master().isEmpty()
                ? Optional.empty()
                : kernel.links(Side.HOST).stream()
                        .filter(other -> other.index() == link.master().getAsInt())
                        .map(Link::name)
                        .findFirst();
    }
}
