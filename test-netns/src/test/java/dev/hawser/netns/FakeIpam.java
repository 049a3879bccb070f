package dev.hawser.netns;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** An IPAM plugin of somebody else's: a shell script that writes down how it was called and answers as it was told. */
final class FakeIpam {

    static final String TYPE = "fake-ipam";

    private static final String SCRIPT = """
            #!/bin/sh
            dir=$(dirname "$0")
            cat >"$dir/stdin.$CNI_COMMAND"
            env >"$dir/env.$CNI_COMMAND"
            echo "$CNI_COMMAND" >>"$dir/calls"
            if [ -e "$dir/answer.$CNI_COMMAND" ]; then . "$dir/answer.$CNI_COMMAND"; fi
            """;

    private final Path directory;
    private final TestNode node;

    private FakeIpam(Path directory, TestNode node) {
        this.directory = directory;
        this.node = node;
    }

    /** A script in a directory of its own, which the calls of {@link #call} have in CNI_PATH. */
    static FakeIpam on(TestNode node) {
        Path directory = node.directory().resolve("fake");
        FakeIpam fake = new FakeIpam(directory, node);
        try {
            Files.createDirectories(directory);
            Path script = Files.writeString(directory.resolve(TYPE), SCRIPT);
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new UncheckedIOException("write " + directory, e);
        }
        return fake;
    }

    /** A bridge network with this IPAM. */
    Conf conf() {
        return node.layer2().withJson("ipam", """
                {"type": "fake-ipam", "anything": {"goes": ["here", 1.5, null]}}""");
    }

    Call call(String command, Conf conf, Pod pod) {
        return withPath(node.call(command, conf, pod));
    }

    Call call(String command, Conf conf) {
        return withPath(node.call(command, conf));
    }

    /** Has the script go on with these lines when it is called with {@code command}. */
    void does(String command, String lines) {
        try {
            Files.writeString(directory.resolve("answer." + command), lines);
        } catch (IOException e) {
            throw new UncheckedIOException("write " + directory, e);
        }
    }

    void prints(String command, String document) {
        does(command, "cat <<'END'\n" + document + "\nEND\n");
    }

    void fails(String command, String document) {
        does(command, "cat <<'END'\n" + document + "\nEND\nexit 1\n");
    }

    /** The CNI commands that it was called with, in order. */
    List<String> calls() {
        Path calls = directory.resolve("calls");
        return Files.exists(calls) ? read(calls).lines().toList() : List.of();
    }

    Map<String, String> environment(String command) {
        return read(directory.resolve("env." + command))
                .lines()
                .map(line -> line.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    }

    JsonNode stdin(String command) {
        return Json.parse(read(directory.resolve("stdin." + command)));
    }

    private Call withPath(Call call) {
        return call.with("CNI_PATH", "/nonexistent:" + node.plugins() + ":" + directory);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("read " + file, e);
        }
    }
}
