package dev.hawser.netns;

import dev.hawser.resident.ThisRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The DHCP leases that Hawser remembers for a node. */
record DhcpLeases(Path directory) implements AutoCloseable {

    /** Closed with the test, when whoever keeps leases has ended. */
    static DhcpLeases of(TestNode node) {
        return node.own(of(node.host()));
    }

    private static DhcpLeases of(Netns host) {
        String inode =
                host.output("stat", "-L", "-c", "%i", "/proc/self/ns/net").strip();
        return new DhcpLeases(Path.of("/run/hawser/dhcp", inode));
    }

    /** Removes the directory, which stays when the last lease goes; not that of a helper that stays. */
    @Override
    public void close() {
        if (ThisRun.isThroughHelper() || Files.notExists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("remove " + directory, e);
        }
    }

    /** {@code network,containerId,ifName}, sorted. */
    List<String> names() {
        if (Files.notExists(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".json"))
                    .map(name -> name.substring(0, name.length() - ".json".length()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("list " + directory, e);
        }
    }

    String text(String name) {
        try {
            return Files.readString(directory.resolve(name + ".json"));
        } catch (IOException e) {
            throw new UncheckedIOException("read the lease of " + name, e);
        }
    }
}
