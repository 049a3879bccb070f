package dev.hawser.shim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher, compiled with the address and the undefined-behaviour sanitizer, before a "JVM" that only prints what it was
 * given: one argument per line.
 */
final class LauncherTest {

    private static final String MARKER = "@hawser-prefix@";

    private static final String PRINTING_JVM = """
            #!/bin/sh
            for argument in "$@"; do printf '%s\\n' "$argument"; done
            printf 'stdin %s\\n' "$(cat)"
            printf 'options %s%s%s\\n' "$JAVA_TOOL_OPTIONS" "$_JAVA_OPTIONS" "$JDK_JAVA_OPTIONS"
            printf 'command %s\\n' "$CNI_COMMAND"
            exit 7
            """;

    @TempDir
    private static Path build = Path.of("");

    @TempDir
    private Path root = Path.of("");

    private Path tree = Path.of("");

    /** How a run ended. */
    private record Outcome(int code, String out, String err) {
        List<String> arguments() {
            return out.lines().takeWhile(line -> !line.startsWith("stdin ")).toList();
        }
    }

    @BeforeAll
    static void compile() throws Exception {
        CompiledLauncher.compile(build.resolve("launcher"), "0.1.0-test");
    }

    @BeforeEach
    void makeTree() throws IOException {
        tree = root.resolve("tree");
        for (String directory : List.of("bin", "conf", "lib/native", "runtime/bin")) {
            Files.createDirectories(tree.resolve(directory));
        }
        Files.copy(build.resolve("launcher"), tree.resolve("bin/hawser"));
        program(tree.resolve("runtime/bin/java"), PRINTING_JVM);
        Files.writeString(tree.resolve("lib/classpath"), "a.jar\n");
        Files.writeString(tree.resolve("lib/helper.classpath"), "b.jar\na.jar\n");
        Files.writeString(tree.resolve("conf/jvm.options"), "-Xmx128m\n");
        Files.writeString(tree.resolve("conf/helper.options"), "# a comment\n\n  -Xmx64m \r\n-Dx=a b\n");
    }

    @Test
    void givesTheJvmItsOptionsItsClassPathAndTheArguments() throws Exception {
        Outcome outcome = run(List.of(), "net", "add", "a b", "");

        List<String> wanted = List.of(
                "-Xmx64m",
                "-Dx=a b",
                "-Djffi.boot.library.path=" + tree + "/lib/native",
                "-Djava.library.path=" + tree + "/lib/native",
                "-Dhawser.home=" + tree,
                "-Dhawser.argv0=" + tree.resolve("bin/hawser"),
                "-cp",
                tree + "/lib/b.jar:" + tree + "/lib/a.jar",
                "dev.hawser.shim.Main",
                "net",
                "add",
                "a b",
                "");
        assertEquals(wanted, outcome.arguments());
        assertEquals(7, outcome.code());
    }

    @Test
    void aPluginCallHasOptionsAndAClassPathOfItsOwn() throws Exception {
        Files.writeString(tree.resolve("lib/hawser.aot"), "");

        Outcome outcome = run(
                Map.of("CNI_COMMAND", "STATUS", "HAWSER_SOCKET", ""),
                "",
                List.of(tree.resolve("bin/hawser").toString()));

        List<String> wanted = List.of(
                "-Xmx128m",
                "-XX:AOTCache=" + tree + "/lib/hawser.aot",
                "-Djffi.boot.library.path=" + tree + "/lib/native",
                "-Djava.library.path=" + tree + "/lib/native",
                "-Dhawser.home=" + tree,
                "-Dhawser.argv0=" + tree.resolve("bin/hawser"),
                "-cp",
                tree + "/lib/a.jar",
                "dev.hawser.app.Main");
        assertEquals(wanted, outcome.arguments());
    }

    @Test
    void namesTheAotCacheWhenThereIsOne() throws Exception {
        Files.writeString(tree.resolve("lib/helper.aot"), "");

        Outcome outcome = run(List.of());

        assertTrue(outcome.arguments().contains("-XX:AOTCache=" + tree + "/lib/helper.aot"), outcome.out());
    }

