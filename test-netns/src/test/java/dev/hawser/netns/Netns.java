package dev.hawser.netns;

import dev.hawser.resident.ThisRun;
import dev.hawser.sys.NetnsThread;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

/** A network namespace of this test, made with {@code ip netns add} and removed with everything in it on close. */
final class Netns implements AutoCloseable {

    /** Where {@code ip netns} keeps the namespaces that have a name. */
    static final Path DIRECTORY = Path.of("/run/netns");

    private static final String PREFIX = "hawser-";
    private static final AtomicInteger COUNTER = new AtomicInteger();

    private final String name;

    private Netns(String name) {
        this.name = name;
    }

    /**
     * A new namespace with nothing but a loopback that is up.
     *
     * @param role what it is in the test; part of its name
     */
    static Netns create(String role) {
        Netns netns = createEmpty(role);
        netns.ip("link set lo up");
        return netns;
    }

    /** A new namespace whose loopback is down, as a runtime hands it to the plugins. */
    static Netns createEmpty(String role) {
        String name = PREFIX + ProcessHandle.current().pid() + "-" + COUNTER.incrementAndGet() + "-" + role;
        Shell.output(List.of("ip", "netns", "add", name));
        return new Netns(name);
    }

    /**
     * Removes what test runs that were killed have left: namespaces named after a process that is no more, and the helpers that
     * live in them.
     */
    static void sweep() {
        Shell.output(List.of("ip", "netns", "list"))
                .lines()
                .map(line -> line.split(" ", 2)[0])
                .filter(name -> name.matches(PREFIX + "\\d+-\\d+-.*"))
                .filter(name ->
                        ProcessHandle.of(Long.parseLong(name.split("-", 4)[1])).isEmpty())
                .forEach(Netns::sweep);
    }

    private static void sweep(String name) {
        Netns left = new Netns(name);
        left.killProcesses();
        left.close();
    }

    /** Kills those that still run in here. */
    void killProcesses() {
        Shell.output(List.of("ip", "netns", "pids", name))
                .lines()
                .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)).stream())
                .forEach(ProcessHandle::destroyForcibly);
    }

    String name() {
        return name;
    }

    /** The file that stands for this namespace, as CNI_NETNS names it. */
    Path path() {
        return DIRECTORY.resolve(name);
    }

    /** The words that execute another program in this namespace, with /sys to match. */
    List<String> entering() {
        return List.of("ip", "netns", "exec", name);
    }

    Shell.Exit run(String... command) {
        return Shell.run(Shell.join(entering(), List.of(command)));
    }

    /** What {@code task} returns on a thread in this namespace: sockets that it makes are of here, whoever uses them. */
    <T> T inside(Callable<T> task) {
        try (var netns = dev.hawser.sys.Netns.open(path())) {
            return NetnsThread.call(netns, task);
        }
    }

    /** The output of a program that must succeed in this namespace. */
    String output(String... command) {
        return Shell.output(Shell.join(entering(), List.of(command)));
    }

    /** Does {@code ip -n <this>} with these words, and must succeed. */
    void ip(String words) {
        Shell.output(Shell.join(List.of("ip", "-n", name), Shell.words(words)));
    }

    /** The value of a sysctl, named by its path below /proc/sys. */
    String sysctl(String path) {
        return output("cat", "/proc/sys/" + path).strip();
    }

    void setSysctl(String path, String value) {
        output("sh", "-c", "echo " + value + " >/proc/sys/" + path);
    }

    /** Whether {@code address} answers to an ICMP echo within five seconds, if this machine is as fast as others: an IPv6 address may need some to become usable. */
    boolean reaches(String address) {
        return pings(address, Duration.ofSeconds(5));
    }

    /** Whether {@code address}, which would answer at once if it could, is silent for a second. */
    boolean cannotReach(String address) {
        return !pings(address, Duration.ofSeconds(1));
    }

    private boolean pings(String address, Duration usual) {
        String seconds = String.valueOf(ThisRun.patience(usual).toSeconds());
        return run("ping", "-n", "-q", "-c", "1", "-i", "0.2", "-w", seconds, address)
                .succeeded();
    }

    /** Removes the name; the kernel removes the rest, the links with it. */
    @Override
    public void close() {
        if (path().toFile().exists()) {
            Shell.output(List.of("ip", "netns", "delete", name));
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
