package dev.hawser.netfilter;

import dev.hawser.kernel.Change.AddMasquerade;

/**
 * The fixed ruleset of a node, as scripts for {@code nft -f -}. Loading one again changes nothing that a packet or
 * another attachment could notice: nft applies a script in one transaction, the maps and sets are never flushed, and a
 * chain that is flushed is refilled by the same script.
 */
public final class Ruleset {

    /** The name of our tables, one per family. */
    static final String TABLE = "hawser";

    static final String MASQUERADE4 = "masquerade4";
    static final String MASQUERADE6 = "masquerade6";
    static final String GUARDED = "guarded";
    static final String ALLOWED = "allowed";

    private Ruleset() {}

    /**
     * What masquerading a pod needs around its element: the maps, the chain of its subnet, and the way there.
     *
     * <p>The element sends a packet to its subnet's chain: within the subnet nothing happens to it, all else leaves
     * with the node's address. Multicast is left alone, as by the reference plugins.
     *
     * <p>A packet costs one hash look-up however many pods there are. So does deleting an element; but a new element that
     * leads to a chain has the kernel walk the map once, looking for loops (nf_tables_api.c, nft_table_validate): some
     * 50 ns for each pod that is there.
     */
    public static String masquerade(AddMasquerade masquerade) {
        return """
                add table inet hawser
                add map inet hawser masquerade4 { type ipv4_addr : verdict ; }
                add map inet hawser masquerade6 { type ipv6_addr : verdict ; }
                add chain inet hawser %1$s
                flush chain inet hawser %1$s
                add rule inet hawser %1$s %2$s daddr %3$s return
                add rule inet hawser %1$s masquerade
                add chain inet hawser postrouting { type nat hook postrouting priority srcnat ; policy accept ; }
                flush chain inet hawser postrouting
                add rule inet hawser postrouting ip daddr 224.0.0.0/4 return
                add rule inet hawser postrouting ip6 daddr ff00::/8 return
                add rule inet hawser postrouting ip saddr vmap @masquerade4
                add rule inet hawser postrouting ip6 saddr vmap @masquerade6
                """.formatted(
                        masquerade.subnetChain(),
                        masquerade.address().isIpv4() ? "ip" : "ip6",
                        masquerade.address().network());
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
