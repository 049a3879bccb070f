package dev.hawser.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hawser.spec.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkTest {

    @TempDir
    private Path directory = Path.of("");

    private final Contender contender = new Contender("reference", Path.of("/opt/cni/bin"), Map.of(), 1);

    @Test
    void aPoolIsFilledWithLeasesOfOthersInHostLocalsFormat() throws IOException {
        Network network = Network.create(contender, directory, 300, Network.Form.BRIDGE);

        Path pool = network.dataDir().resolve("reference-300");
        assertEquals(300, names(pool).size());
        assertEquals("other0\r\neth0", Files.readString(pool.resolve("10.65.0.0")));
        assertEquals("other299\r\neth0", Files.readString(pool.resolve("10.65.1.43")));
    }

    @Test
    void thePoolIsTheOneThatTheConfigurationNames() throws IOException {
        Network network = Network.create(contender, directory, 0, Network.Form.MASQUERADE);

        assertEquals(
                Json.object()
                        .put("cniVersion", "1.0.0")
                        .put("name", "reference-0-masquerade")
                        .put("type", "bridge")
                        .put("bridge", "bench1")
                        .put("isDefaultGateway", Json.of(true))
                        .put("ipMasq", Json.of(true))
                        .put("ipMasqBackend", "nftables")
                        .put(
                                "ipam",
                                Json.object()
                                        .put("type", "host-local")
                                        .put(
                                                "dataDir",
                                                directory
                                                        .resolve("reference-0-masquerade")
                                                        .toString())
                                        .put("subnet", "10.64.0.0/10")
                                        .put("rangeStart", "10.96.0.2")
                                        .build())
                        .build(),
                network.plugins().getFirst());
    }

    private static List<String> names(Path pool) throws IOException {
        try (Stream<Path> files = Files.list(pool)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
