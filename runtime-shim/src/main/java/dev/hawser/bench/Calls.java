package dev.hawser.bench;

import dev.hawser.spec.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** CNI calls as jobs, and what their answers have to be. */
final class Calls {

    static final String BRIDGE = "bridge";

    private Calls() {}

    static Job version(Contender contender) {
        return job(contender, BRIDGE, Map.of("CNI_COMMAND", "VERSION"), "{\"cniVersion\": \"1.0.0\"}");
    }

    /** @param configuration of one plugin of the network, with the result of those before it */
    static Job add(Contender contender, Json.Obj configuration, Pod pod, String containerId) {
        return attachment("ADD", contender, configuration, pod, containerId);
    }

    /** @param configuration of one plugin of the network, with the result of the ADD, which runtimes hand back */
    static Job delete(Contender contender, Json.Obj configuration, Pod pod, String containerId) {
        return attachment("DEL", contender, configuration, pod, containerId);
    }

    private static Job attachment(
            String command, Contender contender, Json.Obj configuration, Pod pod, String containerId) {
        Map<String, String> variables = Map.of(
                "CNI_COMMAND",
                command,
                "CNI_CONTAINERID",
                containerId,
                "CNI_NETNS",
                pod.netns().toString(),
                "CNI_IFNAME",
                Pod.INTERFACE);
        return job(contender, typeOf(configuration), variables, configuration.compact());
    }

    static String typeOf(Json.Obj configuration) {
        return dev.hawser.spec.Settings.of(configuration).text("type", BRIDGE);
    }

    private static Job job(Contender contender, String type, Map<String, String> cni, String stdin) {
        Map<String, String> environment = new HashMap<>(contender.variables());
        environment.putAll(cni);
        environment.put("CNI_PATH", contender.bin().toString());
        return new Job(List.of(contender.plugin(type).toString()), environment, stdin);
    }

    /** The result of an ADD that did what it should: it has addresses. */
    static Json.Obj result(Contender contender, Json.Obj plugin, Outcome outcome) throws IOException {
        requireSuccess("ADD", contender, typeOf(plugin), outcome);
        Json.Obj result = Json.parseObject(outcome.stdout().getBytes(StandardCharsets.UTF_8));
        boolean hasAddresses = result.find("ips")
                .filter(ips -> !ips.equals(new Json.Arr(List.of())))
                .isPresent();
        if (!hasAddresses) {
            throw new IOException(
                    "ADD by " + contender.plugin(typeOf(plugin)) + " gave no address: " + outcome.words());
        }
        return result;
    }

    static void requireSuccess(String what, Contender contender, String type, Outcome outcome) throws IOException {
        if (!outcome.succeeded()) {
            throw new IOException(what + " by " + contender.plugin(type) + ": " + outcome.words());
        }
    }
}
