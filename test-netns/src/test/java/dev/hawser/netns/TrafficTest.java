package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether packets really flow, and really do not where they must not. */
class TrafficTest {

    @RegisterExtension
    final TestNode node = new TestNode();

    private final Pod pod = node.pod();
    private final Pod other = node.pod();

    @Test
    void podsReachEachOtherByPingAndTcpInBothFamilies() {
        node.add(node.dualStack(), pod).result();
        node.add(node.dualStack(), other).result();
        node.tcpServer(other.netns());

        assertTrue(pod.netns().reaches("10.88.0.3"));
        assertTrue(pod.netns().reaches("fd00:88::3"));
        assertEquals("10.88.0.2", TcpServer.addressSeen(pod.netns(), "10.88.0.3"));
        assertEquals("fd00:88:0:0:0:0:0:2", TcpServer.addressSeen(pod.netns(), "fd00:88::3"));
    }

    @Test
    void podsAndTheNodeReachEachOther() {
        node.add(node.dualStack(), pod).result();

        assertTrue(pod.netns().reaches("10.88.0.1"));
        assertTrue(pod.netns().reaches("fd00:88::1"));
        assertTrue(node.host().reaches("10.88.0.2"));
        assertTrue(node.host().reaches("fd00:88::2"));
    }

    @Test
    void podsOfALayer2NetworkReachEachOtherOnceTheyHaveAddresses() {
        node.add(node.layer2(), pod).result();
        node.add(node.layer2(), other).result();
        pod.netns().ip("address add 172.20.0.1/24 dev eth0");
        other.netns().ip("address add 172.20.0.2/24 dev eth0");

        assertTrue(pod.netns().reaches("172.20.0.2"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nftables", "iptables", ""})
    void theWorldSeesTheNodesAddressIfPodsAreMasqueraded(String backend) {
        World world = node.world();
        node.tcpServer(world.netns());
        Conf conf = node.dualStack().with("ipMasq", true);

        node.add(backend.isEmpty() ? conf : conf.with("ipMasqBackend", backend), pod)
                .result();

        assertEquals(World.NODE, TcpServer.addressSeen(pod.netns(), World.ADDRESS));
        assertEquals("2001:db8:0:0:0:0:0:1", TcpServer.addressSeen(pod.netns(), World.ADDRESS6));
        assertTrue(pod.netns().reaches(World.ADDRESS));
        assertTrue(pod.netns().reaches(World.ADDRESS6));
    }

    @Test
    void withoutMasqueradeTheWorldCannotAnswer() {
        node.world();

        node.add(node.dualStack(), pod).result();

        assertTrue(pod.netns().cannotReach(World.ADDRESS));
        assertTrue(pod.netns().cannotReach(World.ADDRESS6));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nftables", "iptables"})
    void podsSeeEachOthersOwnAddressesAlthoughTheyAreMasqueraded(String backend) {
        Conf conf = node.dualStack().with("ipMasq", true).with("ipMasqBackend", backend);
        node.add(conf, pod).result();
        node.add(conf, other).result();
        node.tcpServer(other.netns());

        assertEquals("10.88.0.2", TcpServer.addressSeen(pod.netns(), "10.88.0.3"));
        assertEquals("fd00:88:0:0:0:0:0:2", TcpServer.addressSeen(pod.netns(), "fd00:88::3"));
    }

    @Test
    void aPodThatIsDeletedIsNoLongerMasqueradedButItsNeighbourIs() {
        World world = node.world();
        node.tcpServer(world.netns());
        Conf conf = node.gateway().with("ipMasq", true);
        Answer added = node.add(conf, pod);
        node.add(conf, other).result();

        node.delete(conf, pod, added).succeeded();

        assertEquals(World.NODE, TcpServer.addressSeen(other.netns(), World.ADDRESS));
    }

    /** A frame must come back out of the port that it came in by: the pod's own address, translated by the node. */
    @ParameterizedTest
    @CsvSource({"true", "false"})
    void aPodReachesItselfByTheBridgeOnlyInHairpinMode(boolean hairpin) {
        node.add(node.gateway().with("hairpinMode", hairpin), pod).result();
        Netns far = pod.netns();
        far.ip("link add link eth0 name mv0 type macvlan mode bridge");
        Netns behind = node.own(Netns.create("behind"));
        far.ip("link set mv0 netns " + behind.name());
        far.ip("link add link eth0 name mv1 type macvlan mode vepa");
        Netns sender = node.own(Netns.create("sender"));
        far.ip("link set mv1 netns " + sender.name());
        behind.ip("address add 10.88.0.100/24 dev mv0");
        behind.ip("link set mv0 up");
        sender.ip("address add 10.88.0.101/24 dev mv1");
        sender.ip("link set mv1 up");

        assertEquals(hairpin, sender.reaches("10.88.0.100"));
    }

    @Test
    void isolatedPodsReachTheGatewayButNotEachOther() {
        Conf conf = node.dualStack().with("portIsolation", true);
        node.add(conf, pod).result();
        node.add(conf, other).result();

        assertTrue(pod.netns().reaches("10.88.0.1"));
        assertTrue(pod.netns().cannotReach("10.88.0.3"));
        assertTrue(pod.netns().cannotReach("fd00:88::3"));
    }

    @Test
    void anIsolatedPodReachesOneThatIsNot() {
        node.add(node.gateway().with("portIsolation", true), pod).result();
        node.add(node.gateway(), other).result();

        assertTrue(pod.netns().reaches("10.88.0.3"));
    }

    @Test
    void aPodThatForgesItsMacIsCutOffWhenMacsAreChecked() {
        Conf conf = node.gateway().with("macspoofchk", true);
        node.add(conf, pod).result();
        node.add(conf, other).result();
        assertTrue(pod.netns().reaches("10.88.0.3"));

        pod.netns().ip("link set eth0 address 02:00:00:00:00:99");

        assertTrue(pod.netns().cannotReach("10.88.0.3"));
        assertTrue(pod.netns().cannotReach("10.88.0.1"));
        assertTrue(other.netns().reaches("10.88.0.1"));
    }

    @Test
    void aPodMayForgeItsMacWhenMacsAreNotChecked() {
        node.add(node.gateway(), pod).result();
        node.add(node.gateway(), other).result();

        pod.netns().ip("link set eth0 address 02:00:00:00:00:99");

        assertTrue(other.netns().reaches("10.88.0.2"));
    }

    @Test
    void aPodWhoseLinkIsDownIsUnreachable() {
        node.add(node.gateway(), pod).result();
        pod.netns().ip("link set eth0 down");

        assertTrue(node.host().cannotReach("10.88.0.2"));
    }
}
