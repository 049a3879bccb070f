package dev.hawser.sys;

import dev.hawser.sys.Fd.Identity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Who holds a lock of flock(2), as far as proc_locks(5) knows: it shows no processes of other pid namespaces. */
final class LockHolder {

    private static final Path LOCKS = Path.of("/proc/locks");

    /**
     * One that is held; those that are waited for have an arrow before the kind.
     *
     * {@snippet lang=text :
     *  1: FLOCK  ADVISORY  WRITE 4711 fd:01:1048673 0 EOF     // device in hexadecimal, inode in decimal
     *  1: -> FLOCK  ADVISORY  WRITE 4712 fd:01:1048673 0 EOF
     * }
     */
    private static final Pattern HELD =
            Pattern.compile("\\d+: FLOCK +\\S+ +\\S+ +(\\d+) ([0-9a-f]+):([0-9a-f]+):(\\d+) .*");

    private static final int HEXADECIMAL = 16;

    private LockHolder() {}

    /** As a sentence: {@code pid 4711 (host-local) holds it}. */
    static String of(Identity file) {
        try (Stream<String> locks = Files.lines(LOCKS)) {
            return locks.flatMap(line -> pid(line, file).stream())
                    .findFirst()
                    .map(LockHolder::sentence)
                    .orElse("/proc/locks does not say who holds it");
        } catch (IOException | UncheckedIOException e) {
            return "who holds it is not known: " + e.getMessage();
        }
    }

    private static Optional<Long> pid(String line, Identity file) {
        Matcher lock = HELD.matcher(line);
        return lock.matches() && identity(lock).equals(file)
                ? Optional.of(Long.valueOf(lock.group(1)))
                : Optional.empty();
    }

    private static Identity identity(Matcher lock) {
        return new Identity(
                Integer.parseInt(lock.group(2), HEXADECIMAL),
                Integer.parseInt(lock.group(3), HEXADECIMAL),
                Long.parseLong(lock.group(4)));
    }

    private static String sentence(long pid) {
        try {
            String name = Files.readString(Path.of("/proc", Long.toString(pid), "comm"));
            boolean own = pid == ProcessHandle.current().pid();
            return "pid " + pid + " (" + name.strip() + (own ? ", this process" : "") + ") holds it";
        } catch (IOException e) {
            return "pid " + pid + " took it and has ended: a child of it may hold it";
        }
    }
}