    @Test
    void passesTheEnvironmentAndStdinButNoOptionsForOtherJvms() throws Exception {
        Map<String, String> environment = Map.of(
                "CNI_COMMAND", "ADD", "JAVA_TOOL_OPTIONS", "-Da", "_JAVA_OPTIONS", "-Db", "JDK_JAVA_OPTIONS", "-Dc");

        Outcome outcome = run(
                environment,
                "{\"name\": \"n\"}",
                List.of(tree.resolve("bin/hawser").toString()));

        assertTrue(outcome.out().contains("stdin {\"name\": \"n\"}\n"), outcome.out());
        assertTrue(outcome.out().contains("options \n"), outcome.out());
        assertTrue(outcome.out().contains("command ADD\n"), outcome.out());
    }

    @Test
    void aSymbolicLinkFindsTheTreeAndGivesItsName() throws Exception {
        Path link = Files.createSymbolicLink(root.resolve("hawser-bridge"), tree.resolve("bin/hawser"));

        Outcome outcome = run(Map.of(), "", List.of(link.toString()));

        assertTrue(outcome.arguments().contains("-Dhawser.home=" + tree), outcome.out());
        assertTrue(outcome.arguments().contains("-Dhawser.argv0=" + link), outcome.out());
    }

    @Test
    void aCopyFindsThePrefixThatIsWrittenIntoIt() throws Exception {
        Path copy = copyWithPrefix(root.resolve("cni/bin/bridge"), tree.toString());

        Outcome outcome = run(Map.of(), "", List.of(copy.toString()));

        assertTrue(outcome.arguments().contains("-Dhawser.home=" + tree), outcome.err());
        assertTrue(outcome.arguments().contains("-Dhawser.argv0=" + copy), outcome.out());
    }

    @Test
    void aCopyRunsInTheReleaseThatItsPrefixLinksTo() throws Exception {
        Path link = Files.createSymbolicLink(root.resolve("current"), Path.of("tree"));
        Path copy = copyWithPrefix(root.resolve("cni/bin/bridge"), link.toString());

        Outcome outcome = run(Map.of(), "", List.of(copy.toString()));

        assertTrue(outcome.arguments().contains("-Dhawser.home=" + tree), outcome.err());
    }

    @Test
    void aPrefixAsLongAsAPathMayBeIsReadToItsEnd() throws Exception {
        Path copy = copyWithPrefix(root.resolve("cni/bin/bridge"), "/" + "x".repeat(4094));

        Outcome outcome = run(Map.of(), "", List.of(copy.toString()));

        assertEquals(1, outcome.code());
        assertTrue(outcome.err().contains("File name too long"), outcome.err());
    }

    @Test
    void aLongNameAndLongArgumentsArePassedWhole() throws Exception {
        String name = "n".repeat(100_000);
        String argument = "a".repeat(100_000);

        Outcome outcome = runAs(name, tree.resolve("bin/hawser"), argument);

        assertTrue(outcome.arguments().contains("-Dhawser.argv0=" + name), outcome.err());
        assertTrue(outcome.arguments().contains(argument));
    }

    @Test
    void thousandsOfArgumentsArePassed() throws Exception {
        String[] arguments = Stream.iterate(0, i -> i + 1)
                .limit(5000)
                .map(i -> "argument" + i)
                .toArray(String[]::new);

        Outcome outcome = run(List.of(), arguments);

        assertTrue(outcome.arguments().contains("argument4999"));
    }

    @Test
    void aMissingRuntimeIsAnErrorForPeople() throws Exception {
        Files.delete(tree.resolve("runtime/bin/java"));

        Outcome outcome = run(List.of());

        String wanted = "hawser: start " + tree + "/runtime/bin/java: No such file or directory: is the installation"
                + " complete?\n";
        assertEquals(new Outcome(1, "", wanted), outcome);
    }

    @Test
    void aMissingRuntimeIsACniErrorForARuntime() throws Exception {
        Files.delete(tree.resolve("runtime/bin/java"));

        Outcome outcome = run(
                Map.of("CNI_COMMAND", "ADD"),
                "",
                List.of(tree.resolve("bin/hawser").toString()));

        String wanted = "{\n    \"code\": 999,\n    \"msg\": \"start " + tree
                + "/runtime/bin/java: No such file or directory: is the installation complete?\"\n}";
        assertEquals(new Outcome(1, wanted, ""), outcome);
    }

