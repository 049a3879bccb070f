package dev.hawser.runtimes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A directory for one runtime. Closing it ends the processes that still name it, unmounts what is below, and deletes it. */
final class Workspace implements AutoCloseable {

    private final Path root;

    private Workspace(Path root) {
        this.root = root;
    }

    static Workspace create(String prefix) {
        try {
            return new Workspace(Files.createTempDirectory(prefix));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path path(String name) {
        return root.resolve(name);
    }

    Path directory(String name) {
        try {
            return Files.createDirectories(path(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file in an existing directory. */
    Path write(String name, String text) {
        try {
            return Files.writeString(path(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        processes().forEach(Workspace::killTree);
        mounts().forEach(mount -> Command.of("umount", "-l", mount).run());
        Command.of("rm", "-rf", root.toString()).run();
    }

    /** Those that were told a path below this directory: the runtime, its shims and monitors. */
    private Stream<ProcessHandle> processes() {
        return ProcessHandle.allProcesses()
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .filter(this::isMine);
    }

    private boolean isMine(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"), StandardCharsets.ISO_8859_1)
                    .contains(root.toString());
        } catch (IOException gone) {
            return false;
        }
    }

    private static void killTree(ProcessHandle process) {
        List<ProcessHandle> tree =
                Stream.concat(Stream.of(process), process.descendants()).toList();
        tree.forEach(ProcessHandle::destroyForcibly);
        // A container's first process is left to init, and is no longer there or a zombie: no need to wait for ever.
        tree.forEach(dying ->
                dying.onExit().completeOnTimeout(dying, 2, TimeUnit.SECONDS).join());
    }

    /** Deepest first. */
    private List<String> mounts() {
        try {
            return Files.readAllLines(Path.of("/proc/self/mounts")).stream()
                    .map(line -> line.split(" ", 3)[1])
                    .filter(mount -> mount.startsWith(root + "/"))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
