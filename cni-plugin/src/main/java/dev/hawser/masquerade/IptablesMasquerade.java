package dev.hawser.masquerade;

import dev.hawser.attach.ReferenceNames;
import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import dev.hawser.iptables.IptablesTable;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.NftChain;
import dev.hawser.kernel.Step;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
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
 * interface, we take just that interface's rules, and the chain with the last.
 */
final class IptablesMasquerade {

    static final String NAT = "nat";
    private static final String POSTROUTING = "POSTROUTING";
    private static final int NAME_DIGITS = 24;

    private IptablesMasquerade() {}

    static String chain(Attachment attachment) {
        return "CNI-" + ReferenceNames.digest(attachment.network() + attachment.containerId(), NAME_DIGITS);
    }

    /** The attachment's chain as nf_tables knows it. */
    static NftChain nftChain(Attachment attachment, boolean ipv4) {
        return IptablesTable.nftChain(ipv4, NAT, chain(attachment));
    }

    /** The chain that leads into ours, there as soon as somebody used table nat. */
    static NftChain postrouting(boolean ipv4) {
        return IptablesTable.nftChain(ipv4, NAT, POSTROUTING);
    }

    /** The ids of the containers on this network whose addresses are masqueraded by table nat. */
    static Set<String> containers(String network, IptablesTable nat) {
        Set<String> ids = new LinkedHashSet<>();
        String before = "--comment \"name: \\\"" + network + "\\\" id: \\\"";
        for (String line : nat.rulesOf(POSTROUTING)) {
            int start = line.indexOf(before) + before.length();
            int end = line.indexOf("\\\"", start);
            if (line.contains(before) && end >= 0) {
                ids.add(line.substring(start, end));
            }
        }
        return ids;
    }

    /** The step that masquerades those of the addresses that are of the table's family, if there are any. */
    static Optional<Step> step(Attachment attachment, List<Cidr> addresses, IptablesTable nat) {
        List<String> rules = addresses.stream()
                .filter(address -> address.isIpv4() == nat.ipv4())
                .flatMap(address -> rules(attachment, address).stream())
                .toList();
        return rules.isEmpty()
                ? Optional.empty()
                : Optional.of(nat.step(nat.missing(List.of(chain(attachment)), rules)));
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

    /**
     * What takes down the rules of these addresses, and the chain if nothing else enters it.
     *
     * @param addresses of the interface that goes; none means that the whole container goes
     * @return the lines for iptables-restore; none if there is nothing to do
     */
    static List<String> removal(Attachment attachment, Collection<InetAddress> addresses, IptablesTable nat) {
        String chain = chain(attachment);
        if (!nat.hasChain(chain)) {
            return List.of();
        }
        List<String> entrances = nat.jumps(POSTROUTING, chain);
        List<String> ours = addresses.isEmpty()
                ? entrances
                : entrances.stream().filter(line -> isFrom(addresses, line)).toList();
        List<String> lines = new ArrayList<>(IptablesTable.deletions(ours));
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
}