    @Test
    void aPathWithOddCharactersIsEscapedInACniError() throws Exception {
        Path odd = root.resolve("a \"b\" \\ \n ü");
        Files.move(tree, odd);
        Files.delete(odd.resolve("runtime/bin/java"));

        Outcome outcome = run(
                Map.of("CNI_COMMAND", "ADD"),
                "",
                List.of(odd.resolve("bin/hawser").toString()));

        assertTrue(outcome.out().contains("/a \\\"b\\\" \\\\ \\u000a ü/runtime"), outcome.out());
    }

    @Test
    void aCopyWithoutItsInstallationSaysWhatToDo() throws Exception {
        Path copy = copyWithPrefix(root.resolve("cni/bin/bridge"), "/nowhere/hawser");

        Outcome outcome = run(Map.of(), "", List.of(copy.toString()));

        assertEquals(1, outcome.code());
        assertTrue(outcome.err().contains("/nowhere/hawser"), outcome.err());
        assertTrue(outcome.err().contains("hawser install"), outcome.err());
    }

    @Test
    void missingOptionsAreNamed() throws Exception {
        Files.delete(tree.resolve("conf/helper.options"));

        Outcome outcome = run(List.of());

        assertEquals(1, outcome.code());
        assertTrue(outcome.err().contains("open " + tree + "/conf/helper.options: No such file"), outcome.err());
    }

    @Test
    void optionsWithoutEndAreRefused() throws Exception {
        Files.writeString(tree.resolve("conf/helper.options"), "-Dx=" + "y".repeat(70_000));

        Outcome outcome = run(List.of());

        assertEquals(1, outcome.code());
        assertTrue(outcome.err().contains("longer than 65536 bytes"), outcome.err());
    }

    @Test
    void tooManyOptionsAreRefused() throws Exception {
        Files.writeString(tree.resolve("conf/helper.options"), "-Dx\n".repeat(257));

        Outcome outcome = run(List.of());

        assertEquals(1, outcome.code());
        assertTrue(outcome.err().contains("more than 256 lines"), outcome.err());
    }

    @Test
    void anEmptyClassPathIsRefused() throws Exception {
        Files.writeString(tree.resolve("lib/helper.classpath"), "\n");

        Outcome outcome = run(List.of());

        assertEquals(1, outcome.code());
        assertTrue(outcome.err().contains("names no jar"), outcome.err());
    }

    @Test
    void noOptionsAtAllAreFine() throws Exception {
        Files.writeString(tree.resolve("conf/helper.options"), "");

        Outcome outcome = run(List.of());

        assertEquals(7, outcome.code());
        assertEquals(
                "-Djffi.boot.library.path=" + tree + "/lib/native",
                outcome.arguments().getFirst());
    }

    private Outcome run(List<String> none, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(none);
        command.add(tree.resolve("bin/hawser").toString());
        command.addAll(List.of(arguments));
        return run(Map.of(), "", command);
    }

    private Outcome runAs(String name, Path program, String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(List.of("bash", "-c", "exec -a \"$0\" \"$@\"", name, program.toString()));
        command.addAll(List.of(arguments));
        return run(Map.of(), "", command);
    }

    private Outcome run(Map<String, String> environment, String stdin, List<String> command) throws Exception {
        Path out = root.resolve("out");
        Path err = root.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().remove("CNI_COMMAND");
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().write(stdin.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        assertTrue(process.waitFor(30, TimeUnit.SECONDS), "ends");
        return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    /** What `hawser install` does. */
    private static Path copyWithPrefix(Path copy, String prefix) throws IOException {
        String content = Files.readString(build.resolve("launcher"), StandardCharsets.ISO_8859_1);
        int start = content.indexOf(MARKER) + MARKER.length();
        String slot = prefix + "\0".repeat(4096 - prefix.length());
        Files.createDirectories(copy.getParent());
        Files.writeString(
                copy,
                content.substring(0, start) + slot + content.substring(start + 4096),
                StandardCharsets.ISO_8859_1);
        Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwxr-xr-x"));
        return copy;
    }

    private static void program(Path file, String script) throws IOException {
        Files.writeString(file, script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
