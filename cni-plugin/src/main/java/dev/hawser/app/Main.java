package dev.hawser.app;

import dev.hawser.run.Dispatcher;
import dev.hawser.run.Plugin;
import dev.hawser.spec.Json;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;

/**
 * One plugin call: the plugin that the file's name or {@code --type} says. This way loads as little as it can, for the start
 * of the JVM is most of a cold call; what people type is {@link Commands}.
 */
public final class Main {

    private Main() {}

    /** Runs once and ends the JVM with the exit status. */
    public static void main(String[] args) {
        int exitStatus = run(List.of(args), System.getenv(), Commands.argv0());
        System.out.flush();
        System.err.flush();
        // Not System.exit: there is nothing left to do, and shutdown hooks cost a cold call milliseconds.
        Runtime.getRuntime().halt(exitStatus);
    }

    /** Carries out the call that this environment and stdin describe; returns the exit status. */
    static int run(List<String> args, Map<String, String> environment, String argv0) {
        Dispatcher dispatcher = Wiring.dispatcher(environment);
        String type = Plugin.typeOf(args, argv0);
        try {
            return dispatcher.dispatch(type, environment, () -> System.in.readNBytes(Json.MAX_BYTES + 1), Main::answer);
        } catch (IOException e) {
            System.err.println("hawser: write the answer: " + e.getMessage() + ": what was done has been taken back");
            return 1;
        }
    }

    /** Past System.out, which would swallow a failure. */
    private static void answer(int exitStatus, byte[] document) throws IOException {
        // The descriptor is the process's, not ours to close.
        @SuppressWarnings("resource")
        OutputStream stdout = new FileOutputStream(FileDescriptor.out);
        stdout.write(document);
        stdout.flush();
    }
}
