package dev.hawser.spec;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One call of a plugin: what its CNI_* variables and its stdin say, checked (SPEC, "Parameters").
 *
 * <pre>{@code
 * CNI_COMMAND=ADD CNI_CONTAINERID=a1b2 CNI_NETNS=/run/netns/a1b2 CNI_IFNAME=eth0 CNI_PATH=/opt/cni/bin \
 *     CNI_ARGS='IgnoreUnknown=1;K8S_POD_NAME=web' bridge < netconf.json
 * }</pre>
 *
 * @param containerId empty for commands that are not about one attachment
 * @param netns the path in CNI_NETNS; not looked at yet. DEL may come without
 * @param ifName the interface inside the container; empty for commands that are not about one attachment
 * @param path the directories to look for delegates in
 * @param args CNI_ARGS as it is, for {@link CniArgs}; may be empty
 * @param environment every variable of the call, for delegates
 * @param netConf the configuration; for VERSION, which has none, one without a member
 */
public record Invocation(
        Command command,
        String containerId,
        Optional<String> netns,
        String ifName,
        List<String> path,
        String args,
        Map<String, String> environment,
        NetConf netConf) {

    private static final String COMMAND = "CNI_COMMAND";
    private static final String CONTAINER_ID = "CNI_CONTAINERID";
    private static final String NETNS = "CNI_NETNS";
    private static final String IF_NAME = "CNI_IFNAME";
    private static final String ARGS = "CNI_ARGS";
    private static final String PATH = "CNI_PATH";
    private static final String NETNS_OVERRIDE = "CNI_NETNS_OVERRIDE";

    public Invocation {
        path = List.copyOf(path);
        environment = Map.copyOf(environment);
    }

    /** The same call with another configuration. */
    public Invocation with(NetConf other) {
        return new Invocation(command, containerId, netns, ifName, path, args, environment, other);
    }

    /** Where the configuration comes from. Asked once at most, and never for VERSION. */
    @FunctionalInterface
    public interface Stdin {

        /**
         * Everything up to its end, or up to one byte more than {@link Json#MAX_BYTES}.
         *
         * @throws IOException if it cannot be read
         */
        byte[] readAll() throws IOException;
    }

    /** Whether a runtime is calling, rather than a person at a terminal. */
    public static boolean isPluginCall(Map<String, String> environment) {
        return !value(environment, COMMAND).isEmpty();
    }

    /**
     * Reads a call. The order of the checks is that of Go's library: variables, stdin, network name, command.
     *
     * @throws CniException code 4 if a variable is missing or wrong, 5 if stdin cannot be read, 6 or 7 if
     *     {@link NetConf#parse} rejects what is there
     */
    public static Invocation of(Map<String, String> environment, Stdin stdin) {
        if (!isPluginCall(environment)) {
            throw missing(List.of(COMMAND));
        }
        String name = value(environment, COMMAND);
        Optional<Command> command = Command.parse(name);
        command.ifPresent(known -> requireVariables(known, environment));
        if (command.equals(Optional.of(Command.VERSION))) {
            return of(Command.VERSION, environment, NetConf.none());
        }
        byte[] bytes = read(stdin);
        Json.Obj document = NetConf.requireNamed(bytes);
        Command known = command.orElseThrow(() -> unknown(name));
        return of(known, environment, NetConf.ofNamed(document, bytes));
    }

    private static Invocation of(Command command, Map<String, String> environment, NetConf netConf) {
        boolean attached = command.concernsAttachment();
        String netns = attached ? value(environment, NETNS) : "";
        return new Invocation(
                command,
                attached ? value(environment, CONTAINER_ID) : "",
                netns.isEmpty() ? Optional.empty() : Optional.of(netns),
                attached ? value(environment, IF_NAME) : "",
                directories(value(environment, PATH)),
                value(environment, ARGS),
                environment,
                netConf);
    }

    /** A wrong value is reported at once, before those that are missing. */
    private static void requireVariables(Command command, Map<String, String> environment) {
        List<String> missing = new ArrayList<>();
        if (command.concernsAttachment()) {
            String containerId = require(CONTAINER_ID, environment, missing);
            if (!containerId.isEmpty()) {
                Names.requireContainerId(containerId);
            }
        }
        if (command.needsNetns()) {
            require(NETNS, environment, missing);
        }
        if (command.concernsAttachment()) {
            Names.requireInterfaceName(require(IF_NAME, environment, missing));
        }
        if (command != Command.VERSION) {
            require(PATH, environment, missing);
        }
        if (!missing.isEmpty()) {
            throw missing(missing);
        }
    }

    private static String require(String variable, Map<String, String> environment, List<String> missing) {
        String value = value(environment, variable);
        if (value.isEmpty()) {
            missing.add(variable);
        }
        return value;
    }

    private static CniException missing(List<String> variables) {
        return new CniException(
                ErrorCode.INVALID_ENVIRONMENT, "required env variables [" + String.join(",", variables) + "] missing");
    }

    private static CniException unknown(String command) {
        return new CniException(ErrorCode.INVALID_ENVIRONMENT, "unknown CNI_COMMAND: " + command);
    }

    private static byte[] read(Stdin stdin) {
        try {
            return stdin.readAll();
        } catch (IOException e) {
            throw new CniException(ErrorCode.IO_FAILURE, "error reading from stdin: " + e.getMessage(), e);
        }
    }

    private static List<String> directories(String path) {
        return path.isEmpty() ? List.of() : List.of(path.split(":", -1));
    }

    private static String value(Map<String, String> environment, String variable) {
        return environment.getOrDefault(variable, "");
    }

    /** Whether a link can have this name; the rule for CNI_IFNAME, and for names in a configuration. */
    public static boolean isInterfaceName(String text) {
        try {
            Names.requireInterfaceName(text);
            return !text.isEmpty();
        } catch (CniException e) {
            return false;
        }
    }

    /** Whether the caller insists on a container whose network namespace is the plugin's own (CNI_NETNS_OVERRIDE). */
    public boolean overridesNetnsCheck() {
        String override = value(environment, NETNS_OVERRIDE);
        return override.equals("1") || override.toUpperCase(Locale.ROOT).equals("TRUE");
    }
}
