package dev.hawser.runtimes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * An image of one layer, Debian's {@code busybox-static}, which serves as pause container and as workload. It is written as
 * what {@code docker save} writes, since no registry can be assumed to be reachable.
 */
final class BusyboxImage {

    static final String NAME = "localhost/hawser-busybox:1";

    private static final Path BUSYBOX = Path.of("/bin/busybox");
    private static final List<String> APPLETS = List.of("sh", "sleep", "httpd", "wget", "cat", "ip", "ping", "nc");

    private BusyboxImage() {}

    /** Writes the archive into a workspace and returns its path. */
    static Path archive(Workspace workspace) {
        try {
            return pack(workspace);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path pack(Workspace workspace) throws IOException {
        Path image = workspace.directory("image");
        tar(image.resolve("layer.tar"), tree(workspace), List.of("."));
        workspace.write("image/config.json", config(sha256(image.resolve("layer.tar"))));
        workspace.write("image/manifest.json", """
                [{"Config": "config.json", "RepoTags": ["%s"], "Layers": ["layer.tar"]}]
                """.formatted(NAME));
        Path archive = workspace.path("image.tar");
        tar(archive, image, List.of("manifest.json", "config.json", "layer.tar"));
        return archive;
    }

    private static Path tree(Workspace workspace) throws IOException {
        Path root = workspace.directory("rootfs");
        for (String directory : List.of("bin", "etc", "proc", "sys", "dev", "tmp", "www")) {
            workspace.directory("rootfs/" + directory);
        }
        Files.copy(BUSYBOX, root.resolve("bin/busybox"));
        for (String applet : APPLETS) {
            Files.createSymbolicLink(root.resolve("bin/" + applet), Path.of("busybox"));
        }
        return root;
    }

    private static void tar(Path archive, Path directory, List<String> members) {
        List<String> words = new ArrayList<>(List.of("tar", "-C", directory.toString(), "-cf", archive.toString()));
        words.addAll(members);
        Command.of(words).run();
    }

    /** An Entrypoint and no Cmd, so that the pause container is what the entry point says. */
    private static String config(String layerDigest) {
        return """
                {"architecture": "%s", "os": "linux",
                 "config": {"Entrypoint": ["/bin/sleep", "3600"], "Env": ["PATH=/bin"]},
                 "rootfs": {"type": "layers", "diff_ids": ["sha256:%s"]}}
                """.formatted(architecture(), layerDigest);
    }

    /** In the words of Go, in which images are labelled. */
    static String architecture() {
        return switch (System.getProperty("os.arch", "")) {
            case "aarch64" -> "arm64";
            default -> "amd64";
        };
    }

    private static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
