package dev.hawser.ipam;

import java.io.IOException;
import java.io.Serial;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Objects;

/** Why a pool could not do what it was asked for. Whatever the reason, nothing of the attempt is left behind. */
public final class PoolException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1;

    /** What kind of answer it is. */
    public enum Kind {
        /** No address is free. */
        EXHAUSTED,
        /** A requested address is taken, is a gateway, or is in no range. */
        UNAVAILABLE,
        /** The owner has an address from the same range set already. */
        DUPLICATE,
        /** The files could not be read or written. */
        IO
    }

    private final Kind kind;

    PoolException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    private PoolException(String message, IOException cause) {
        super(message, cause);
        this.kind = Kind.IO;
    }

    /** @param task with the pool as its object: "lease an address from" */
    static PoolException io(String task, Path pool, IOException cause) {
        return new PoolException(task + " " + pool + ": " + explain(cause), cause);
    }

    /** The kernel's words about the file, and what to do about them. */
    static String explain(IOException cause) {
        if (!(cause instanceof FileSystemException inFile)) {
            return Objects.requireNonNullElse(cause.getMessage(), nameOf(cause));
        }
        String reason = Objects.requireNonNullElse(inFile.getReason(), nameOf(inFile));
        return inFile.getFile() + ": " + reason + advice(cause, reason);
    }

    /** Java's exceptions for these errors keep the file only: the words are those of strerror(3). */
    private static String nameOf(IOException cause) {
        return switch (cause) {
            case AccessDeniedException _ -> "Permission denied";
            case NoSuchFileException _ -> "No such file or directory";
            case FileAlreadyExistsException _ -> "File exists";
            case NotDirectoryException _ -> "Not a directory";
            default -> cause.getClass().getSimpleName();
        };
    }

    private static String advice(IOException cause, String reason) {
        if (cause instanceof AccessDeniedException) {
            return ": is the plugin running as root?";
        }
        if (reason.contains("No space left")) {
            return ": free some space, or inodes, on that file system";
        }
        if (reason.contains("Read-only")) {
            return ": set dataDir to a directory that can be written to";
        }
        return "";
    }

    public Kind kind() {
        return kind;
    }
}
