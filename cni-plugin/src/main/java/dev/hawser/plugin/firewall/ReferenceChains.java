package dev.hawser.plugin.firewall;

import dev.hawser.ip.Cidr;
import dev.hawser.iptables.IptablesTable;
import dev.hawser.kernel.NftChain;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The rules of the reference plugin in table filter of iptables, one family:
 *
 * <pre>{@code
 * -A FORWARD -m comment --comment "CNI firewall plugin rules" -j CNI-FORWARD
 * -A CNI-FORWARD -m comment --comment "CNI firewall plugin admin overrides" -j CNI-ADMIN
 * -A CNI-FORWARD -d 10.1.2.3/32 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
 * -A CNI-FORWARD -s 10.1.2.3/32 -j ACCEPT
 * }</pre>
 *
 * and, first of all in FORWARD, for an ingressPolicy:
 *
 * <pre>{@code
 * -A FORWARD -m comment --comment "…(ingressPolicy: same-bridge|isolated)" -j CNI-ISOLATION-STAGE-1
 * -A CNI-ISOLATION-STAGE-1 -i cni0 -o cni0 -m comment --comment "…(ingressPolicy: isolated)" -j DROP
 * -A CNI-ISOLATION-STAGE-1 -i cni0 ! -o cni0 -m comment --comment "…(ingressPolicy: isolated)" -j CNI-ISOLATION-STAGE-2
 * -A CNI-ISOLATION-STAGE-1 -m comment --comment "…(ingressPolicy: same-bridge|isolated)" -j RETURN
 * -A CNI-ISOLATION-STAGE-2 -o cni0 -m comment --comment "…(ingressPolicy: same-bridge|isolated)" -j DROP
 * -A CNI-ISOLATION-STAGE-2 -m comment --comment "…(ingressPolicy: same-bridge|isolated)" -j RETURN
 * }</pre>
 *
 * @param filter the table as it is
 * @param adminChain the chain whose rules come before ours
 */
record ReferenceChains(IptablesTable filter, String adminChain) {

    static final String FILTER = "filter";
    static final String CNI_FORWARD = "CNI-FORWARD";
    private static final String STAGE_1 = "CNI-ISOLATION-STAGE-1";
    private static final String STAGE_2 = "CNI-ISOLATION-STAGE-2";
    private static final String RULES = "CNI firewall plugin rules";
    private static final String BOTH = "same-bridge|isolated";
    private static final String TO_STAGE_1 = "-A FORWARD" + comment(policy(BOTH)) + " -j " + STAGE_1;

    /** The chain of all rules that let pods through, as nf_tables knows it. */
    static NftChain forward(boolean ipv4) {
        return IptablesTable.nftChain(ipv4, FILTER, CNI_FORWARD);
    }

    static String comment(String text) {
        return " -m comment --comment \"" + text + "\"";
    }

    private static String policy(String name) {
        return RULES + " (ingressPolicy: " + name + ")";
    }

    /** A rule of FORWARD that leads into a chain of rules that accept. */
    static String entrance(String chain) {
        return "-A FORWARD" + comment(RULES) + " -j " + chain;
    }

    /** A rule that has the administrator's chain decide first. */
    static String overrides(String chain, String adminChain) {
        return "-A " + chain + comment("CNI firewall plugin admin overrides") + " -j " + adminChain;
    }

    // ---- Letting through

    /** The lines that add the chains, as far as they are missing, and what leads into them. */
    List<String> missingFrame() {
        List<String> lines = new ArrayList<>(filter.missingChains(List.of(CNI_FORWARD, adminChain)));
        lines.addAll(missingEntrance(CNI_FORWARD));
        lines.addAll(filter.missingAtTop(List.of(overrides(CNI_FORWARD, adminChain))));
        return lines;
    }

    /** The lines that lead from FORWARD into this chain; the stages of the policies, which drop, stay before it. */
    List<String> missingEntrance(String chain) {
        List<String> lines = new ArrayList<>(filter.missingAtTop(List.of(entrance(chain))));
        if (!lines.isEmpty() && filter.lines().contains(TO_STAGE_1)) {
            lines.addAll(IptablesTable.deletions(List.of(TO_STAGE_1)));
            lines.add(IptablesTable.atTop(TO_STAGE_1));
        }
        return lines;
    }

    /** The lines that add the rules of those addresses that are of this family, as far as they are missing. */
    List<String> missingRules(Collection<InetAddress> addresses) {
        return filter.missing(List.of(), rules(addresses));
    }

    /** The lines that delete the rules of these addresses, as far as they are there. */
    List<String> removal(Collection<InetAddress> addresses) {
        return IptablesTable.deletions(filter.present(rules(addresses)));
    }

    private List<String> rules(Collection<InetAddress> addresses) {
        return addresses.stream()
                .map(Cidr::ofHost)
                .filter(address -> address.isIpv4() == filter.ipv4())
                .flatMap(address -> rules(address).stream())
                .toList();
    }

    private static List<String> rules(Cidr address) {
        return List.of(
                "-A " + CNI_FORWARD + " -d " + address + " -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
                "-A " + CNI_FORWARD + " -s " + address + " -j ACCEPT");
    }

    // ---- Policies

    /** The lines that close a bridge, as far as they are missing. */
    List<String> missingPolicy(ClosedBridge closed) {
        List<String> lines = new ArrayList<>(filter.missingChains(List.of(STAGE_1, STAGE_2)));
        lines.addAll(filter.missingAtTop(policyRules(closed)));
        lines.addAll(filter.missing(List.of(), List.of(end(STAGE_1), end(STAGE_2))));
        return lines;
    }

    /** Whether the bridge is closed by these rules. */
    boolean hasPolicy(ClosedBridge closed) {
        return filter.lines().containsAll(policyRules(closed));
    }

    private static List<String> policyRules(ClosedBridge closed) {
        String bridge = closed.bridge();
        String comment = comment(policy(closed.policy().text()));
        List<String> rules = new ArrayList<>();
        rules.add(TO_STAGE_1);
        rules.add("-A " + STAGE_1 + " -i " + bridge + " ! -o " + bridge + comment + " -j " + STAGE_2);
        if (closed.isolated()) {
            rules.add("-A " + STAGE_1 + " -i " + bridge + " -o " + bridge + comment + " -j DROP");
        }
        rules.add("-A " + STAGE_2 + " -o " + bridge + comment(policy(BOTH)) + " -j DROP");
        return rules;
    }

    private static String end(String chain) {
        return "-A " + chain + comment(policy(BOTH)) + " -j RETURN";
    }
}
