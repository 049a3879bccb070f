package dev.hawser.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The launcher's file. Its copies in the CNI bin directory cannot see their installation from where they are, so the
 * path of the installation is written into them: launcher.c keeps a place for it, behind a marker.
 *
 * <pre>{@code
 * … | @hawser-prefix@ | /opt/hawser NUL NUL … (PATH_MAX bytes) | …
 * }</pre>
 */
final class InstallLauncher {

    /** PREFIX_MARKER in launcher.c. */
    private static final byte[] MARKER = "@hawser-prefix@".getBytes(StandardCharsets.US_ASCII);

    /** PATH_MAX in linux/limits.h, the zero at the end included. */
    private static final int PATH_MAX_BYTES = 4096;

    /** A static program of our size is below 1 MiB. Larger files are somebody else's and need not be read. */
    private static final int LARGEST_LAUNCHER_BYTES = 4 << 20;

    private final byte[] content;
    private final int prefixOffset;

    private InstallLauncher(byte[] content, int prefixOffset) {
        this.content = content;
        this.prefixOffset = prefixOffset;
    }

    /** @throws IOException if it cannot be read or is not the launcher */
    static InstallLauncher read(Path file) throws IOException {
        byte[] content = Files.readAllBytes(file);
        int marker = indexOf(content, MARKER);
        if (marker < 0 || marker + MARKER.length + PATH_MAX_BYTES > content.length) {
            throw new IOException(file + " is not Hawser's launcher");
        }
        return new InstallLauncher(content, marker + MARKER.length);
    }

    /** Whether the file is the launcher or a copy of it, of this or any other release. */
    static boolean isOurs(Path file) throws IOException {
        return Files.isRegularFile(file)
                && Files.size(file) <= LARGEST_LAUNCHER_BYTES
                && indexOf(Files.readAllBytes(file), MARKER) >= 0;
    }

    /** A copy that looks for its installation in {@code prefix}. */
    byte[] withPrefix(Path prefix) {
        byte[] path = prefix.toString().getBytes(StandardCharsets.UTF_8);
        if (path.length >= PATH_MAX_BYTES) {
            throw new IllegalArgumentException("prefix " + prefix + ": longer than " + (PATH_MAX_BYTES - 1) + " bytes");
        }
        byte[] copy = content.clone();
        Arrays.fill(copy, prefixOffset, prefixOffset + PATH_MAX_BYTES, (byte) 0);
        System.arraycopy(path, 0, copy, prefixOffset, path.length);
        return copy;
    }

    private static int indexOf(byte[] content, byte[] wanted) {
        for (int i = 0; i + wanted.length <= content.length; i++) {
            if (Arrays.equals(content, i, i + wanted.length, wanted, 0, wanted.length)) {
                return i;
            }
        }
        return -1;
    }
}
