package dev.hawser.linux;

import dev.hawser.sys.Netns;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** A fresh network namespace with a name of its own, gone when closed. {@code ip} is the eye from outside. */
final class TestNetns implements AutoCloseable {

    private final String name = "hawser-test-" + UUID.randomUUID().toString().substring(0, 8);

    TestNetns() {
        run(List.of("ip", "netns", "add", name));
    }

    Path path() {
        return Path.of("/run/netns", name);
    }

    Netns open() {
        return Netns.open(path());
    }

    /** What {@code ip -n NAME -j -d ARGUMENTS} prints. */
    String ip(String arguments) {
        List<String> command = new ArrayList<>(List.of("ip", "-n", name, "-j", "-d"));
        command.addAll(List.of(arguments.split(" ")));
        return run(command);
    }

    /** What a command prints that runs inside. */
    String exec(String... command) {
        List<String> inside = new ArrayList<>(List.of("ip", "netns", "exec", name));
        inside.addAll(List.of(command));
        return run(inside);
    }

    @Override
    public void close() {
        run(List.of("ip", "netns", "delete", name));
    }

    private static String run(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            try (InputStream output = process.getInputStream()) {
                String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
                if (process.waitFor() != 0) {
                    throw new IllegalStateException(String.join(" ", command) + ": " + text);
                }
                return text;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
