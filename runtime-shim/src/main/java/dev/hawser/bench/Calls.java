package dev.hawser.bench;

import dev.hawser.spec.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** CNI calls as jobs, and what their answers have to be. */
final class Calls {

    private Calls() {}

    static Job version(Contender contender) {
        return job(contender, Map.of("CNI_COMMAND", "VERSION"), "{\"cniVersion\": \"1.0.0\"}");
    }

    static Job add(Network network, Pod pod, String containerId) {
        return attachment("ADD", network, pod, containerId, network.configuration());
    }

    /** @param result of the ADD, which runtimes hand back */
    static Job delete(Network network, Pod pod, String containerId, Json result) {
        return attachment(
                "DEL", network, pod, containerId, network.configuration().with("prevResult", result));
    }

    private static Job attachment(String command, Network network, Pod pod, String containerId, Json configuration) {
        Map<String, String> variables = Map.of(
                "CNI_COMMAND",
                command,
                "CNI_CONTAINERID",
                containerId,
                "CNI_NETNS",
                pod.netns().toString(),
                "CNI_IFNAME",
                Pod.INTERFACE);
        return job(network.contender(), variables, configuration.compact());
    }

    private static Job job(Contender contender, Map<String, String> cni, String stdin) {
        Map<String, String> environment = new HashMap<>(contender.variables());
        environment.putAll(cni);
        environment.put("CNI_PATH", contender.bin().toString());
        return new Job(List.of(contender.plugin().toString()), environment, stdin);
    }

    /** The result of an ADD that did what it should: it has addresses. */
    static Json result(Contender contender, Outcome outcome) throws IOException {
        requireSuccess("ADD", contender, outcome);
        Json.Obj result = Json.parseObject(outcome.stdout().getBytes(StandardCharsets.UTF_8));
        boolean hasAddresses = result.find("ips")
                .filter(ips -> !ips.equals(new Json.Arr(List.of())))
                .isPresent();
        if (!hasAddresses) {
            throw new IOException("ADD by " + contender.plugin() + " gave no address: " + outcome.words());
        }
        return result;
    }

    static void requireSuccess(String what, Contender contender, Outcome outcome) throws IOException {
        if (!outcome.succeeded()) {
            throw new IOException(what + " by " + contender.plugin() + ": " + outcome.words());
        }
    }
}
