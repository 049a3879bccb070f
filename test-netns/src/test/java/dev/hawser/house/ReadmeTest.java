package dev.hawser.house;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hawser.plugin.Plugins;
import dev.hawser.run.Call;
import dev.hawser.run.Plugin;
import dev.hawser.spec.CniException;
import dev.hawser.spec.Invocation;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The README's tables of keys and the plugins: neither may know a key that the other does not. */
class ReadmeTest {

    /** The plugin that stands for several: its keys are theirs. */
    private static final String FUSED = "hawser";

    private static final Set<String> IPAM_PLUGINS = Set.of("host-local", "static", "dhcp");

    /** What holds the keys of others, or is everybody's. */
    private static final Set<String> COMMON = Set.of("ipam", "ipam.type", "runtimeConfig", "args", "args.cni");

    /** Everything that CNI_ARGS can say: other keys are refused before a plugin sees them. */
    private static final List<String> ARGS = List.of("MAC", "IP", "GATEWAY");

    private static final List<String> NO_ROW = List.of("", "", "", "");

    private final Readme readme = Readme.read();
    private final Map<String, List<String>> keys = readme.table("| Plugin | Keys");
    private final Map<String, List<String>> ofRuntimes = readme.table("| Plugin | `runtimeConfig`");

    static List<String> plugins() {
        return Plugins.ALL.stream()
                .map(Plugin::type)
                .filter(type -> !type.equals(FUSED))
                .toList();
    }

    @Test
    void everyPluginHasItsRow() {
        assertEquals(new TreeSet<>(plugins()), new TreeSet<>(keys.keySet()));
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void aPluginReadsTheKeysOfItsRowsAndNoOthers(String type) {
        Call call = call(withItems(type), "");

        refusal(type, call);

        assertEquals(documented(type), ownOf(type, call.conf().knownKeys()));
    }

    /** And all of them at once. */
    @ParameterizedTest
    @MethodSource("plugins")
    void aValueThatMakesNoSenseIsRefusedByItsKey(String type) {
        places(type).forEach((place, cell) -> {
            Set<String> names = Readme.keys(cell, "");
            names.removeIf(name -> name.contains(".")); // what is in nonsense is not looked at

            String refusal = refusal(type, call(nonsense(place, names), ""));

            names.removeIf(name -> refusal.contains(place + name + ": "));
            assertEquals(Set.of(), names, refusal);
        });
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void aPluginReadsTheArgumentsOfItsRowAndNoOthers(String type) {
        Set<String> read = ARGS.stream()
                .filter(name -> refusal(type, call("{}", name + "=nonsense")).contains("CNI_ARGS: "))
                .collect(Collectors.toCollection(TreeSet::new));

        assertEquals(Readme.keys(cell(ofRuntimes, type, 3), ""), read);
    }

    /** An item wherever a key stands for items that have keys themselves: without one, nobody asks for these. */
    private static String withItems(String type) {
        return switch (type) {
            case "bridge" -> """
                    {"vlanTrunk": [{}]}""";
            case "host-local" -> """
                    {"ipam": {"subnet": "10.1.0.0/16", "ranges": [[{}]], "routes": [{"dst": "0.0.0.0/0"}]},
                     "runtimeConfig": {"ipRanges": [[{}]]}}""";
            case "static" -> """
                    {"ipam": {"addresses": [{}], "routes": [{"dst": "0.0.0.0/0"}]}}""";
            case "dhcp" -> """
                    {"ipam": {"provide": [{}], "request": [{}]}}""";
            case "portmap" -> """
                    {"runtimeConfig": {"portMappings": [{}]}}""";
            default -> "{}";
        };
    }

    /** A cell of the row of a plugin; empty if it has none. */
    private static String cell(Map<String, List<String>> table, String type, int column) {
        return table.getOrDefault(type, NO_ROW).get(column);
    }

    /** The cells of a plugin by the path of the object that their keys are in. */
    private Map<String, String> places(String type) {
        return new TreeMap<>(Map.of(
                IPAM_PLUGINS.contains(type) ? "ipam." : "",
                cell(keys, type, 1),
                "runtimeConfig.",
                cell(ofRuntimes, type, 1),
                "args.cni.",
                cell(ofRuntimes, type, 2)));
    }

    private Set<String> documented(String type) {
        Set<String> paths = new TreeSet<>();
        places(type).forEach((place, cell) -> paths.addAll(Readme.keys(cell, place)));
        return paths;
    }

    private static Set<String> ownOf(String type, Set<String> known) {
        return known.stream()
                .map(path -> path.replaceAll("\\[\\d+]", ""))
                .filter(path -> !COMMON.contains(path))
                .filter(path -> IPAM_PLUGINS.contains(type) || !path.startsWith("ipam."))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** -1 is no text, no truth value, no list and no object, and of the numbers none that anybody wants. */
    private static String nonsense(String place, Set<String> names) {
        String object = names.stream().map(name -> "\"" + name + "\": -1").collect(Collectors.joining(", ", "{", "}"));
        for (String key : List.of(place.split("\\.")).reversed()) {
            object = key.isEmpty() ? object : "{\"" + key + "\": " + object + "}";
        }
        return object;
    }

    private static Call call(String keys, String args) {
        String head = "{\"cniVersion\": \"1.0.0\", \"name\": \"pods\"";
        String document = head + (keys.equals("{}") ? "" : ", ") + keys.substring(1);
        Map<String, String> environment = Map.of(
                "CNI_COMMAND", "ADD",
                "CNI_CONTAINERID", "c1",
                "CNI_NETNS", "/run/netns/c1",
                "CNI_IFNAME", "eth0",
                "CNI_PATH", "/opt/cni/bin",
                "CNI_ARGS", args);
        return Call.of(Invocation.of(environment, () -> document.getBytes(StandardCharsets.UTF_8)));
    }

    /** What the plugin says against the configuration; empty if nothing. */
    private static String refusal(String type, Call call) {
        Plugin plugin = Plugins.ALL.stream()
                .filter(other -> other.type().equals(type))
                .findFirst()
                .orElseThrow();
        try {
            plugin.configure(call);
            return "";
        } catch (CniException e) {
            return e.error().message();
        }
    }
}
