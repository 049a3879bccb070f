package dev.hawser.plugin.tuning;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** Whether a file is there that most often is not: to look costs less than the exception of a reader. */
final class Presence {

    private Presence() {}

    /** Unlike {@link java.nio.file.Files#exists}, a file that cannot be looked at is no absent one. */
    static boolean of(Path file) throws IOException {
        return file.getFileSystem().provider().readAttributesIfExists(file, BasicFileAttributes.class) != null;
    }
}
