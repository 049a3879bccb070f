package dev.hawser.netns;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The files of one network's pool, as host-local lays them out. */
record Pool(Path directory) {

    /** Each lease file's name with its whole content. */
    Map<String, String> leases() {
        Map<String, String> leases = new TreeMap<>(files());
        leases.keySet().removeIf(name -> name.equals("lock") || name.startsWith("last_reserved_ip"));
        leases.keySet().removeIf(name -> name.startsWith("."));
        return leases;
    }

    /** Every file's name with its whole content; nothing if there is no directory. */
    Map<String, String> files() {
        Map<String, String> files = new TreeMap<>();
        if (!Files.isDirectory(directory)) {
            return files;
        }
        try (Stream<Path> list = Files.list(directory)) {
            list.forEach(file -> files.put(file.getFileName().toString(), read(file)));
        } catch (IOException e) {
            throw new UncheckedIOException("list " + directory, e);
        }
        return files;
    }

    /** The names of the pools in this directory of pools, if it is one. */
    List<String> directories() {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> list = Files.list(directory)) {
            return list.filter(Files::isDirectory)
                    .map(path -> path.getFileName().toString())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("list " + directory, e);
        }
    }

    /** What a lease of this container's interface says. */
    static String owner(Pod pod) {
        return pod.containerId() + "\r\n" + pod.ifName();
    }

    void write(String name, String content) {
        try {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve(name), content);
        } catch (IOException e) {
            throw new UncheckedIOException("write " + directory.resolve(name), e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("read " + file, e);
        }
    }
}
