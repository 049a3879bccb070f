package dev.hawser.runtimes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Which calls a runtime makes: in the plugins' places are scripts that note the call and then make it. */
record CallLog(Path file) {

    /**
     * Begins to listen.
     *
     * @param plugins the runtime's CNI bin directory
     * @param names of the plugins to listen to
     */
    static CallLog of(Path plugins, Workspace workspace, List<String> names) {
        CallLog log = new CallLog(workspace.write("calls", ""));
        names.forEach(name -> log.listen(plugins, name));
        return log;
    }

    /** {@code ADD bridge} and so on, oldest first. */
    List<String> calls() {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The plugin keeps its name, by which it knows what it is. */
    private void listen(Path plugins, String name) {
        Path plugin = plugins.resolve(name);
        Path real = plugins.resolve(".overheard").resolve(name);
        try {
            Files.createDirectories(plugins.resolve(".overheard"));
            Files.move(plugin, real);
            Files.writeString(plugin, """
                    #!/bin/sh
                    echo "$CNI_COMMAND %s" >>'%s'
                    exec '%s' "$@"
                    """.formatted(name, file, real));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Command.of("chmod", "+x", plugin.toString()).run();
    }
}
