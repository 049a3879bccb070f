package dev.hawser.netns;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What {@code nft -j} and {@code iptables -S} say about a namespace. */
record Nft(Netns netns) {

    /** All that nf_tables holds of one kind ({@code table}, {@code chain}, {@code rule}, {@code map}, {@code set}). */
    List<JsonNode> all(String kind) {
        JsonNode ruleset = Json.parse(netns.output("nft", "-j", "list", "ruleset"));
        return Json.elements(ruleset.path("nftables")).stream()
                .filter(object -> object.has(kind))
                .map(object -> object.get(kind))
                .toList();
    }

    /** The tables as {@code family name}, sorted. */
    List<String> tables() {
        return all("table").stream()
                .map(table -> table.path("family").asString() + " "
                        + table.path("name").asString())
                .sorted()
                .toList();
    }

    /** The elements of a set, each as nft writes it in JSON, sorted. Nothing if the table is not there. */
    List<String> elements(String table, String name) {
        return elements(table, name::equals);
    }

    /** The elements of all subnets' sets. */
    List<String> masquerades() {
        return elements("inet hawser", name -> true);
    }

    private List<String> elements(String table, Predicate<String> name) {
        return all("set").stream()
                .filter(set ->
                        (set.path("family").asString() + " " + set.path("table").asString()).equals(table))
                .filter(set -> name.test(set.path("name").asString()))
                .flatMap(set -> Json.elements(set.path("elem")).stream())
                .map(JsonNode::toString)
                .sorted()
                .toList();
    }

    /** All tables, chains, rules, sets, maps and their elements, one text each, without the numbers that the kernel counts up. */
    List<String> ruleset() {
        return Stream.of("table", "chain", "rule", "set", "map")
                .flatMap(kind -> all(kind).stream())
                .flatMap(Nft::texts)
                .map(text -> text.replaceAll("\"handle\":\\d+", "\"handle\":0"))
                .map(text -> text.replaceAll("\"(packets|bytes)\":\\d+", "\"$1\":0"))
                .sorted()
                .toList();
    }

    /** A set or map and each of its elements, which have no order. */
    private static Stream<String> texts(JsonNode object) {
        if (!object.has("elem")) {
            return Stream.of(object.toString());
        }
        ObjectNode bare = ((ObjectNode) object).deepCopy().without("elem");
        return Stream.concat(
                Stream.of(bare.toString()),
                Json.elements(object.get("elem")).stream().map(element -> bare + " " + element));
    }

    /** The rules and chains of iptables' or ip6tables' nat table, as {@code -S} prints them. */
    List<String> natRules(String tool) {
        return netns.output(tool, "-w", "-t", "nat", "-S").lines().toList();
    }
}
