package dev.hawser.runtimes;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A network configuration list, as its user writes it.
 *
 * @param plugins each plugin's object, with {@code cniVersion} and {@code name}
 * @param capabilities what the runtime knows of the next pod: {@code portMappings} and so on, as JSON
 */
record Network(List<String> plugins, Map<String, String> capabilities) {

    Network {
        plugins = List.copyOf(plugins);
        capabilities = Map.copyOf(capabilities);
    }

    /** A chain, whose plugins have neither {@code cniVersion} nor {@code name} yet. */
    static Network chain(String cniVersion, String name, List<String> plugins) {
        return new Network(
                plugins.stream()
                        .map(plugin -> Json.with(plugin, "cniVersion", "\"" + cniVersion + "\""))
                        .map(plugin -> Json.with(plugin, "name", "\"" + name + "\""))
                        .toList(),
                Map.of());
    }

    /** The same network for a pod of which the runtime knows this. */
    Network with(Map<String, String> known) {
        return new Network(plugins, known);
    }

    static String type(String plugin) {
        return Json.member(Json.parse(plugin), "type").toString();
    }

    /** What each plugin reads from stdin, before {@code prevResult}: it gets those capabilities that it says it has. */
    List<String> stdins() {
        return plugins.stream().map(this::stdin).toList();
    }

    private String stdin(String plugin) {
        Map<?, ?> declared = Json.map(Json.member(Json.parse(plugin), "capabilities"));
        Stream<String> passed = capabilities.entrySet().stream()
                .filter(capability -> Boolean.TRUE.equals(declared.get(capability.getKey())))
                .map(capability -> "\"" + capability.getKey() + "\": " + capability.getValue());
        String runtimeConfig = passed.collect(Collectors.joining(", "));
        return runtimeConfig.isEmpty() ? plugin : Json.with(plugin, "runtimeConfig", "{" + runtimeConfig + "}");
    }
}
