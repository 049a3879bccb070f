package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hawser.resident.ThisRun;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import tools.jackson.databind.JsonNode;

/**
 * A node for one test: a host namespace, pods, a directory for pools. JUnit makes one for each test, and whatever the test
 * did, nothing of it is left afterwards.
 */
final class TestNode implements AfterEachCallback {

    static final String NETWORK = "net1";
    static final String BRIDGE = "cni0";

    private static final AtomicInteger CONTAINERS = new AtomicInteger();

    static {
        Netns.sweep();
    }

    private final Deque<AutoCloseable> owned = new ArrayDeque<>();
    private final Path plugins = CniPlugin.directory();
    private final Path directory =
            own(TemporaryDirectory.create("hawser-node-")).path();
    private final Host host = own(Host.take());

    Netns host() {
        return host.netns();
    }

    Ip ip() {
        return new Ip(host());
    }

    Nft nft() {
        return new Nft(host());
    }

    /** A directory of this test's own. */
    Path directory() {
        return directory;
    }

    /** host-local's dataDir. */
    Path pools() {
        return directory.resolve("pools");
    }

    /** The directory with the plugin files under test. */
    Path plugins() {
        return plugins;
    }

    /** A new container with a namespace of its own, about to get {@code eth0}. */
    Pod pod() {
        return podIn(own(Netns.createEmpty("pod")));
    }

    /** A new container in a namespace that exists. */
    Pod podIn(Netns netns) {
        return new Pod(netns, "container-" + CONTAINERS.incrementAndGet(), "eth0");
    }

    /** The world behind this node. */
    World world() {
        return World.connect(host(), own(Netns.create("world")));
    }

    TcpServer tcpServer(Netns netns) {
        return own(TcpServer.start(netns));
    }

    /** Has something closed after the test; what came last is closed first. */
    <T extends AutoCloseable> T own(T thing) {
        owned.push(thing);
        return thing;
    }

    /** A bridge network without addresses. */
    Conf layer2() {
        return Conf.parse("""
                {"cniVersion": "1.1.0", "name": "net1", "type": "bridge", "bridge": "cni0"}""");
    }

    /** A bridge network whose addresses come from host-local; the bridge has none. */
    Conf layer3() {
        return layer2().withJson("ipam", """
                        {"type": "host-local", "ranges": [[{"subnet": "10.88.0.0/24"}]]}""").with("ipam.dataDir", pools().toString());
    }

    /** What most nodes have: the bridge is the pods' default gateway. */
    Conf gateway() {
        return layer3().with("isDefaultGateway", true);
    }

    /** {@link #gateway} in both families. */
    Conf dualStack() {
        return gateway().withJson("ipam.ranges", """
                [[{"subnet": "10.88.0.0/24"}], [{"subnet": "fd00:88::/64"}]]""");
    }

    /** host-local without a bridge. */
    Conf hostLocal() {
        return layer3().without("bridge").with("type", "host-local");
    }

    /** A call as a runtime makes it, of the plugin that the configuration names. */
    Call call(String command, Conf conf, Pod pod) {
        Map<String, String> environment = Map.of(
                "CNI_COMMAND", command,
                "CNI_CONTAINERID", pod.containerId(),
                "CNI_NETNS", pod.path(),
                "CNI_IFNAME", pod.ifName(),
                "CNI_PATH", plugins.toString(),
                "PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        return new Call(host, plugins.resolve(conf.type()), environment, conf.text());
    }

    Answer add(Conf conf, Pod pod) {
        return call("ADD", conf, pod).answer();
    }

    /** DEL with the result of the ADD, as a runtime that kept it sends it. */
    Answer delete(Conf conf, Pod pod, Answer added) {
        return delete(conf.with("prevResult", added.result()), pod);
    }

    Answer delete(Conf conf, Pod pod) {
        return call("DEL", conf, pod).answer();
    }

    Answer check(Conf conf, Pod pod, Answer added) {
        return check(conf, pod, added.result());
    }

    Answer check(Conf conf, Pod pod, JsonNode prevResult) {
        return call("CHECK", conf.with("prevResult", prevResult), pod).answer();
    }

    /** A call that is about no container: GC, STATUS. */
    Call call(String command, Conf conf) {
        Map<String, String> environment =
                Map.of("CNI_COMMAND", command, "CNI_PATH", plugins.toString(), "PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        return new Call(host, plugins.resolve(conf.type()), environment, conf.text());
    }

    /** GC with these as the only attachments that are still in use. */
    Answer collect(Conf conf, Pod... valid) {
        return collecting(conf, List.of(valid)).answer();
    }

    Call collecting(Conf conf, List<Pod> valid) {
        List<Map<String, String>> attachments = valid.stream()
                .map(pod -> Map.of("containerID", pod.containerId(), "ifname", pod.ifName()))
                .toList();
        return call("GC", conf.withKey("cni.dev/valid-attachments", attachments));
    }

    Pool pool() {
        return pool(NETWORK);
    }

    Pool pool(String network) {
        return new Pool(pools().resolve(network));
    }

    /** All that the plugins may have left on this node: links, addresses, rules, leases. */
    Remains remains() {
        return Remains.of(this);
    }

    /** That soon nothing else is left: a helper takes back what nobody was told of when the caller has gone. */
    void comesBackTo(Remains before) {
        long deadline =
                System.nanoTime() + ThisRun.patience(Duration.ofSeconds(10)).toNanos();
        while (!remains().equals(before) && System.nanoTime() < deadline) {
            Thread.onSpinWait(); // looking is slow enough
        }
        assertEquals(before, remains());
    }

    @Override
    public void afterEach(ExtensionContext context) {
        AssertionError error = new AssertionError("clean up after " + context.getDisplayName());
        while (!owned.isEmpty()) {
            close(owned.pop(), error);
        }
        if (error.getSuppressed().length > 0) {
            throw error;
        }
    }

    private static void close(AutoCloseable thing, AssertionError error) {
        try {
            thing.close();
        } catch (Exception | AssertionError e) {
            error.addSuppressed(e);
        }
    }
}
