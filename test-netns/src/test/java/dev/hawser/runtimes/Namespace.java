package dev.hawser.runtimes;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A named network namespace: the machine of one test, in which the runtime under test runs and with it the plugins, or a pod
 * on that machine.
 *
 * <p>Entered with {@code nsenter --net} and never with {@code ip netns exec}: the latter mounts a new /sys, without the
 * control groups that a runtime needs.
 */
final class Namespace implements AutoCloseable {

    /** What nft(8) counts or numbers, and what differs between two listings of the same rules. */
    private static final Set<String> VOLATILE = Set.of("handle", "packets", "bytes", "index");

    private final String name;

    private Namespace(String name) {
        this.name = name;
    }

    static Namespace create() {
        Namespace namespace = new Namespace(Names.unique("hwr"));
        Command.of("ip", "netns", "add", namespace.name).run();
        namespace.command("ip", "link", "set", "lo", "up").run();
        return namespace;
    }

    /** A command that will run in here. */
    Command command(String... words) {
        return Command.of(words).under("nsenter", "--net=" + path());
    }

    /** What is served over HTTP to a client in here. */
    String fetch(String url) {
        return command("busybox", "wget", "-q", "-O", "-", url).run().strip();
    }

    /** In the words of ip-netns(8). */
    String name() {
        return name;
    }

    boolean exists() {
        return Files.exists(Path.of(path()));
    }

    String path() {
        return "/run/netns/" + name;
    }

    List<Map<?, ?>> links() {
        return Json.objects(command("ip", "-j", "-d", "link", "show").run());
    }

    /** The names of the links that somebody made and that are not bridges: what an attachment may leave behind. */
    List<String> cables() {
        return links().stream()
                .filter(link -> !Json.member(link, "link_type").equals("loopback"))
                .filter(link ->
                        !Json.member(Json.member(link, "linkinfo"), "info_kind").equals("bridge"))
                .map(link -> Json.member(link, "ifname").toString())
                .toList();
    }

    /** The whole ruleset, iptables' included, without counters: equal before and after means that nothing is left. */
    List<Object> ruleset() {
        Object listing = Json.parse(command("nft", "-j", "list", "ruleset").run());
        return Json.list(Json.member(listing, "nftables")).stream()
                .filter(item -> !Json.map(item).containsKey("metainfo"))
                .map(Namespace::stable)
                .toList();
    }

    /** What in the ruleset speaks of one container: rules, chains of its own, elements of a set. */
    List<Object> rulesAbout(ChainRuntime.Attached pod) {
        Pattern marks = Pattern.compile("CNI-[0-9a-f]{24}|" + Pattern.quote(pod.containerId()) + "|"
                + pod.addresses().stream().map(Namespace::whole).collect(Collectors.joining("|")));
        return ruleset().stream()
                .filter(item -> marks.matcher(item.toString()).find())
                .toList();
    }

    @Override
    public void close() {
        Command.of("ip", "netns", "del", name).run();
    }

    /** An address that is not the beginning or the end of another one. */
    private static String whole(String address) {
        return "(?<![0-9a-f.:])" + Pattern.quote(address) + "(?![0-9a-f.:])";
    }

    private static Object stable(Object value) {
        return switch (value) {
            case Map<?, ?> map ->
                map.entrySet().stream()
                        .filter(entry -> !VOLATILE.contains(entry.getKey().toString()))
                        .collect(Collectors.toMap(
                                entry -> entry.getKey().toString(),
                                entry -> stable(entry.getValue()),
                                (first, _) -> first,
                                TreeMap::new));
            case List<?> list -> list.stream().map(Namespace::stable).toList();
            default -> value;
        };
    }
}
