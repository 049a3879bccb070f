package dev.hawser.run;

import java.nio.file.Path;
import java.util.Map;

/** Runs the executables of other plugins. */
public interface Programs {

    /**
     * What a program left when it ended.
     *
     * @param exitStatus 0 for success
     * @param stdout its answer
     * @param stderr what it told people
     */
    record Finished(int exitStatus, String stdout, String stderr) {}

    /**
     * Runs {@code program} with just this environment and input, and waits for its end.
     *
     * @throws java.io.UncheckedIOException if it cannot be executed
     */
    Finished run(Path program, Map<String, String> environment, byte[] stdin);
}
