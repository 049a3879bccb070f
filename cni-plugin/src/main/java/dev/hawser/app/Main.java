package dev.hawser.app;

import dev.hawser.run.Dispatcher;
import dev.hawser.run.Plugin;
import dev.hawser.spec.CniVersion;
import dev.hawser.spec.Json;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Decides what this execution is: with CNI_COMMAND set a plugin, the one that its file name or {@code --type} says; without, a
 * command of a person. The plugin's way loads as little as it can: the start of the JVM is most of a cold call.
 */
public final class Main {

    private static final String PROGRAM = "hawser";

    private Main() {}

    /** Runs once and ends the JVM with the exit status. */
    public static void main(String[] args) {
        int exitStatus = run(List.of(args), System.getenv(), System.getProperty("hawser.argv0", PROGRAM));
        System.out.flush();
        System.err.flush();
        // Not System.exit: there is nothing left to do, and shutdown hooks cost a cold call milliseconds.
        Runtime.getRuntime().halt(exitStatus);
    }

    /** What this execution is and does; returns the exit status. */
    static int run(List<String> args, Map<String, String> environment, String argv0) {
        String name = argv0.substring(argv0.lastIndexOf('/') + 1);
        if (!environment.getOrDefault("CNI_COMMAND", "").isEmpty()) {
            return plugin(typeOf(args, name), environment);
        }
        Optional<Plugin> named = Wiring.plugin(Plugin.typeOf(name));
        if (named.isPresent() && !name.equals(PROGRAM)) {
            about(named.get());
            return 0;
        }
        return Commands.run(args);
    }

    private static String typeOf(List<String> args, String name) {
        if (args.size() == 2 && args.getFirst().equals("--type")) {
            return args.getLast();
        }
        return Plugin.typeOf(name);
    }

    private static int plugin(String type, Map<String, String> environment) {
        Dispatcher dispatcher = Wiring.dispatcher(environment);
        try {
            return dispatcher.dispatch(type, environment, () -> System.in.readNBytes(Json.MAX_BYTES + 1), Main::answer);
        } catch (IOException e) {
            System.err.println(
                    PROGRAM + ": write the answer: " + e.getMessage() + ": what was done has been taken back");
            return 1;
        }
    }

    /** Past System.out, which would swallow a failure. */
    private static void answer(byte[] document) throws IOException {
        // The descriptor is the process's, not ours to close.
        @SuppressWarnings("resource")
        OutputStream stdout = new FileOutputStream(FileDescriptor.out);
        stdout.write(document);
        stdout.flush();
    }

    /** What every CNI plugin says when a person executes it. */
    private static void about(Plugin plugin) {
        String versions = plugin.versions().stream().map(CniVersion::text).collect(Collectors.joining(", "));
        System.err.println("CNI " + plugin.type() + " plugin hawser v" + Version.TEXT);
        System.err.println("CNI protocol versions supported: " + versions);
    }
}
