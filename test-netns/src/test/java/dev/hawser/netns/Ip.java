package dev.hawser.netns;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** What {@code ip -j} and {@code bridge -j} say about a namespace. */
record Ip(Netns netns) {

    /** A link with all details, as {@code ip -d -j link show} prints it. */
    JsonNode link(String name) {
        return findLink(name).orElseThrow(() -> new AssertionError("no link " + name + " in " + netns));
    }

    Optional<JsonNode> findLink(String name) {
        Shell.Exit exit = Shell.run(ip("-d", "-j", "link", "show", "dev", name));
        return exit.succeeded() ? Optional.of(Json.parse(exit.stdout()).get(0)) : Optional.empty();
    }

    boolean hasLink(String name) {
        return findLink(name).isPresent();
    }

    String mac(String link) {
        return link(link).path("address").asString();
    }

    int mtuBytes(String link) {
        return link(link).path("mtu").asInt();
    }

    boolean isUp(String link) {
        return Json.elements(link(link).path("flags")).stream()
                .anyMatch(flag -> flag.asString().equals("UP"));
    }

    /** The names of all links, the loopback excepted, sorted. */
    List<String> linkNames() {
        return Json.texts(read(ip("-j", "link", "show")), "ifname").stream()
                .filter(name -> !name.equals("lo"))
                .sorted()
                .toList();
    }

    /** The ports of a bridge, sorted. */
    List<String> ports(String bridge) {
        return Json.texts(read(ip("-j", "link", "show", "master", bridge)), "ifname").stream()
                .sorted()
                .toList();
    }

    /** What {@code ip -d} says about a link as a port of its bridge: hairpin, isolated, ... */
    JsonNode port(String link) {
        return link(link).path("linkinfo").path("info_slave_data");
    }

    /** The VLANs of a bridge port, each as {@code id} and its flags: {@code 100 PVID Egress Untagged}; sorted. */
    List<String> vlans(String port) {
        JsonNode ports = read(List.of("bridge", "-n", netns.name(), "-j", "vlan", "show", "dev", port));
        return Json.elements(ports.path(0).path("vlans")).stream()
                .map(vlan -> vlan.path("vlan").asInt() + flags(vlan))
                .sorted()
                .toList();
    }

    private static String flags(JsonNode vlan) {
        return Json.elements(vlan.path("flags")).stream()
                .map(flag -> " " + flag.asString())
                .reduce("", String::concat);
    }

    /** The addresses of a link that are not link-local, with prefix length, in the kernel's order. */
    List<String> addresses(String link) {
        return addressInfos(link).stream()
                .filter(info -> !info.path("scope").asString().equals("link"))
                .map(info -> info.path("local").asString() + "/"
                        + info.path("prefixlen").asInt())
                .toList();
    }

    /** Each address of a link, as {@code ip -j address show} prints it. */
    List<JsonNode> addressInfos(String link) {
        return Json.elements(
                read(ip("-j", "address", "show", "dev", link)).get(0).path("addr_info"));
    }

    /**
     * The unicast routes of both families in the main table, as {@code dst [via gateway] dev link [metric n]}, sorted; those
     * to link-local addresses are left out, and so is the metric that the kernel gives to each IPv6 route (1024, 256).
     */
    List<String> routes() {
        return routes("main");
    }

    List<String> routes(String table) {
        return Stream.of("-4", "-6")
                .flatMap(family -> routes(family, table))
                .sorted()
                .toList();
    }

    private Stream<String> routes(String family, String table) {
        Shell.Exit exit = Shell.run(ip(family, "-j", "route", "show", "table", table));
        if (!exit.succeeded() || exit.stdout().isBlank()) {
            return Stream.empty();
        }
        return Json.elements(Json.parse(exit.stdout())).stream()
                .filter(route -> !route.path("dst").asString().startsWith("fe80:"))
                .filter(route -> !route.path("dst").asString().startsWith("ff00:"))
                .map(Ip::routeWords);
    }

    private static String routeWords(JsonNode route) {
        List<String> words = new ArrayList<>(List.of(route.path("dst").asString()));
        if (route.has("gateway")) {
            words.addAll(List.of("via", route.path("gateway").asString()));
        }
        words.addAll(List.of("dev", route.path("dev").asString()));
        int metric = route.path("metric").asInt(0);
        if (metric != 0 && metric != 1024 && metric != 256) {
            words.addAll(List.of("metric", String.valueOf(metric)));
        }
        if (route.path("scope").asString("global").equals("host")) {
            words.addAll(List.of("scope", "host"));
        }
        return String.join(" ", words);
    }

    private List<String> ip(String... words) {
        return Shell.join(List.of("ip", "-n", netns.name()), List.of(words));
    }

    private static JsonNode read(List<String> command) {
        String text = Shell.output(command);
        return Json.parse(text.isBlank() ? "[]" : text);
    }
}
