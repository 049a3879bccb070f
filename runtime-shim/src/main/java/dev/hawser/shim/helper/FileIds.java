package dev.hawser.shim.helper;

import dev.hawser.shim.wire.CallFrame;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Which file something is (stat(2)): two descriptors of one namespace agree in device and inode (namespaces(7)). */
final class FileIds {

    private FileIds() {}

    static CallFrame.FileId of(Path file) {
        Map<String, Object> status = status(file, "unix:dev,ino");
        return new CallFrame.FileId(number(status, "dev"), number(status, "ino"));
    }

    /** Of a file that may be gone. */
    static Optional<CallFrame.FileId> find(Path file) {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS) ? Optional.of(of(file)) : Optional.empty();
    }

    static CallFrame.FileId of(FileDescriptor descriptor) {
        return of(Path.of("/proc/self/fd/" + descriptor.intValue()));
    }

    static int ownerOf(Path file) {
        return (int) number(status(file, "unix:uid"), "uid");
    }

    private static Map<String, Object> status(Path file, String attributes) {
        try {
            return Files.readAttributes(file, attributes);
        } catch (IOException e) {
            throw new UncheckedIOException("stat " + file + ": " + e.getMessage(), e);
        }
    }

    private static long number(Map<String, Object> status, String attribute) {
        return ((Number) status.getOrDefault(attribute, 0)).longValue();
    }
}
