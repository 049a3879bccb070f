package dev.hawser.kernel;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What of an attachment is forwarded and what is not, as far as elements of ours say it.
 *
 * @param addresses what they send is {@linkplain FirewallChange.AllowForwarding let through}, and the answers to it
 * @param adminChain the chain of iptables whose rules come before what lets them through; without addresses, the usual one
 * @param closed the bridge that is closed for the sake of this attachment, perhaps among others
 */
public record ForwardingPolicy(
        List<InetAddress> addresses, String adminChain, Optional<FirewallChange.CloseBridge> closed) {

    /** XT_EXTENSION_MAXNAMELEN of x_tables.h leaves 28 bytes; the others would be no word, or another one, in a rule. */
    private static final Pattern CHAIN = Pattern.compile("[^\\s\"'\\\\!,-][^\\s\"'\\\\]{0,27}");

    /** The administrator's chain unless a configuration names another. */
    public static final String ADMIN_CHAIN = "CNI-ADMIN";

    /** Nothing is let through, and nothing is closed. */
    public static final ForwardingPolicy NONE = new ForwardingPolicy(List.of(), ADMIN_CHAIN, Optional.empty());

    /** @throws IllegalArgumentException if the administrator's chain cannot be one */
    public ForwardingPolicy {
        addresses = List.copyOf(addresses);
        if (!isChain(adminChain)) {
            throw new IllegalArgumentException("\"" + adminChain + "\" cannot be the name of a chain");
        }
        adminChain = addresses.isEmpty() ? ADMIN_CHAIN : adminChain;
    }

    /** Whether a chain of iptables can have this name. */
    public static boolean isChain(String name) {
        return name.equals(ADMIN_CHAIN) || CHAIN.matcher(name).matches();
    }
}
