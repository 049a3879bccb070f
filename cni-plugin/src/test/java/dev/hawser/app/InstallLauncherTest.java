package dev.hawser.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class InstallLauncherTest {

    private static final String MARKER = "@hawser-prefix@";

    private final FileSystem files = Jimfs.newFileSystem(Configuration.unix());
    private final Path file = files.getPath("/hawser");

    @Test
    void aShorterPrefixLeavesNothingOfALongerOne() throws IOException {
        Files.write(file, launcher("/a/long/path/to/hawser"));

        byte[] copy = InstallLauncher.read(file).withPrefix(Path.of("/h"));

        assertEquals(
                new String(launcher("/h"), StandardCharsets.US_ASCII), new String(copy, StandardCharsets.US_ASCII));
    }

    @Test
    void aPrefixThatDoesNotFitIsRefused() throws IOException {
        Files.write(file, launcher("/opt/hawser"));
        InstallLauncher launcher = InstallLauncher.read(file);
        Path longest = Path.of("/" + "x".repeat(4094));
        Path tooLong = Path.of("/" + "x".repeat(4095));

        byte[] copy = launcher.withPrefix(longest);

        assertEquals(launcher("").length, copy.length);
        assertThrows(IllegalArgumentException.class, () -> launcher.withPrefix(tooLong));
    }

    @Test
    void tellsTheLauncherFromOtherFiles() throws IOException {
        Path other = Files.writeString(files.getPath("/other"), "#!/bin/sh\n");
        Files.write(file, launcher("/opt/hawser"));

        assertTrue(InstallLauncher.isOurs(file));
        assertFalse(InstallLauncher.isOurs(other));
        assertFalse(InstallLauncher.isOurs(files.getPath("/missing")));
        assertThrows(IOException.class, () -> InstallLauncher.read(other));
    }

    /** Laid out as launcher.c lays out prefix_slot. */
    private static byte[] launcher(String prefix) {
        byte[] program = new byte[5000];
        byte[] slot = (MARKER + prefix).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(slot, 0, program, 100, slot.length);
        return program;
    }
}
