package dev.hawser.shim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The launcher, compiled with the address and the undefined-behaviour sanitizer, and warnings as errors. */
public final class CompiledLauncher {

    private static final Path SOURCE = Path.of("src/main/c/launcher.c");

    private CompiledLauncher() {}

    /**
     * Compiles it.
     *
     * @param build which build it says that it belongs to
     */
    public static void compile(Path executable, String build) throws Exception {
        List<String> command = new ArrayList<>(List.of("gcc", "-std=c17", "-Wall", "-Wextra", "-Werror", "-g"));
        command.addAll(List.of("-fsanitize=address,undefined", "-fno-sanitize-recover=all"));
        command.add("-DHAWSER_BUILD=\"" + build + "\"");
        command.addAll(List.of("-o", executable.toString(), SOURCE.toString()));
        Process gcc = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, gcc.waitFor(), said);
    }
}
