package dev.hawser.shim.observe;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What this process takes from its node, as /proc says it (proc(5)).
 *
 * @param residentBytes VmRSS
 * @param threads of the operating system
 * @param openFiles descriptors
 */
record ProcessFigures(long residentBytes, long threads, long openFiles) {

    private static final Path SELF = Path.of("/proc/self");
    private static final long BYTES_PER_KB = 1024;

    /** Those of now; what cannot be read is 0. */
    static ProcessFigures read() {
        try {
            List<String> status = Files.readAllLines(SELF.resolve("status"));
            return new ProcessFigures(
                    number(status, "VmRSS:") * BYTES_PER_KB, number(status, "Threads:"), openFilesNow());
        } catch (IOException | NumberFormatException e) {
            return new ProcessFigures(0, 0, 0);
        }
    }

    /** {@code VmRSS:	   12345 kB}. */
    private static long number(List<String> status, String key) {
        return status.stream()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(key.length()).replace("kB", "").strip())
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElse(0);
    }

    /** Without the one that looks. */
    private static long openFilesNow() throws IOException {
        long count = -1;
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(SELF.resolve("fd"))) {
            for (Path _ : descriptors) {
                count++;
            }
        }
        return count;
    }
}
