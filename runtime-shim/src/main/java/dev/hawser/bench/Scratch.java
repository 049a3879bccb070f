package dev.hawser.bench;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The directory that holds everything that is written, and the process that writes there. Both go when this is closed, or when
 * somebody ends us by a signal.
 */
final class Scratch implements AutoCloseable {

    private final Path directory;
    private final Thread onSignal = new Thread(this::closeOnSignal, "clean up");
    private volatile Optional<Process> inside = Optional.empty();

    private Scratch(Path directory) {
        this.directory = directory;
    }

    static Scratch create(Path parent) throws IOException {
        Scratch scratch = new Scratch(Files.createTempDirectory(parent, "hawser-bench-"));
        Runtime.getRuntime().addShutdownHook(scratch.onSignal);
        return scratch;
    }

    Path directory() {
        return directory;
    }

    /** Starts a process that is ended, with all that it started, before the directory is deleted. */
    Process start(ProcessBuilder builder) throws IOException {
        Process process = builder.start();
        inside = Optional.of(process);
        return process;
    }

    private void closeOnSignal() {
        try {
            end();
        } catch (IOException e) {
            System.err.println("hawser bench: clean up: " + e.getMessage());
        }
    }

    @Override
    public void close() throws IOException {
        try {
            Runtime.getRuntime().removeShutdownHook(onSignal);
        } catch (IllegalStateException alreadyShuttingDown) {
            // The hook is at it, and end() serves one at a time.
        }
        end();
    }

    private synchronized void end() throws IOException {
        if (inside.isPresent()) {
            endProcesses(inside.get());
        }
        deleteTree(directory);
    }

    /** The first process of a PID namespace takes all others with it, and is gone only when they are (pid_namespaces(7)). */
    private static void endProcesses(Process unshare) throws IOException {
        unshare.descendants().forEach(ProcessHandle::destroyForcibly);
        if (!Thread.currentThread().isInterrupted()) {
            Programs.waitFor(unshare);
        }
    }

    private static void deleteTree(Path root) throws IOException {
        if (Files.notExists(root)) {
            return;
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                    throws IOException {
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
