package dev.hawser.netns;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * What {@code ip -j} shows of one link, so that two that were made by others can be compared: without names and MACs that were
 * drawn at random, counters, and what is link-local.
 *
 * @param link kind, settings of the kind, MTU, whether it is up
 * @param addresses each with its prefix and broadcast address
 * @param routes of all tables and both families through it
 */
record Look(String link, List<String> addresses, List<String> routes) {

    private static final List<String> OF_ADDRESS = List.of("family", "local", "prefixlen", "broadcast", "scope");
    private static final List<String> OF_ROUTE =
            List.of("type", "dst", "gateway", "protocol", "scope", "prefsrc", "metric", "table");

    static Look of(Netns netns, String name) {
        JsonNode link = new Ip(netns).link(name);
        JsonNode info = link.path("linkinfo");
        String words = info.path("info_kind").asString("") + " " + info.path("info_data") + " mtu "
                + link.path("mtu").asInt() + " " + link.path("operstate").asString();
        List<String> addresses = new Ip(netns)
                .addressInfos(name).stream()
                        .filter(address -> !address.path("scope").asString().equals("link"))
                        .map(address -> members(address, OF_ADDRESS))
                        .sorted()
                        .toList();
        List<String> routes = Stream.of("-4", "-6")
                .flatMap(family -> routes(netns, family, name))
                .sorted()
                .toList();
        return new Look(words, addresses, routes);
    }

    private static Stream<String> routes(Netns netns, String family, String name) {
        String text = Shell.output(
                List.of("ip", "-n", netns.name(), family, "-j", "-d", "route", "show", "table", "all", "dev", name));
        return Json.elements(Json.parse(text.isBlank() ? "[]" : text)).stream()
                .filter(route -> !route.path("dst").asString().startsWith("fe80:"))
                .filter(route -> !route.path("dst").asString().startsWith("ff00:"))
                .map(route -> members(route, OF_ROUTE));
    }

    private static String members(JsonNode object, List<String> keys) {
        List<String> words = new ArrayList<>();
        keys.stream().filter(object::has).forEach(key -> words.add(key + " " + object.path(key)));
        return String.join(", ", words);
    }
}
