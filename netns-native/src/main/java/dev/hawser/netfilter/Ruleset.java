package dev.hawser.netfilter;

import dev.hawser.ip.Cidr;
import dev.hawser.kernel.FirewallChange;

/**
 * The fixed ruleset of a node, as scripts for {@code nft -f -}. Loading one again changes nothing that a packet or
 * another attachment could notice: nft applies a script in one transaction, the sets are never flushed, and a
 * chain that is flushed is refilled by the same script.
 */
public final class Ruleset {

    /** The name of our tables, one per family. */
    static final String TABLE = "hawser";

    static final String GUARDED = "guarded";
    static final String ALLOWED = "allowed";

    private Ruleset() {}

    /**
     * What masquerading a pod needs around its element: the set of its subnet's pods, and the chain that looks into it. Within
     * the subnet nothing happens to a packet, all else leaves with the node's address. Multicast is left alone, as by the
     * reference plugins.
     *
     * <p>The first packet of a connection costs one hash look-up for each masqueraded subnet of the node, however many pods
     * there are; the others cost nothing (a chain of type nat sees only the first). A pod that comes or goes is one element,
     * in constant time.
     *
     * @param address one of the subnet, with the length of its prefix
     */
    public static String masquerade(Cidr address) {
        return """
                add table inet hawser
                add set inet hawser %1$s { type %2$s_addr ; }
                add chain inet hawser %1$s { type nat hook postrouting priority srcnat ; policy accept ; }
                flush chain inet hawser %1$s
                add rule inet hawser %1$s %3$s daddr %4$s return
                add rule inet hawser %1$s %3$s saddr @%1$s %3$s daddr != %5$s masquerade
                """.formatted(
                        FirewallChange.masqueradeSet(address),
                        address.isIpv4() ? "ipv4" : "ipv6",
                        address.isIpv4() ? "ip" : "ip6",
                        address.isIpv4() ? "224.0.0.0/4" : "ff00::/8",
                        address.network());
    }

    /**
     * What guarding the MAC of a bridge port needs around its elements. Priority -300 is where bridges undo a
     * destination NAT (NF_BR_PRI_NAT_DST_BRIDGED), before anything else looks at the frame.
     */
    public static String macGuard() {
        return """
                add table bridge hawser
                add set bridge hawser guarded { type ifname ; }
                add set bridge hawser allowed { type ifname . ether_addr ; }
                add chain bridge hawser prerouting { type filter hook prerouting priority -300 ; policy accept ; }
                flush chain bridge hawser prerouting
                add rule bridge hawser prerouting iifname @guarded iifname . ether saddr != @allowed drop
                """;
    }
}
