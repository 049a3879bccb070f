package dev.hawser.runtimes;

import dev.hawser.runtimes.Command.Outcome;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Executes chains of plugins as libcni does: ADD in order, each with the result of the one before; DEL in the opposite order, each with
 * the result of the last.
 *
 * @param host where
 * @param variables what the plugins find in their environment beside CNI's
 */
record ChainRuntime(Namespace host, Map<String, String> variables) {

    ChainRuntime {
        variables = Map.copyOf(variables);
    }

    /** ADD for a new pod, which must succeed. */
    Attached add(Path plugins, Network network, Namespace pod) {
        Attached attached = new Attached(Names.unique("container-"), pod, network, "");
        String result = "";
        for (String stdin : network.stdins()) {
            result = call("ADD", plugins, attached, withPrevious(stdin, result)).run();
        }
        return attached.withResult(result);
    }

    /** DEL, which ends where it fails. */
    Outcome delete(Path plugins, Attached pod) {
        Outcome outcome = new Outcome(0, "", "");
        for (String stdin : pod.network().stdins().reversed()) {
            outcome =
                    call("DEL", plugins, pod, withPrevious(stdin, pod.result())).attempt();
            if (outcome.exitCode() != 0) {
                return outcome;
            }
        }
        return outcome;
    }

    private Command call(String verb, Path plugins, Attached pod, String stdin) {
        Map<String, String> environment = new LinkedHashMap<>(variables);
        environment.put("CNI_COMMAND", verb);
        environment.put("CNI_CONTAINERID", pod.containerId());
        environment.put("CNI_NETNS", pod.namespace().path());
        environment.put("CNI_IFNAME", "eth0");
        environment.put("CNI_PATH", plugins.toString());
        return host.command(plugins.resolve(Network.type(stdin)).toString())
                .with(environment)
                .reading(stdin);
    }

    private static String withPrevious(String stdin, String result) {
        return result.isEmpty() ? stdin : Json.with(stdin, "prevResult", result);
    }

    /**
     * A pod on a network.
     *
     * @param result of its ADD, as JSON; empty before
     */
    record Attached(String containerId, Namespace namespace, Network network, String result) {

        Attached withResult(String added) {
            return new Attached(containerId, namespace, network, added);
        }

        /** In the words of the plugin. */
        List<String> addresses() {
            return Json.list(Json.member(Json.parse(result), "ips")).stream()
                    .map(ip -> Json.member(ip, "address").toString())
                    .map(address -> address.substring(0, address.indexOf('/')))
                    .toList();
        }
    }
}
