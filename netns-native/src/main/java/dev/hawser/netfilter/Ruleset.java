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
     * What letting pods through needs around their elements. No accept of ours could overrule the drop of another table: so
     * what is of a pod bears a bit of its mark from just before the filters of iptables to just after them, for a rule there to
     * accept. The same packets as by the reference: what the pod sends, and what is sent to it as an answer.
     *
     * <p>Costs each forwarded packet two hash look-ups, however many pods there are.
     */
    public static String forwarding() {
        return """
                add table inet hawser
                add set inet hawser forwarded4 { type ipv4_addr ; }
                add set inet hawser forwarded6 { type ipv6_addr ; }
                add chain inet hawser forward { type filter hook forward priority -1 ; policy accept ; }
                flush chain inet hawser forward
                add rule inet hawser forward ip saddr @forwarded4 meta mark set meta mark | %1$#x
                add rule inet hawser forward ip6 saddr @forwarded6 meta mark set meta mark | %1$#x
                add rule inet hawser forward ip daddr @forwarded4 ct state established,related meta mark set meta mark | %1$#x
                add rule inet hawser forward ip6 daddr @forwarded6 ct state established,related meta mark set meta mark | %1$#x
                add chain inet hawser forwarded { type filter hook forward priority 1 ; policy accept ; }
                flush chain inet hawser forwarded
                add rule inet hawser forwarded meta mark & %1$#x != 0 meta mark set meta mark & %2$#x
                """.formatted(FirewallChange.FORWARDED, ~FirewallChange.FORWARDED);
    }

    /**
     * What closing bridges needs around their elements: nothing goes from one closed bridge to another, nor from one back to
     * itself unless that pair is among the neighbours. A drop is final, whatever others accept: as by the reference, even the
     * overrides of the administrator come too late.
     */
    public static String closedBridges() {
        return """
                add table inet hawser
                add set inet hawser closed { type ifname ; }
                add set inet hawser neighbours { type ifname . ifname ; }
                add chain inet hawser ingress { type filter hook forward priority -1 ; policy accept ; }
                flush chain inet hawser ingress
                add rule inet hawser ingress iifname @closed oifname @closed iifname . oifname != @neighbours drop
                """;
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
