package dev.hawser.shim;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Where the helper is, for itself and for those who look for it. */
final class HelperSocket {

    private static final Path DEFAULT = Path.of("/run/hawser/hawser.sock");

    private HelperSocket() {}

    /** The one that HAWSER_SOCKET names, or the usual one if it names none. */
    static Path of(Map<String, String> environment) {
        return Optional.ofNullable(environment.get("HAWSER_SOCKET"))
                .filter(socket -> !socket.isEmpty())
                .map(Path::of)
                .orElse(DEFAULT);
    }
}
