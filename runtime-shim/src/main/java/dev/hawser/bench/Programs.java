package dev.hawser.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Executes the system's programs that prepare the stage; never anything that is measured. */
final class Programs {

    private static final List<String> DIRECTORIES =
            List.of("/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin");

    private Programs() {}

    /** Where the system has this program, if it has. */
    static Optional<Path> find(String name) {
        return DIRECTORIES.stream()
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Executes a program that must succeed. */
    static void run(String... command) throws IOException {
        feed("", command);
    }

    /**
     * Executes a program that must succeed.
     *
     * @param stdin less than a pipe holds at once, or the program reads while it writes little
     */
    static void feed(String stdin, String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(stdin.getBytes(StandardCharsets.UTF_8));
        }
        String said;
        try (InputStream out = process.getInputStream()) {
            said = new String(out.readAllBytes(), StandardCharsets.UTF_8).strip();
        }
        int exitStatus = waitFor(process);
        if (exitStatus != 0) {
            throw new IOException(String.join(" ", List.of(command)) + ": exit status " + exitStatus + ": " + said);
        }
    }

    /** Waits for a process as long as it takes; whoever interrupts us ends it. */
    static int waitFor(Process process) throws IOException {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
