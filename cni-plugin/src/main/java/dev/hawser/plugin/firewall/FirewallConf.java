package dev.hawser.plugin.firewall;

import dev.hawser.kernel.ForwardingPolicy;
import dev.hawser.run.Call;
import dev.hawser.spec.Settings;
import java.util.Optional;

/**
 * The configuration, in order.
 *
 * <pre>{@code
 * { "type": "firewall", "backend": "iptables", "iptablesAdminChainName": "CNI-ADMIN", "firewalldZone": "trusted",
 *   "ingressPolicy": "same-bridge" }
 * }</pre>
 *
 * @param backend if one is named
 * @param unknownBackend what to say of a backend that is named, but does not exist; as by the reference, that counts as none
 * @param adminChain the chain of iptables whose rules come before ours
 * @param zone of firewalld
 */
record FirewallConf(
        Optional<Backend> backend,
        Optional<String> unknownBackend,
        String adminChain,
        String zone,
        IngressPolicy ingressPolicy) {

    /** What may reach a pod from other pods of the node. */
    enum IngressPolicy {
        /** Everything. */
        OPEN(""),
        /** What comes from a bridge that has a policy too only if it is the pod's own. */
        SAME_BRIDGE("same-bridge"),
        /** Nothing of what comes from a bridge that has a policy too. */
        ISOLATED("isolated");

        private final String text;

        IngressPolicy(String text) {
            this.text = text;
        }

        /** As a configuration spells it. */
        String text() {
            return text;
        }
    }

    static FirewallConf of(Call call) {
        Settings settings = call.conf().settings();
        Optional<String> named = settings.text("backend");
        Optional<Backend> backend = named.flatMap(Backend::named);
        FirewallConf conf = new FirewallConf(
                backend,
                named.filter(text -> backend.isEmpty())
                        .map(
                                text -> "backend \"" + text
                                        + "\" is unknown, want nftables, iptables or firewalld: choosing as if none were named"),
                adminChain(settings),
                settings.text("firewalldZone", "trusted"),
                ingressPolicy(settings));
        settings.throwIfFaulty();
        return conf;
    }

    private static String adminChain(Settings settings) {
        String chain = settings.text("iptablesAdminChainName", ForwardingPolicy.ADMIN_CHAIN);
        if (!ForwardingPolicy.isChain(chain)) {
            settings.fault(
                    "iptablesAdminChainName",
                    "\"" + chain + "\" cannot be the name of a chain: it has 1 to 28 characters, and neither space,"
                            + " quote nor backslash");
        }
        return chain;
    }

    private static IngressPolicy ingressPolicy(Settings settings) {
        return switch (settings.choice("ingressPolicy", "open", "same-bridge", "isolated")
                .orElse("open")) {
            case "same-bridge" -> IngressPolicy.SAME_BRIDGE;
            case "isolated" -> IngressPolicy.ISOLATED;
            default -> IngressPolicy.OPEN;
        };
    }
}
