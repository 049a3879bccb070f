package dev.hawser.netfilter;

import dev.hawser.ip.Cidr;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.NftChain;
import dev.hawser.kernel.PublishedPort;
import dev.hawser.kernel.PublishedPort.Masqueraded;
import java.util.LinkedHashMap;
import java.util.Map;

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

    /** How many rules each chain that this script fills has once it is loaded. */
    public static Map<NftChain, Integer> rulesOfChains(String script) {
        Map<NftChain, Integer> rules = new LinkedHashMap<>();
        script.lines().map(line -> line.split(" ", 6)).forEach(words -> {
            switch (words[0] + " " + words[1]) {
                case "flush chain" -> rules.put(chain(words), 0);
                case "add rule" -> rules.merge(chain(words), 1, Integer::sum);
                default -> {} // tables, sets and the chains themselves
            }
        });
        return rules;
    }

    /** {@code add rule inet hawser forward …}. */
    private static NftChain chain(String[] words) {
        return new NftChain(words[2], words[3], words[4]);
    }

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

    /** How many elements the owners of published ports have, by a hash of the owner. */
    static String publishers() {
        return """
                add table inet hawser
                add map inet hawser publishers { type ifname : mark ; }
                """;
    }

    /**
     * What publishing a port needs around its element: the maps of its family and conditions, and the chains that look into
     * them. A port of one address of the host goes before the same port of all. Packets of the host itself take the hook output,
     * whose priority -100 nft(8) 1.0.6 has no name for.
     *
     * <p>The first packet of a connection to the host costs two hash look-ups for each set of conditions that is in use,
     * however many ports are published; the others cost nothing.
     */
    static String publishedPorts(PublishedPort port) {
        return """
                add map inet hawser ports-%1$s { type inet_proto . inet_service : %2$s_addr . inet_service ; }
                add map inet hawser host-ports-%1$s { type %2$s_addr . inet_proto . inet_service : %2$s_addr . inet_service ; }
                add chain inet hawser published-%1$s
                flush chain inet hawser published-%1$s
                add rule inet hawser published-%1$s %4$s dnat %3$s to %3$s daddr . meta l4proto . th dport map @host-ports-%1$s
                add rule inet hawser published-%1$s %4$s dnat %3$s to meta l4proto . th dport map @ports-%1$s
                add chain inet hawser published-%1$s-prerouting { type nat hook prerouting priority dstnat ; policy accept ; }
                flush chain inet hawser published-%1$s-prerouting
                add rule inet hawser published-%1$s-prerouting meta nfproto %2$s fib daddr type local jump published-%1$s
                add chain inet hawser published-%1$s-output { type nat hook output priority -100 ; policy accept ; }
                flush chain inet hawser published-%1$s-output
                add rule inet hawser published-%1$s-output meta nfproto %2$s fib daddr type local jump published-%1$s
                """.formatted(
                        port.chain().substring("published-".length()),
                        port.isIpv4() ? "ipv4" : "ipv6",
                        port.family(),
                        port.conditions());
    }

    /**
     * What masquerading the users of a published port needs: the set of such ports, by the container's address and the port of
     * the host, and the chain that looks into it. nft(8) 1.0.6 knows how long a port is only where it knows the protocol.
     *
     * <p>route_localnet, which the host's own connections from 127.0.0.0/8 need on the container's link, would let the
     * containers reach whatever listens on the host's 127.0.0.1: that is dropped again, as the kernel does without it.
     */
    static String hairpin(PublishedPort port, Masqueraded masqueraded, String set) {
        String family = port.family();
        String script = """
                add table inet hawser
                add set inet hawser %1$s { type %2$s_addr . inet_proto . inet_service ; }
                add chain inet hawser %1$s-ports
                flush chain inet hawser %1$s-ports
                add rule inet hawser %1$s-ports meta l4proto tcp %3$s daddr . meta l4proto . ct original proto-dst @%1$s masquerade
                add rule inet hawser %1$s-ports meta l4proto udp %3$s daddr . meta l4proto . ct original proto-dst @%1$s masquerade
                add rule inet hawser %1$s-ports meta l4proto sctp %3$s daddr . meta l4proto . ct original proto-dst @%1$s masquerade
                add chain inet hawser %1$s { type nat hook postrouting priority srcnat ; policy accept ; }
                flush chain inet hawser %1$s
                """.formatted(set, port.isIpv4() ? "ipv4" : "ipv6", family);
        String enter = "add rule inet hawser " + set + " ct status dnat ";
        script += switch (masqueraded) {
            case NOBODY -> "";
            case SUBNET -> enter + family + " saddr " + port.address().network() + " jump " + set + "-ports\n";
            case EVERYBODY -> enter + "meta nfproto " + (port.isIpv4() ? "ipv4" : "ipv6") + " jump " + set + "-ports\n";
        };
        return port.isIpv4() && masqueraded == Masqueraded.SUBNET
                ? script + enter + "ip saddr 127.0.0.0/8 jump " + set + "-ports\n" + LOCALHOST
                : script + (port.isIpv4() ? LOCALHOST : "");
    }

    private static final String LOCALHOST = """
            add chain inet hawser localhost { type filter hook prerouting priority raw ; policy accept ; }
            flush chain inet hawser localhost
            add rule inet hawser localhost iifname != "lo" ip daddr 127.0.0.0/8 drop
            """;
}
