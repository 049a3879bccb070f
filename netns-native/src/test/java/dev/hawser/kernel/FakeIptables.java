package dev.hawser.kernel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One table of iptables of a {@link FakeKernel}, by the rules of {@code iptables-restore --noflush}. */
final class FakeIptables {

    private static final Set<String> BUILT_IN = Set.of("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING");

    private final Map<String, List<String>> chains = new LinkedHashMap<>();

    private FakeIptables(Map<String, List<String>> chains) {
        chains.forEach((name, rules) -> this.chains.put(name, new ArrayList<>(rules)));
    }

    static FakeIptables empty() {
        return new FakeIptables(Map.of());
    }

    /** This table after all of these lines, or an error and no change at all. */
    FakeIptables after(List<String> lines) {
        FakeIptables changed = new FakeIptables(chains);
        lines.forEach(changed::carryOut);
        return changed;
    }

    private void carryOut(String line) {
        String[] words = line.split(" ", 3);
        String rule = words.length > 2 ? words[2] : "";
        if (line.startsWith(":")) {
            chains.put(words[0].substring(1), new ArrayList<>());
            return;
        }
        if (words[0].equals("-N")) {
            require(chains.putIfAbsent(words[1], new ArrayList<>()) == null, line, "Chain already exists");
            return;
        }
        List<String> rules = chain(words[1], line);
        switch (words[0]) {
            case "-A" -> rules.add(rule);
            case "-I" -> rules.addFirst(rule.replaceFirst("^[0-9]+ ", ""));
            case "-D" -> require(rules.remove(rule), line, "does a matching rule exist in that chain?");
            case "-F" -> rules.clear();
            case "-X" -> deleteChain(words[1], line);
            default -> throw failure(line, "unknown command");
        }
    }

    private List<String> chain(String name, String line) {
        if (BUILT_IN.contains(name)) {
            chains.putIfAbsent(name, new ArrayList<>());
        }
        List<String> rules = chains.getOrDefault(name, List.of());
        require(chains.containsKey(name), line, "No chain/target/match by that name");
        return rules;
    }

    private void deleteChain(String name, String line) {
        require(chain(name, line).isEmpty(), line, "Directory not empty");
        boolean used = chains.values().stream().flatMap(List::stream).anyMatch(rule -> rule.contains("-j " + name));
        require(!used, line, "Too many links");
        chains.remove(name);
    }

    private static void require(boolean condition, String line, String otherwise) {
        if (!condition) {
            throw failure(line, otherwise);
        }
    }

    private static KernelException failure(String line, String reason) {
        return new KernelException("iptables-restore: " + line + ": " + reason, 0);
    }

    /** As {@code iptables-save} prints it: the chains, then the rules of each. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        chains.keySet()
                .forEach(name -> lines.add(":" + name + (BUILT_IN.contains(name) ? " ACCEPT" : " -") + " [0:0]"));
        chains.forEach((name, rules) -> rules.forEach(rule -> lines.add("-A " + name + " " + rule)));
        return lines;
    }
}
