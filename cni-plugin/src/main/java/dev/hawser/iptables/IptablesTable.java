package dev.hawser.iptables;

import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.NftChain;
import dev.hawser.kernel.Side;
import dev.hawser.kernel.Step;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A table of iptables as it is, and what changes it: everything in one transaction, by one process ({@code iptables-restore
 * --noflush}), where {@code iptables} would take one process for each rule.
 *
 * <p>Rules are written as iptables-save prints them, so that what is there already is found by comparing texts.
 *
 * @param ipv4 whether it is a table of iptables, else of ip6tables
 * @param name {@code nat}, {@code filter} …
 * @param lines chains ({@code :NAME - [0:0]}) and rules ({@code -A NAME …}), in their order
 */
public record IptablesTable(boolean ipv4, String name, List<String> lines) {

    public IptablesTable {
        lines = List.copyOf(lines);
    }

    /** The table as it is now. Runs a process. */
    public static IptablesTable of(Kernel kernel, boolean ipv4, String name) {
        return new IptablesTable(ipv4, name, kernel.iptables(ipv4, name));
    }

    /** A table that is not looked at, since nothing of it is needed. */
    public static IptablesTable unseen(boolean ipv4, String name) {
        return new IptablesTable(ipv4, name, List.of());
    }

    /** A chain of a table as nf_tables knows it, which iptables is a front of: found by name, without running anything. */
    public static NftChain nftChain(boolean ipv4, String table, String chain) {
        return new NftChain(ipv4 ? "ip" : "ip6", table, chain);
    }

    public boolean hasChain(String chain) {
        return lines.stream().anyMatch(line -> line.startsWith(":" + chain + " "));
    }

    /** The rules of a chain, in their order. */
    public List<String> rulesOf(String chain) {
        return lines.stream()
                .filter(line -> line.startsWith("-A " + chain + " "))
                .toList();
    }

    /** The rules of {@code from} that end in {@code -j chain}. */
    public List<String> jumps(String from, String chain) {
        return rulesOf(from).stream()
                .filter(line -> line.endsWith(" -j " + chain))
                .toList();
    }

    /**
     * The lines that make these chains and rules be there: only those that are not there yet. A chain that is there must not
     * be declared, for that would flush it (iptables-restore(8), --noflush).
     *
     * @param rules appended, each as {@code -A …}
     */
    public List<String> missing(Collection<String> chains, Collection<String> rules) {
        Set<String> additions = new LinkedHashSet<>();
        chains.stream().filter(chain -> !hasChain(chain)).forEach(chain -> additions.add(":" + chain + " - [0:0]"));
        rules.stream().filter(rule -> !lines.contains(rule)).forEach(additions::add);
        return List.copyOf(additions);
    }

    /**
     * The lines that make those of these chains that are not there yet. Unlike a declaration, they fail if somebody else makes
     * the chain meanwhile, instead of flushing what he has put into it: for chains that attachments share.
     */
    public List<String> missingChains(Collection<String> chains) {
        return chains.stream()
                .filter(chain -> !hasChain(chain))
                .map(chain -> "-N " + chain)
                .toList();
    }

    /**
     * The lines that put those of these rules that are not there yet before all other rules of their chain; of several, the last
     * one comes to stand first.
     *
     * @param rules each as {@code -A …}
     */
    public List<String> missingAtTop(Collection<String> rules) {
        return rules.stream()
                .filter(rule -> !lines.contains(rule))
                .map(IptablesTable::atTop)
                .toList();
    }

    /** The line that puts this rule ({@code -A CHAIN …}) before all others of its chain. */
    public static String atTop(String rule) {
        String[] words = rule.split(" ", 3);
        return "-I " + words[1] + " 1 " + words[2];
    }

    /** Those of these rules that are there. */
    public List<String> present(Collection<String> rules) {
        return rules.stream().filter(lines::contains).toList();
    }

    /** The lines that delete these rules, the last one first. */
    public static List<String> deletions(List<String> rules) {
        List<String> deletions = new ArrayList<>();
        for (String rule : rules.reversed()) {
            if (rule.startsWith("-A ")) {
                deletions.add("-D" + rule.substring("-A".length()));
            }
        }
        return deletions;
    }

    /** What makes these lines come true. */
    public FirewallChange.RestoreIptables restore(List<String> changes) {
        return new FirewallChange.RestoreIptables(ipv4, name, changes);
    }

    /** A step of the attachment that adds these lines, which {@link #missing} made; undone, it takes back just those. */
    public Step step(List<String> additions) {
        List<String> inverse = new ArrayList<>(deletions(additions));
        additions.stream()
                .filter(line -> line.startsWith(":"))
                .forEach(line -> inverse.add("-X " + line.substring(1, line.indexOf(' '))));
        return Step.owned(Side.HOST, restore(additions), restore(inverse));
    }
}
