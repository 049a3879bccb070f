package dev.hawser.runtimes;

import dev.hawser.runtimes.ChainRuntime.Attached;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * All that plugins may leave behind, seen by everybody else's programs: links, addresses, routes, rules, queueing disciplines, nft's
 * and iptables' rules, leases, files.
 *
 * @param lines each begins with the word for what it is
 */
record Traces(List<String> lines) {

    private static final Duration LATER = Duration.ofSeconds(2);

    private static final String LOOK = """
            tc qdisc show
            ip -4 route show table all | sed 's/^/route /'
            ip -6 route show table all | sed 's/^/route /'
            ip -4 rule show | sed 's/^/rule /'
            ip -6 rule show | sed 's/^/rule /'
            """;

    private static final String LOOK_AT_IPTABLES = """
            iptables-save | sed -n 's/^-A/iptables &/p; s/^\\(:.*\\) \\[.*/iptables \\1/p'
            ip6tables-save | sed -n 's/^-A/ip6tables &/p; s/^\\(:.*\\) \\[.*/ip6tables \\1/p'
            """;

    /** What every namespace has. */
    private static final Pattern FLEETING =
            Pattern.compile("^route (local|broadcast|multicast|anycast) |fe80:|ff00:|\\bdev lo\\b"
                    + "|from all lookup (local|main|default)");

    /** What comes and goes with a link's carrier, some time after its pod. */
    private static final Pattern CARRIER = Pattern.compile(" (dead|linkdown)\\b");

    Traces {
        lines = List.copyOf(lines);
    }

    /** A host as it is, and a pool of it. */
    static Traces of(Namespace host, Pool pool) {
        return new Traces(Stream.of(
                        inNamespace(host),
                        nft(host.command("nft", "-s", "list", "ruleset").run()),
                        host.command("sh", "-c", LOOK_AT_IPTABLES).run().lines(),
                        pool.leases().stream().map(lease -> "lease " + lease))
                .flatMap(lines -> lines)
                .toList());
    }

    /** The same, and what speaks of one pod by its name, and what is in it if it is still there. */
    static Traces of(Namespace host, Pool pool, Attached pod) {
        Stream<String> inside =
                pod.namespace().exists() ? inNamespace(pod.namespace()).map(line -> "pod " + line) : Stream.of();
        return new Traces(Stream.of(of(host, pool).lines.stream(), files(pod.containerId()), inside)
                .flatMap(lines -> lines)
                .toList());
    }

    /** What is left when nothing goes any more: the kernel takes some things away a little later than it says. */
    static Traces leftInTheEnd(Supplier<Traces> looking) {
        AtomicReference<Traces> last = new AtomicReference<>(looking.get());
        boolean _ = Patience.within(
                LATER,
                () -> last.get().isEmpty()
                        || last.updateAndGet(_ -> looking.get()).isEmpty());
        return last.get();
    }

    /** What was not there before. */
    Traces since(Traces before) {
        List<String> more = new ArrayList<>(lines);
        before.lines.forEach(more::remove);
        return new Traces(more);
    }

    /** Without what somebody may leave. */
    Traces without(Predicate<String> left) {
        return new Traces(lines.stream().filter(left.negate()).toList());
    }

    boolean isEmpty() {
        return lines.isEmpty();
    }

    /** How many lines a pattern is found in. */
    long count(Pattern pattern) {
        return lines.stream().filter(pattern.asPredicate()).count();
    }

    @Override
    public String toString() {
        return String.join("\n", lines);
    }

    private static Stream<String> inNamespace(Namespace namespace) {
        Stream<String> links = namespace.links().stream()
                .filter(link -> !Json.member(link, "ifname").equals("lo"))
                .map(Traces::link);
        Stream<String> more = namespace
                .command("sh", "-c", LOOK)
                .run()
                .lines()
                .filter(line -> !FLEETING.matcher(line).find())
                .map(line -> CARRIER.matcher(line).replaceAll(""));
        return Stream.concat(links, more);
    }

    /** A bridge without ports has another address and other flags than one with ports. */
    private static String link(Object link) {
        Object kind = Json.member(Json.member(link, "linkinfo"), "info_kind");
        String named = "link " + Json.member(link, "ifname") + " " + kind;
        return kind.equals("bridge")
                ? named
                : named + " mtu " + Json.member(link, "mtu") + " address " + Json.member(link, "address") + " qlen "
                        + Json.member(link, "txqlen") + " promiscuity " + Json.member(link, "promiscuity") + " alias "
                        + Json.member(link, "ifalias");
    }

    /** Each rule and each element with the table and the chain or set that it is in. */
    private static Stream<String> nft(String ruleset) {
        Deque<String> blocks = new ArrayDeque<>();
        List<String> found = new ArrayList<>();
        for (String line : elementsApart(ruleset).lines().map(String::strip).toList()) {
            if (line.endsWith("{")) {
                blocks.addLast(line.substring(0, line.length() - 1).strip());
            } else if (line.equals("}")) {
                blocks.removeLast();
            } else if (!line.isEmpty()) {
                found.add("nft " + String.join(" ", blocks) + ": " + line);
            }
        }
        return found.stream();
    }

    private static String elementsApart(String ruleset) {
        return Pattern.compile("elements = \\{([^}]*)\\}")
                .matcher(ruleset)
                .replaceAll(elements -> Arrays.stream(elements.group(1).split(","))
                        .map(element -> "\nelement " + element.strip().replaceAll("[\\\\$]", "."))
                        .reduce("", String::concat));
    }

    /** find(1) passes over what other tests remove meanwhile. */
    private static Stream<String> files(String containerId) {
        return Command.of("find", "/run/cni", "/run/hawser", "-name", "*" + containerId + "*")
                .attempt()
                .stdout()
                .lines()
                .map(file -> "file " + file);
    }
}
