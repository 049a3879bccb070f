package dev.hawser.runtimes;

import dev.hawser.cri.Condition;
import dev.hawser.cri.ContainerSpec;
import dev.hawser.cri.CriClient;
import dev.hawser.cri.CriException;
import dev.hawser.cri.ExecResult;
import dev.hawser.cri.Pod;
import dev.hawser.cri.PodSpec;
import dev.hawser.cri.PublishedPort;
import dev.hawser.resident.RunningHelper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A containerd of our own on a {@link Namespace}, with one network configuration. */
final class Containerd implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ContainerdRelease release;
    private final Namespace host;
    private final Workspace workspace;
    private final Hawser hawser;
    private final Cgroups cgroups;
    private final CriClient cri;
    private Process process;

    private Containerd(ContainerdRelease release, Namespace host, Workspace workspace, Hawser hawser) {
        this.release = release;
        this.host = host;
        this.workspace = workspace;
        this.hawser = hawser;
        this.cgroups = Cgroups.create();
        this.cri = CriClient.connect(ContainerdRelease.socket(workspace), PATIENCE);
        this.process = launch();
    }

    /**
     * Makes a host with Hawser's plugins, starts containerd there, and waits until it says that its network is ready.
     *
     * @param conflist the one network configuration, for the directory that shall hold the pools
     */
    static Containerd start(ContainerdRelease release, Function<Path, String> conflist) {
        Namespace host = Namespace.create();
        Workspace workspace = Workspace.create("hawser-containerd");
        try {
            return start(release, host, workspace, conflist.apply(pools(workspace)));
        } catch (RuntimeException | Error failure) {
            workspace.close();
            host.close();
            throw failure;
        }
    }

    private static Containerd start(ContainerdRelease release, Namespace host, Workspace workspace, String conflist) {
        workspace.directory("net.d");
        workspace.write("net.d/10-test.conflist", conflist);
        Hawser hawser = Hawser.install(host, workspace);
        workspace.write("containerd.toml", release.configuration(workspace, hawser.plugins()));
        Containerd containerd = new Containerd(release, host, workspace, hawser);
        containerd.awaitReady();
        containerd.importImage();
        return containerd;
    }

    Namespace host() {
        return host;
    }

    /** Who makes the calls of its plugins, unless each has a JVM of its own. */
    Optional<RunningHelper> helper() {
        return hawser.helper();
    }

    Pool pool(String network) {
        return new Pool(pools(workspace).resolve(network));
    }

    /** Listens to the calls of these plugins from now on. */
    CallLog overhear(String... plugins) {
        return CallLog.of(hawser.plugins(), workspace, List.of(plugins));
    }

    /** Runs a pod without containers. */
    StartedPod runPod(String name, PublishedPort... ports) {
        return runPod(name, Map.of(), ports);
    }

    /** Runs a pod without containers, with annotations in Kubernetes' words. */
    StartedPod runPod(String name, Map<String, String> annotations, PublishedPort... ports) {
        PodSpec pod = new PodSpec("tests", name, Names.unique("uid"), cgroups.parent(), List.of(ports), annotations);
        return new StartedPod(cri.runPodSandbox(pod), pod);
    }

    /** Runs a pod with a container that serves a page with the given text at port 80. */
    StartedPod runServer(String name, String page, PublishedPort... ports) {
        return runServer(name, page, Map.of(), ports);
    }

    /** The same, with annotations. */
    StartedPod runServer(String name, String page, Map<String, String> annotations, PublishedPort... ports) {
        StartedPod pod = runPod(name, annotations, ports);
        String serve = "echo '" + page + "' > /www/index.html && exec httpd -f -p 80 -h /www";
        StartedPod server = pod.running(startContainer(pod, List.of("/bin/sh", "-c", serve)));
        if (!Patience.until(() -> isServing(server))) {
            throw new AssertionError("no server in " + name);
        }
        return server;
    }

    private boolean isServing(StartedPod server) {
        return wget(server, "http://127.0.0.1/").exitCode() == 0;
    }

    /** What a container gets over HTTP from an address. */
    String fetch(StartedPod client, InetAddress server) {
        return fetch(client, Http.url(server, 80));
    }

    /** What a container gets over HTTP. */
    String fetch(StartedPod client, String url) {
        ExecResult result = wget(client, url);
        if (result.exitCode() != 0) {
            throw new AssertionError("wget " + url + " in " + client.spec().name() + ": " + result);
        }
        return result.stdout().strip();
    }

    private ExecResult wget(StartedPod client, String url) {
        return cri.exec(client.containerId(), List.of("/bin/wget", "-q", "-O", "-", url));
    }

    List<InetAddress> addresses(StartedPod pod) {
        return cri.addresses(pod.id());
    }

    void stop(StartedPod pod) {
        cri.stopPodSandbox(pod.id());
    }

    void remove(StartedPod pod) {
        cri.removePodSandbox(pod.id());
    }

    void stopAndRemove(StartedPod pod) {
        stop(pod);
        remove(pod);
    }

    /** Kills containerd as the kernel would; its pods go on running. */
    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** Starts it again on the same files. */
    void startAgain() {
        process = launch();
        awaitReady();
    }

    /** Everything that the process has logged, for the message of a failed test. */
    String log() {
        try {
            return Files.readString(workspace.path("containerd.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try (host;
                workspace;
                hawser) {
            end();
        } finally {
            cgroups.remove();
        }
    }

    /** Takes away the pods that there are, as well as it can. */
    void discardPods() {
        cri.pods().stream().map(Pod::id).forEach(this::discard);
    }

    private void end() {
        try {
            if (process.isAlive()) {
                discardPods();
            }
        } finally {
            cri.close();
            kill();
            removeShimSockets();
        }
    }

    /** The plugin under test may be what is broken: the workspace then takes the pod's processes and mounts away. */
    private void discard(String podId) {
        try {
            cri.stopPodSandbox(podId);
            cri.removePodSandbox(podId);
        } catch (CriException failure) {
            System.err.println("leave pod " + podId + " to the workspace: " + failure.getMessage());
        }
    }

    /** The shims that were killed had their sockets in a directory that containerd has built in. */
    private void removeShimSockets() {
        Path tasks = workspace.path("state/io.containerd.runtime.v2.task/k8s.io");
        if (!Files.isDirectory(tasks)) {
            return;
        }
        try (Stream<Path> shims = Files.list(tasks)) {
            for (Path shim : shims.toList()) {
                removeSocketNamedIn(shim.resolve("address"));
                removeSocketNamedIn(shim.resolve("bootstrap.json"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code unix:///run/containerd/s/5d…}, alone (1.6) or in JSON (2). */
    private static void removeSocketNamedIn(Path file) throws IOException {
        if (Files.exists(file)) {
            Matcher socket = Pattern.compile("unix://([^\"\\s]+)").matcher(Files.readString(file));
            if (socket.find()) {
                Files.deleteIfExists(Path.of(socket.group(1)));
            }
        }
    }

    private String startContainer(StartedPod pod, List<String> command) {
        ContainerSpec container = new ContainerSpec("main", BusyboxImage.NAME, command);
        String id = cri.createContainer(pod.id(), pod.spec(), container);
        cri.startContainer(id);
        return id;
    }

    private void awaitReady() {
        if (!Patience.until(() -> !process.isAlive() || isReady()) || !process.isAlive()) {
            throw new AssertionError("containerd is not ready:\n" + log());
        }
    }

    /** Whether it says that it can start pods, and connect them. */
    boolean isReady() {
        try {
            return cri.conditions().stream().allMatch(Condition::holds);
        } catch (CriException notListening) {
            return false;
        }
    }

    private void importImage() {
        Path archive = BusyboxImage.archive(workspace);
        Command.of(
                        release.program("ctr"),
                        "--address",
                        ContainerdRelease.socket(workspace).toString(),
                        "-n",
                        "k8s.io",
                        "images",
                        "import",
                        "--snapshotter",
                        "native",
                        archive.toString())
                .run();
    }

    private Process launch() {
        Path log = workspace.path("containerd.log");
        ProcessBuilder builder = host.command(
                        release.program("containerd"),
                        "--config",
                        workspace.path("containerd.toml").toString())
                .with(hawser.variables())
                .with(release.variables())
                .builder()
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException("start containerd: apt-get install containerd runc", e);
        }
    }

    private static Path pools(Workspace workspace) {
        return workspace.path("networks");
    }

    /** A pod that containerd runs, with the id of its container, which is empty if there is none. */
    record StartedPod(String id, PodSpec spec, String containerId) {

        StartedPod(String id, PodSpec spec) {
            this(id, spec, "");
        }

        StartedPod running(String container) {
            return new StartedPod(id, spec, container);
        }
    }
}
