package dev.hawser.netns;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A tree that can be installed.
 *
 * @param build which one it is, in the words of its file BUILD and of its launcher
 */
record Release(Path tree, String build) {

    /** The one that was built. */
    static Release built() throws IOException {
        return new Release(
                CniPlugin.TREE,
                Files.readString(CniPlugin.TREE.resolve("BUILD")).strip());
    }

    /** A copy that differs in nothing but its build. */
    Release successor(Path copy) throws IOException {
        String other = build.substring(0, build.length() - 8) + "00000000";
        Shell.output(List.of("cp", "-a", tree.toString(), copy.toString()));
        Files.writeString(copy.resolve("BUILD"), other + "\n");
        Path launcher = copy.resolve("bin/hawser");
        String program = Files.readString(launcher, ISO_8859_1);
        String changed = program.replace(build, other);
        assertNotEquals(program, changed, "the launcher knows its build");
        Files.writeString(launcher, changed, ISO_8859_1);
        return new Release(copy, other);
    }

    /** Has it take the place of what is installed there. */
    void install(Path prefix, Path cniBin) {
        Shell.output(List.of(
                tree.resolve("bin/hawser").toString(),
                "install",
                "--prefix",
                prefix.toString(),
                "--cni-bin",
                cniBin.toString(),
                "--drop-in"));
    }
}
