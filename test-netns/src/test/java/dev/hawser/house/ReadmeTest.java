package dev.hawser.house;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hawser.plugin.Plugins;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadmeTest {

    @Test
    void everyPluginHasItsRowInTheTable() throws IOException {
        List<String> lines = Files.readAllLines(Path.of("..", "README.md"));

        List<String> missing = Plugins.ALL.stream()
                .map(plugin -> plugin.type())
                .filter(type -> !type.equals("hawser"))
                .filter(type -> lines.stream().noneMatch(line -> line.startsWith("| `" + type + "` |")))
                .toList();

        assertEquals(List.of(), missing);
    }
}
