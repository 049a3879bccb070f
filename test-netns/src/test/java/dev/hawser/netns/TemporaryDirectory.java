package dev.hawser.netns;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A directory that goes with all that is in it. */
record TemporaryDirectory(Path path) implements AutoCloseable {

    static TemporaryDirectory create(String prefix) {
        try {
            return new TemporaryDirectory(Files.createTempDirectory(prefix));
        } catch (IOException e) {
            throw new UncheckedIOException("create a temporary directory", e);
        }
    }

    @Override
    public void close() {
        try {
            for (Path entry : deepestFirst()) {
                Files.delete(entry);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("remove " + path, e);
        }
    }

    private List<Path> deepestFirst() throws IOException {
        try (Stream<Path> walk = Files.walk(path)) {
            return walk.sorted(Comparator.reverseOrder()).toList();
        }
    }
}
