package dev.hawser.app;

import dev.hawser.run.Plugin;
import dev.hawser.spec.CniException;
import dev.hawser.spec.CniVersion;
import dev.hawser.spec.Command;
import dev.hawser.spec.Json;
import dev.hawser.spec.Settings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The runtime's part of the specification: the plugins of a network in their order, for one attachment (SPEC, Section 3). */
final class NetworkRuntime {

    /**
     * What is attached.
     *
     * @param containerId the container's id
     * @param netns the path of its namespace
     * @param ifName its interface
     */
    record Target(String containerId, String netns, String ifName) {}

    private static final String DEFAULT_CNI_PATH = "/opt/cni/bin";
    private static final String VALID_ATTACHMENTS = "cni.dev/valid-attachments";

    private final NetworkList list;
    private final Map<String, String> environment;
    private final ResultCache cache;
    private final Json.Obj capabilities;

    NetworkRuntime(NetworkList list, Map<String, String> environment, ResultCache cache) {
        this.list = list;
        this.environment = environment;
        this.cache = cache;
        String text = environment.getOrDefault("CAP_ARGS", "");
        this.capabilities = text.isEmpty() ? Json.Obj.EMPTY : Json.parseObject(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Attaches, and returns the last plugin's result. */
    Json.Obj add(Target target) throws IOException {
        Optional<Json.Obj> previous = Optional.empty();
        for (Json.Obj plugin : list.plugins()) {
            Json.Obj conf = list.configurationOf(plugin, previous, capabilities);
            previous = Optional.of(Json.parseObject(call(Command.ADD, Optional.of(target), conf)));
        }
        Json.Obj result = previous.orElse(Json.Obj.EMPTY);
        cache.put(list.name(), target.containerId(), target.ifName(), target.netns(), result);
        return result;
    }

    /** Detaches, last plugin first. */
    void delete(Target target) throws IOException {
        Optional<Json.Obj> previous = cached(target);
        for (Json.Obj plugin : list.plugins().reversed()) {
            call(Command.DEL, Optional.of(target), list.configurationOf(plugin, previous, capabilities));
        }
        cache.remove(list.name(), target.containerId(), target.ifName());
    }

    void check(Target target) throws IOException {
        if (list.disableCheck()) {
            return;
        }
        Optional<Json.Obj> previous = cached(target);
        for (Json.Obj plugin : list.plugins()) {
            call(Command.CHECK, Optional.of(target), list.configurationOf(plugin, previous, capabilities));
        }
    }

    /** Before 0.4.0 plugins were not told (SPEC 0.4.0, "CHECK"). */
    private Optional<Json.Obj> cached(Target target) throws IOException {
        boolean told = CniVersion.parse(list.version())
                .filter(version -> version.atLeast(CniVersion.V0_4_0))
                .isPresent();
        return told ? cache.get(list.name(), target.containerId(), target.ifName()) : Optional.empty();
    }

    /** Removes everything of the network but the attachments to keep, given as {@code containerId/ifName}. */
    void collect(List<String> keep) throws IOException {
        if (list.disableGc()) {
            return;
        }
        List<Json> valid = new ArrayList<>();
        for (String attachment : keep) {
            int slash = attachment.indexOf('/');
            if (slash < 0) {
                throw new IOException("--keep " + attachment + ": write <containerId>/<ifName>");
            }
            valid.add(Json.object()
                    .put("containerID", attachment.substring(0, slash))
                    .put("ifname", attachment.substring(slash + 1))
                    .build());
        }
        for (Json.Obj plugin : list.plugins()) {
            Json.Obj conf = list.configurationOf(plugin, Optional.empty(), capabilities);
            call(Command.GC, Optional.empty(), conf.with(VALID_ATTACHMENTS, new Json.Arr(valid)));
        }
    }

    void status() throws IOException {
        for (Json.Obj plugin : list.plugins()) {
            call(Command.STATUS, Optional.empty(), list.configurationOf(plugin, Optional.empty(), capabilities));
        }
    }

    private byte[] call(Command command, Optional<Target> target, Json.Obj conf) throws IOException {
        String type = Settings.of(conf).text("type").orElse("");
        Map<String, String> variables = new HashMap<>(environment);
        variables.put("CNI_COMMAND", command.name());
        variables.putIfAbsent("CNI_PATH", DEFAULT_CNI_PATH);
        target.ifPresent(attachment -> {
            variables.put("CNI_CONTAINERID", attachment.containerId());
            variables.put("CNI_NETNS", attachment.netns());
            variables.put("CNI_IFNAME", attachment.ifName());
        });
        byte[] stdin = conf.compact().getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream stdout = new ByteArrayOutputStream();
        int exitStatus = execute(type, variables, stdin, stdout);
        if (exitStatus != 0) {
            throw new IOException(command + " by " + type + ": " + why(stdout.toByteArray(), exitStatus));
        }
        return stdout.toByteArray();
    }

    /** The executable of CNI_PATH, or ours within this process if there is none. */
    private static int execute(String type, Map<String, String> variables, byte[] stdin, ByteArrayOutputStream stdout)
            throws IOException {
        for (String directory : variables.getOrDefault("CNI_PATH", "").split(":", -1)) {
            Path program = Path.of(directory).resolve(type);
            if (!type.contains("/") && Files.isRegularFile(program)) {
                var finished = new ExecutedPrograms().run(program, variables, stdin);
                System.err.print(finished.stderr());
                stdout.write(finished.stdout().getBytes(StandardCharsets.UTF_8));
                return finished.exitStatus();
            }
        }
        return Wiring.dispatcher(variables)
                .dispatch(
                        Plugin.typeOf(type), variables, () -> stdin, (exitStatus, document) -> stdout.write(document));
    }

    private static String why(byte[] stdout, int exitStatus) {
        try {
            Settings error = Settings.of(Json.parseObject(stdout));
            String details = error.text("details").map(text -> "; " + text).orElse("");
            return error.text("msg").orElse("no message") + details + " (code "
                    + error.whole("code", 0, Integer.MAX_VALUE).orElse(0) + ")";
        } catch (CniException notJson) {
            return "exit status " + exitStatus + ": " + new String(stdout, StandardCharsets.UTF_8).strip();
        }
    }
}
