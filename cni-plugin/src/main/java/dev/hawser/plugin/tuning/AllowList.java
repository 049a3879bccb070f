package dev.hawser.plugin.tuning;

import dev.hawser.run.Node;
import dev.hawser.spec.CniException;
import dev.hawser.spec.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Which sysctls the node's administrator allows: each line of the file is a regular expression that some part of the key, as the
 * configuration spells it, must match. Without the file all are allowed; with an empty one none.
 */
final class AllowList {

    private static final String FILE = "/etc/cni/tuning/allowlist.conf";

    private AllowList() {}

    /** Reads the file, if there is anything to be allowed; throws a {@link CniException} that names every key that is not. */
    static void requireAllowed(Node node, List<Sysctl> sysctls) {
        if (sysctls.isEmpty()) {
            return;
        }
        Path file = node.paths().apply(FILE);
        try {
            if (Presence.of(file)) {
                requireAllowed(sysctls, lines(file));
            }
        } catch (NoSuchFileException e) {
            return; // it went meanwhile
        } catch (IOException e) {
            throw new UncheckedIOException("read " + file + ": " + e, e);
        }
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
    }

    private static void requireAllowed(List<Sysctl> sysctls, List<String> lines) {
        List<Pattern> allowed = lines.stream().map(AllowList::compiled).toList();
        List<String> faults = sysctls.stream()
                .map(Sysctl::name)
                .filter(name -> allowed.stream()
                        .noneMatch(pattern -> pattern.matcher(name).find()))
                .map(name -> "Sysctl " + name + " is not allowed")
                .toList();
        if (!faults.isEmpty()) {
            throw new CniException(
                    ErrorCode.INVALID_NETWORK_CONFIG,
                    String.join(". ", faults) + ". Only the following sysctls are allowed: " + lines,
                    "see " + FILE);
        }
    }

    private static Pattern compiled(String line) {
        try {
            return Pattern.compile(line);
        } catch (PatternSyntaxException e) {
            throw new CniException(
                    ErrorCode.INVALID_NETWORK_CONFIG,
                    FILE + ": \"" + line + "\" is no regular expression: " + e.getDescription(),
                    e);
        }
    }
}
