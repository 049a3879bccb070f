package dev.hawser.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class VersionTest {

    @Test
    void itIsThatOfTheBuild() throws IOException {
        Matcher version =
                Pattern.compile("\n  <version>(.*)</version>\n").matcher(Files.readString(Path.of("../pom.xml")));

        assertTrue(version.find());
        assertEquals(version.group(1), Version.TEXT);
    }
}
