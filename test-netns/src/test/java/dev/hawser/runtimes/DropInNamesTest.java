package dev.hawser.runtimes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DropInNamesTest {

    @Test
    void hawserHasEveryPluginThatTheReferenceShips() {
        Set<String> ours = Plugins.hawserNames();

        List<String> missing = Plugins.referenceNames().stream()
                .filter(name -> !ours.contains(name))
                .toList();

        assertEquals(List.of(), missing);
    }
}
