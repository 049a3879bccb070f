package dev.hawser.app;

import dev.hawser.spec.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Optional;

/**
 * What libcni remembers of an attachment for CHECK and DEL: {@code /var/lib/cni/results/<network>-<containerId>-<ifName>}, of
 * kind {@code cniCacheV1}. Cnitool and we read each other's.
 *
 * @param directory where the files are
 */
record ResultCache(Path directory) {

    static final Path DEFAULT = Path.of("/var/lib/cni/results");

    private static final String KIND = "cniCacheV1";

    void put(String network, String containerId, String ifName, String netns, Json.Obj result) throws IOException {
        Json.Obj entry = Json.object()
                .put("kind", KIND)
                .put("containerId", containerId)
                .put("config", "")
                .put("ifName", ifName)
                .put("networkName", network)
                .put("netns", netns)
                .put("result", result)
                .build();
        Files.createDirectories(directory);
        Path temporary = Files.createTempFile(
                directory,
                ".new-",
                "",
                PosixFilePermissions.asFileAttribute(
                        EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE)));
        Files.writeString(temporary, entry.compact());
        Files.move(temporary, file(network, containerId, ifName), StandardCopyOption.ATOMIC_MOVE);
    }

    /** The remembered result; a file that makes no sense is as good as none. */
    Optional<Json.Obj> get(String network, String containerId, String ifName) throws IOException {
        Path file = file(network, containerId, ifName);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            Json.Obj entry = Json.parseObject(Files.readAllBytes(file));
            return entry.find("result")
                    .flatMap(result -> result instanceof Json.Obj found ? Optional.of(found) : Optional.empty());
        } catch (RuntimeException e) {
            System.err.println("hawser: the cached result " + file + " is not JSON and is not used: " + e.getMessage());
            return Optional.empty();
        }
    }

    void remove(String network, String containerId, String ifName) throws IOException {
        Files.deleteIfExists(file(network, containerId, ifName));
    }

    private Path file(String network, String containerId, String ifName) {
        return directory.resolve(network + "-" + containerId + "-" + ifName);
    }
}
