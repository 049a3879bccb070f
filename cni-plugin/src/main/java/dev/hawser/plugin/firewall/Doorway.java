package dev.hawser.plugin.firewall;

import dev.hawser.iptables.IptablesTable;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.NftChain;
import dev.hawser.kernel.Side;
import dev.hawser.kernel.Step;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * How what our nftables rules have marked gets through the filters of iptables, one family: three rules, made once for a node,
 * however many pods there are.
 *
 * <pre>{@code
 * -A FORWARD -m comment --comment "CNI firewall plugin rules" -j HAWSER-FORWARD
 * -A HAWSER-FORWARD -m comment --comment "CNI firewall plugin admin overrides" -j CNI-ADMIN
 * -A HAWSER-FORWARD -m mark --mark 0x1000/0x1000 -j ACCEPT
 * }</pre>
 *
 * <p>It is a chain of its own, beside the reference's CNI-FORWARD, so that two questions to nf_tables tell whether all of it is
 * still there: how often it is used, and where its rules lead. Docker and others rebuild FORWARD, and administrators flush it.
 */
final class Doorway {

    static final String CHAIN = FirewallChange.DOORWAY;
    private static final String MARK = "%1$#x/%1$#x".formatted(FirewallChange.FORWARDED);
    private static final String ACCEPT = "-A " + CHAIN + " -m mark --mark " + MARK + " -j ACCEPT";

    private final Kernel kernel;
    private final boolean ipv4;
    private final String adminChain;

    Doorway(Kernel kernel, boolean ipv4, String adminChain) {
        this.kernel = kernel;
        this.ipv4 = ipv4;
        this.adminChain = adminChain;
    }

    /** The step that makes it, if it is needed and not there. Looking runs no process unless there is something to do. */
    Optional<Step> step(Consumer<String> log) {
        if (!kernel.hasIptables(ipv4)) {
            warnOfFilters(log);
            return Optional.empty();
        }
        if (isOpen()) {
            return Optional.empty();
        }
        IptablesTable filter = IptablesTable.of(kernel, ipv4, ReferenceChains.FILTER);
        List<String> lines = lines(filter);
        return lines.isEmpty() ? Optional.empty() : Optional.of(Step.shared(Side.HOST, filter.restore(lines)));
    }

    /** Makes it if it is needed and not there; whether that was so. */
    boolean mend(Consumer<String> log) {
        return FirewallPlugin.carryOut(
                () -> step(log).stream().toList(), step -> kernel.apply(step.side(), step.change()));
    }

    /** Whether there is nobody to be let through by, or all of it is there. */
    boolean isOpenOrNotNeeded() {
        return !kernel.hasIptables(ipv4) || isOpen();
    }

    /** More uses than its own rules: somebody leads here. */
    private boolean isOpen() {
        NftChain chain = IptablesTable.nftChain(ipv4, ReferenceChains.FILTER, CHAIN);
        List<String> jumps = kernel.jumps(chain);
        return jumps.contains(adminChain) && jumps.getLast().isEmpty() && kernel.uses(chain) > jumps.size();
    }

    private void warnOfFilters(Consumer<String> log) {
        NftChain forward = IptablesTable.nftChain(ipv4, ReferenceChains.FILTER, "FORWARD");
        if (kernel.hasChain(forward)) {
            log.accept("chain " + forward + " may drop what pods send and receive: to be let through there, install the"
                    + " package iptables");
        }
    }

    /** Its own rules are made again as a whole. */
    private List<String> lines(IptablesTable filter) {
        Set<String> adminChains = new LinkedHashSet<>(adminChains(filter));
        adminChains.add(adminChain);
        List<String> rules = new ArrayList<>();
        adminChains.forEach(admin -> rules.add(ReferenceChains.overrides(CHAIN, admin)));
        rules.add(ACCEPT);
        List<String> lines = new ArrayList<>(filter.missingChains(adminChains));
        if (!filter.rulesOf(CHAIN).equals(rules)) {
            lines.add((filter.hasChain(CHAIN) ? "-F " : "-N ") + CHAIN);
            lines.addAll(rules);
        }
        lines.addAll(new ReferenceChains(filter, adminChain).missingEntrance(CHAIN));
        return lines;
    }

    /** Those of other networks, which may have named others. */
    private static List<String> adminChains(IptablesTable filter) {
        return filter.rulesOf(CHAIN).stream()
                .filter(rule -> !rule.equals(ACCEPT))
                .map(rule -> rule.substring(rule.lastIndexOf(' ') + 1))
                .filter(filter::hasChain)
                .toList();
    }
}
