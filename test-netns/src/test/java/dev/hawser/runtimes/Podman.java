package dev.hawser.runtimes;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A podman of our own on a {@link Namespace}: its CNI backend, its storage, its locks. Needs podman 4, the last with CNI. */
final class Podman implements AutoCloseable {

    private final Namespace host;
    private final Workspace workspace;
    private final Cgroups cgroups = Cgroups.create();
    private final Hawser hawser;
    private final Path configuration;

    private Podman(Namespace host, Workspace workspace) {
        this.host = host;
        this.workspace = workspace;
        workspace.directory("net.d");
        this.hawser = Hawser.install(host, workspace);
        this.configuration = workspace.write("containers.conf", configuration(hawser));
    }

    /** Makes a host with Hawser's plugins, and loads the image. */
    static Podman start() {
        Namespace host = Namespace.create();
        Workspace workspace = Workspace.create("hawser-podman");
        try {
            Podman podman = new Podman(host, workspace);
            podman.run("load", "-q", "-i", BusyboxImage.archive(workspace).toString());
            return podman;
        } catch (RuntimeException | Error failure) {
            workspace.close();
            host.close();
            throw failure;
        }
    }

    Namespace host() {
        return host;
    }

    /** What podman prints when it must succeed. */
    String run(String... arguments) {
        return command(arguments).run().strip();
    }

    /** Starts a container that serves a page with the given text at port 80. */
    void serve(String name, String network, String page, String... options) {
        List<String> words = new ArrayList<>(
                List.of("run", "-d", "--name", name, "--network", network, "--cgroup-parent", cgroups.parent()));
        words.addAll(List.of(options));
        words.addAll(List.of("--entrypoint", "/bin/sh", BusyboxImage.NAME, "-c"));
        words.add("echo '" + page + "' > /www/index.html && exec httpd -f -p 80 -h /www");
        run(words.toArray(String[]::new));
        if (!Patience.until(() -> isServing(name))) {
            throw new AssertionError("no server in " + name);
        }
    }

    private boolean isServing(String container) {
        return command("exec", container, "wget", "-q", "-O", "-", "http://127.0.0.1/")
                        .attempt()
                        .exitCode()
                == 0;
    }

    /** What a container gets over HTTP. */
    String fetch(String container, String url) {
        return run("exec", container, "wget", "-q", "-O", "-", url);
    }

    /** The address of a container in a network, in the words of {@code podman inspect}. */
    String address(String container, String network) {
        String format = "{{(index .NetworkSettings.Networks \"%s\").IPAddress}}".formatted(network);
        return run("inspect", "--format", format, container);
    }

    /** Podman gives its networks no dataDir: they are where the plugin looks without one. */
    Pool pool(String network) {
        return new Pool(Path.of("/var/lib/cni/networks", network));
    }

    @Override
    public void close() {
        try (host;
                workspace;
                hawser) {
            command("rm", "-f", "-a", "-t", "0").run();
        } finally {
            cgroups.remove();
        }
    }

    private Command command(String... arguments) {
        List<String> words = new ArrayList<>(List.of("podman"));
        words.addAll(List.of("--root", at("root"), "--runroot", at("runroot"), "--tmpdir", at("tmp")));
        words.addAll(List.of("--storage-driver", "vfs", "--network-config-dir", at("net.d")));
        words.addAll(List.of(arguments));
        return host.command(words.toArray(String[]::new)).with(Map.of("CONTAINERS_CONF", configuration.toString()));
    }

    private String at(String name) {
        return workspace.path(name).toString();
    }

    /**
     * Locks in files, since those in shared memory are one set for the whole machine. The variables are here for the podman that
     * conmon starts when a container has ended: it inherits nothing of ours.
     */
    private static String configuration(Hawser hawser) {
        String env = hawser.variables().entrySet().stream()
                .map(variable -> "\"" + variable + "\"")
                .collect(Collectors.joining(", "));
        return """
                [containers]
                cgroupns = "host"
                default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
                log_driver = "k8s-file"
                [network]
                network_backend = "cni"
                cni_plugin_dirs = ["%s"]
                [engine]
                env = [%s]
                cgroup_manager = "cgroupfs"
                runtime = "runc"
                events_logger = "none"
                lock_type = "file"
                """.formatted(hawser.plugins(), env);
    }
}
