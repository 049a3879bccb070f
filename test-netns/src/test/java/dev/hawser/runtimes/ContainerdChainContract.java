package dev.hawser.runtimes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.cri.CriException;
import dev.hawser.cri.PublishedPort;
import dev.hawser.runtimes.Containerd.StartedPod;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * Pods with published ports and limits, behind the chain that most nodes have: bridge (ipMasq), portmap, firewall, bandwidth and
 * tuning, in both families.
 */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ContainerdChainContract {

    private static final int PUBLISHED = 18080;
    private static final int ONE_AFTER_ANOTHER = 20;

    /** Addresses of the node: the bridge's, and the one that the outside world knows. */
    private static final List<String> GATEWAYS = List.of("10.90.0.1", "fd90::1");

    private static final List<String> NODE = List.of("192.0.2.1", "2001:db8::1");

    @AutoClose
    private final Namespace world = Namespace.create();

    @AutoClose
    private final Containerd containerd;

    private final Namespace host;
    private Traces quiet = new Traces(List.of());

    /** Masquerades, and publishes ports, with {@code iptables} or {@code nftables}. */
    ContainerdChainContract(ContainerdRelease release, String backend) {
        this.containerd = Containerd.start(release, pools -> conflist(release.cniVersion(), pools, backend));
        this.host = containerd.host();
    }

    @BeforeAll
    void makeWhatIsShared() {
        connectWorld();
        containerd.stopAndRemove(containerd.runPod("first", limits(), PublishedPort.tcp(PUBLISHED, 80)));
        quiet = traces();
    }

    @AfterEach
    void removePods() {
        containerd.discardPods();
    }

    @Test
    void aPublishedPortIsServedToTheHostToTheWorldAndToThePodItself() {
        StartedPod pod = containerd.runServer("web", "published", PublishedPort.tcp(PUBLISHED, 80));

        assertEquals("published", host.fetch(Http.url("127.0.0.1", PUBLISHED)));
        for (String address : GATEWAYS) {
            assertEquals("published", host.fetch(Http.url(address, PUBLISHED)), address);
            assertEquals("published", containerd.fetch(pod, Http.url(address, PUBLISHED)), address);
        }
        for (String address : NODE) {
            assertEquals("published", world.fetch(Http.url(address, PUBLISHED)), address);
        }
    }

    @Test
    void podsServeEachOtherAndTheHostWithinTheirLimits() {
        StartedPod red = containerd.runServer("red", "I am red", limits());
        StartedPod green = containerd.runServer("green", "I am green", limits());

        for (InetAddress address : containerd.addresses(red)) {
            assertEquals("I am red", containerd.fetch(green, address));
            assertEquals("I am red", host.fetch(Http.url(address, 80)));
        }
        Traces running = traces().since(quiet);
        assertEquals(2, running.count(Pattern.compile("^qdisc tbf .* dev veth.* rate 8Mbit")), running::toString);
        assertEquals(2, running.count(Pattern.compile("^qdisc tbf .* dev bwp.* rate 16Mbit")), running::toString);
    }

    @Test
    void aPodIsServedByThePublishedPortOfAnother() {
        containerd.runServer("web", "published", PublishedPort.tcp(PUBLISHED, 80));
        StartedPod client = containerd.runServer("client", "another");

        for (String address : GATEWAYS) {
            assertEquals("published", containerd.fetch(client, Http.url(address, PUBLISHED)), address);
        }
    }

    @Test
    void aPortThatIsTakenIsRefusedWithTheNameOfItsHolder() {
        StartedPod holder = containerd.runServer("holder", "first come", PublishedPort.tcp(PUBLISHED, 80));

        CriException refused =
                assertThrows(CriException.class, () -> containerd.runPod("late", PublishedPort.tcp(PUBLISHED, 80)));

        assertTrue(refused.toString().contains(String.valueOf(PUBLISHED)), refused::toString);
        assertTrue(
                refused.toString().contains(holder.id()) || refused.toString().contains("tests/holder"),
                refused::toString);
        assertEquals("first come", host.fetch(Http.url("127.0.0.1", PUBLISHED)));
        containerd.stopAndRemove(holder);
        containerd.discardPods();
        assertNothingIsLeft();
    }

    @Test
    void podsThatComeAndGoLeaveNothing() {
        for (int round = 1; round <= ONE_AFTER_ANOTHER; round++) {
            containerd.stopAndRemove(containerd.runPod("pod-" + round, limits(), PublishedPort.tcp(PUBLISHED, 80)));
        }

        assertNothingIsLeft();
    }

    private void assertNothingIsLeft() {
        assertEquals("", Traces.leftInTheEnd(() -> traces().since(quiet)).toString());
    }

    private Traces traces() {
        return Traces.of(host, containerd.pool("pods"));
    }

    private static Map<String, String> limits() {
        return Map.of("kubernetes.io/ingress-bandwidth", "8M", "kubernetes.io/egress-bandwidth", "16M");
    }

    private void connectWorld() {
        host.command("ip", "link", "add", "uplink", "type", "veth", "peer", "name", "uplink", "netns", world.name())
                .run();
        join(host, NODE);
        join(world, List.of("192.0.2.2", "2001:db8::2"));
    }

    private static void join(Namespace namespace, List<String> addresses) {
        namespace.command("ip", "link", "set", "uplink", "up").run();
        for (String address : addresses) {
            String network = address + (address.contains(":") ? "/64" : "/24");
            namespace
                    .command("ip", "address", "add", network, "dev", "uplink", "nodad")
                    .run();
        }
    }

    private static String conflist(String cniVersion, Path pools, String backend) {
        return """
                {"cniVersion": "%1$s", "name": "pods", "plugins": [
                  {"type": "bridge", "bridge": "hwpods0", "isDefaultGateway": true, "hairpinMode": true,
                   "ipMasq": true, "ipMasqBackend": "%3$s",
                   "ipam": {"type": "host-local", "dataDir": "%2$s",
                     "ranges": [[{"subnet": "10.90.0.0/24"}], [{"subnet": "fd90::/64"}]]}},
                  {"type": "portmap", "backend": "%3$s", "capabilities": {"portMappings": true}},
                  {"type": "firewall", "backend": "iptables"},
                  {"type": "bandwidth", "capabilities": {"bandwidth": true}},
                  {"type": "tuning", "mtu": 1400, "sysctl": {"net.ipv4.conf.IFNAME.arp_filter": "1"}}]}
                """.formatted(cniVersion, pools, backend);
    }
}
