package dev.hawser.app;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes several plugin calls in one JVM, by the way that a single call takes, while {@code scripts/rehearse.sh} has the JVM
 * record what they load and link for the AOT cache: a recording covers one JVM, a plugin call is one.
 *
 * <p>{@code Rehearsal bridge:ADD bridge:DEL} reads the network configuration from stdin and everything else but
 * CNI_COMMAND from the environment.
 */
final class Rehearsal {

    private Rehearsal() {}

    /**
     * Ends normally, as the recording asks for.
     *
     * @throws IllegalStateException if a call fails: what it then did not do would be missing in the cache
     */
    public static void main(String[] calls) throws IOException {
        byte[] configuration = System.in.readAllBytes();
        for (String call : calls) {
            String[] typeAndCommand = call.split(":", 2);
            System.setIn(new ByteArrayInputStream(configuration));
            perform(typeAndCommand[0], typeAndCommand[1]);
        }
    }

    private static void perform(String type, String command) {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("CNI_COMMAND", command);
        int exitStatus = Main.run(List.of(), environment, type);
        if (exitStatus != 0) {
            throw new IllegalStateException("rehearse " + command + " of " + type + ": exit status " + exitStatus);
        }
    }
}
