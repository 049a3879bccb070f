package dev.hawser.app;

import dev.hawser.spec.CniException;
import dev.hawser.spec.ErrorCode;
import dev.hawser.spec.Json;
import dev.hawser.spec.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A network configuration list on its way into the directory that container runtimes watch. */
final class InstallConfiguration {

    private static final String SUFFIX = ".conflist";

    private InstallConfiguration() {}

    /**
     * How to put the list into the directory, by rename: a runtime that watches it never reads half a list.
     *
     * @throws IOException if the file cannot be read or is no configuration list; it says all that is wrong
     */
    static List<InstallStep> install(Path conflist, Path directory) throws IOException {
        byte[] content = Files.readAllBytes(conflist);
        check(conflist, content);
        Path target = directory.toAbsolutePath().normalize().resolve(conflist.getFileName());
        List<InstallStep> steps = new ArrayList<>();
        if (!Files.isDirectory(directory)) {
            steps.add(new InstallStep("create " + directory, () -> Files.createDirectories(directory)));
        }
        steps.add(new InstallStep("write  " + target, () -> InstallFiles.write(target, content, InstallFiles.TEXT)));
        return steps;
    }

    private static void check(Path conflist, byte[] content) throws IOException {
        if (!conflist.getFileName().toString().endsWith(SUFFIX)) {
            throw new IOException(conflist + ": the name of a network configuration list ends in " + SUFFIX
                    + ", or runtimes pass it by");
        }
        try {
            checkSettings(Settings.of(Json.parseObject(content)));
        } catch (CniException e) {
            throw new IOException(conflist + ": " + e.getMessage(), e);
        }
    }

    private static void checkSettings(Settings list) {
        requireText(list, "name");
        requireText(list, "cniVersion");
        List<Settings> plugins = list.objects("plugins");
        if (plugins.isEmpty()) {
            list.missing("plugins");
        }
        plugins.forEach(plugin -> requireText(plugin, "type"));
        list.throwIfFaulty(ErrorCode.INVALID_NETWORK_CONFIG, "invalid network configuration list");
    }

    private static void requireText(Settings settings, String key) {
        if (settings.text(key).isEmpty()) {
            settings.missing(key);
        }
    }

    /** The configurations in the directory that name Hawser's own plugin types. */
    static List<Path> namingHawser(Path directory) throws IOException {
        List<Path> found = new ArrayList<>();
        if (!Files.isDirectory(directory)) {
            return found;
        }
        try (var files = Files.newDirectoryStream(directory, "*.{conf,conflist,json}")) {
            for (Path file : files) {
                if (Files.isRegularFile(file) && Files.readString(file).contains("\"hawser")) {
                    found.add(file);
                }
            }
        }
        return found;
    }
}
