package dev.hawser.linux;

import dev.hawser.kernel.Change;
import dev.hawser.kernel.KernelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** The kernel parameters of one namespace: a file below /proc/sys/net is that of the thread that opens it. */
final class Sysctls {

    private static final Path ROOT = Path.of("/proc/sys");

    private final Namespace namespace;

    Sysctls(Namespace namespace) {
        this.namespace = namespace;
    }

    Optional<String> read(String key) {
        return namespace.inside(() -> readHere(key));
    }

    void set(Change.SetSysctl change) {
        namespace.inside(() -> {
            setHere(change);
            return change;
        });
    }

    private static void setHere(Change.SetSysctl change) {
        try {
            Path file = file(change.key());
            if (!Files.readString(file).strip().equals(change.value())) {
                Files.writeString(file, change.value());
            }
        } catch (IOException e) {
            if (change.required()) {
                throw failure("set kernel parameter " + change.key() + " to " + change.value(), e);
            }
        }
    }

    private static Optional<String> readHere(String key) {
        try {
            return Optional.of(Files.readString(file(key)).strip());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw failure("read kernel parameter " + key, e);
        }
    }

    private static Path file(String key) {
        Path file = ROOT.resolve(key).normalize();
        if (!file.startsWith(ROOT) || file.equals(ROOT)) {
            throw new KernelException("\"" + key + "\" is not a kernel parameter", 0);
        }
        return file;
    }

    private static KernelException failure(String what, IOException e) {
        String reason = e instanceof NoSuchFileException ? "there is no such parameter" : e.getMessage();
        return new KernelException(what + ": " + reason, 0, e);
    }
}
