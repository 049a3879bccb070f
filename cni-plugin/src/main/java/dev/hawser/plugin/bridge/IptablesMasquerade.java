package dev.hawser.plugin.bridge;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.NftChain;
import dev.hawser.kernel.Side;
import dev.hawser.kernel.Step;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Masquerading by iptables, in the chains of the reference plugin, so that a node can change between the two while pods run.
 * Table nat, where {@code CNI-x} is {@code CNI-} and 24 hex digits of SHA-512(network, containerId):
 *
 * <pre>{@code
 * -A POSTROUTING -s 10.1.2.5/32 -m comment --comment "name: \"mynet\" id: \"c1\"" -j CNI-x
 * -A CNI-x -d 10.1.2.0/24 -m comment --comment "…" -j ACCEPT
 * -A CNI-x ! -d 224.0.0.0/4 -m comment --comment "…" -j MASQUERADE
 * }</pre>
 *
 * <p>The interfaces of a container on one network share the chain. Where the reference takes the chain down with the first
 * interface, we take just that interface's rules, and the chain with the last. Lines are written as iptables-save prints
 * them, so that what is there already is found by comparing texts.
 */
final class IptablesMasquerade {

    static final String NAT = "nat";
    private static final int NAME_DIGITS = 24;

    private IptablesMasquerade() {}

    static String chain(Attachment attachment) {
        String digest = ReferenceTraces.sha512(attachment.network() + attachment.containerId());
        return "CNI-" + digest.substring(0, NAME_DIGITS);
    }

    /** The chain as nf_tables knows it, which iptables is a front of: found by name, without running anything. */
    static NftChain nftChain(Attachment attachment, boolean ipv4) {
        return new NftChain(ipv4 ? "ip" : "ip6", NAT, chain(attachment));
    }

    /** The chain that leads into ours, there as soon as somebody used table nat. */
    static NftChain postrouting(boolean ipv4) {
        return new NftChain(ipv4 ? "ip" : "ip6", NAT, "POSTROUTING");
    }

    /** The ids of the containers on this network whose addresses are masqueraded by lines of table nat. */
    static Set<String> containers(String network, List<String> existing) {
        Set<String> ids = new LinkedHashSet<>();
        String before = "--comment \"name: \\\"" + network + "\\\" id: \\\"";
        for (String line : existing) {
            int start = line.indexOf(before) + before.length();
            int end = line.indexOf("\\\"", start);
            if (line.startsWith("-A POSTROUTING ") && line.contains(before) && end >= 0) {
                ids.add(line.substring(start, end));
            }
        }
        return ids;
    }

    /**
     * The step that masquerades addresses of one family.
     *
     * @param existing the lines of that family's table nat as they are
     */
    static Step step(Attachment attachment, boolean ipv4, List<Cidr> addresses, List<String> existing) {
        String chain = chain(attachment);
        boolean newChain = existing.stream().noneMatch(line -> line.startsWith(":" + chain + " "));
        Set<String> additions = new LinkedHashSet<>();
        if (newChain) {
            // Declaring a chain that is there would flush it (iptables-restore(8), --noflush).
            additions.add(":" + chain + " - [0:0]");
        }
        addresses.forEach(address -> additions.addAll(rules(attachment, address)));
        additions.removeAll(existing);
        List<String> lines = List.copyOf(additions);
        return Step.owned(
                Side.HOST,
                new FirewallChange.RestoreIptables(ipv4, NAT, lines),
                new FirewallChange.RestoreIptables(
                        ipv4, NAT, inverse(lines, newChain ? List.of("-X " + chain) : List.of())));
    }

    private static List<String> rules(Attachment attachment, Cidr address) {
        String chain = chain(attachment);
        String comment = " -m comment --comment \"name: \\\"" + attachment.network() + "\\\" id: \\\""
                + attachment.containerId() + "\\\"\" -j ";
        String multicast = address.isIpv4() ? "224.0.0.0/4" : "ff00::/8";
        return List.of(
                "-A " + chain + " -d " + address.network() + comment + "ACCEPT",
                "-A " + chain + " ! -d " + multicast + comment + "MASQUERADE",
                "-A POSTROUTING -s " + Cidr.ofHost(address.address()) + comment + chain);
    }

    /** Deletes the rules, last one first, and then what {@code after} says. */
    private static List<String> inverse(List<String> additions, List<String> after) {
        List<String> lines = new ArrayList<>();
        for (String line : additions.reversed()) {
            if (line.startsWith("-A ")) {
                lines.add(deletion(line));
            }
        }
        lines.addAll(after);
        return lines;
    }

    /**
     * What takes down the rules of these addresses, and the chain if nothing else enters it.
     *
     * @param addresses of the interface that goes; none means that the whole container goes
     * @param existing the lines of table nat as they are
     * @return the lines for iptables-restore; none if there is nothing to do
     */
    static List<String> removal(Attachment attachment, Collection<InetAddress> addresses, List<String> existing) {
        String chain = chain(attachment);
        if (existing.stream().noneMatch(line -> line.startsWith(":" + chain + " "))) {
            return List.of();
        }
        List<String> entrances = existing.stream()
                .filter(line -> line.startsWith("-A POSTROUTING ") && line.endsWith(" -j " + chain))
                .toList();
        List<String> ours = addresses.isEmpty()
                ? entrances
                : entrances.stream().filter(line -> isFrom(addresses, line)).toList();
        List<String> lines = inverse(ours, List.of());
        if (ours.size() == entrances.size()) {
            lines.add("-F " + chain);
            lines.add("-X " + chain);
        }
        return lines;
    }

    /** The address alone, or, as old versions of the reference wrote it, with its subnet's prefix length. */
    private static boolean isFrom(Collection<InetAddress> addresses, String line) {
        return addresses.stream().anyMatch(address -> line.contains(" -s " + IpMath.text(address) + "/"));
    }

    private static String deletion(String addition) {
        return "-D" + addition.substring(2);
    }
}
