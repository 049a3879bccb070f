package dev.hawser.shim.helper;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** The release that this process was started from. Its prefix is a symbolic link, which an upgrade leads elsewhere. */
final class Installation {

    private final Path program;
    private final Optional<Path> start;

    /** As it is now. */
    Installation(Path program) {
        this.program = program;
        this.start = real(program);
    }

    /** Whether the program's name leads to another file than at the start. */
    boolean isReplaced() {
        Optional<Path> now = real(program);
        return now.isPresent() && !now.equals(start);
    }

    /** Nothing for a program that was found by PATH, or is gone. */
    private static Optional<Path> real(Path program) {
        try {
            return Optional.of(program.toRealPath());
        } catch (IOException gone) {
            return Optional.empty();
        }
    }
}
