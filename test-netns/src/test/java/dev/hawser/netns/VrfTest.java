package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hawser.kernel.KernelFeature;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code vrf} on a real kernel, after {@code bridge}. */
@Timeout(120)
class VrfTest {

    @RegisterExtension
    final TestNode node = new TestNode();

    private final Pod pod = node.pod();
    private final Conf bridge = node.dualStack();
    private final Conf vrf = Conf.parse("""
            {"cniVersion": "1.1.0", "name": "net1", "type": "vrf", "vrfname": "blue", "table": 10}""");

    @BeforeEach
    void require() {
        KernelFeature.VRF.require();
    }

    private Conf chained(Answer added) {
        return vrf.with("prevResult", added.result());
    }

    @Test
    void theInterfaceRoutesByTheTableOfTheVrf() {
        Answer added = node.add(bridge, pod);

        node.add(chained(added), pod).result();

        assertEquals(
                10,
                pod.ip()
                        .link("blue")
                        .path("linkinfo")
                        .path("info_data")
                        .path("table")
                        .asInt());
        assertEquals(List.of("eth0"), pod.ip().ports("blue"));
        assertTrue(pod.ip().isUp("blue"));
        assertEquals(List.of("10.88.0.2/24", "fd00:88::2/64"), pod.ip().addresses("eth0"));
        assertEquals(
                List.of(
                        "10.88.0.0/24 dev eth0",
                        "default via 10.88.0.1 dev eth0",
                        "default via fd00:88::1 dev eth0",
                        "fd00:88::/64 dev eth0"),
                subnets(pod));
        assertEquals(List.of(), pod.ip().routes());
        assertTrue(node.host().reaches("10.88.0.2"));
        assertTrue(node.host().reaches("fd00:88::2"));
        node.check(vrf, pod, added).succeeded();
        node.check(bridge, pod, added).succeeded();
    }

    /** The routes of the VRF's table, those excepted that lead to the container's own addresses. */
    private static List<String> subnets(Pod container) {
        return container.ip().routes("10").stream()
                .filter(route -> route.startsWith("default") || route.contains("/"))
                .toList();
    }

    @Test
    void theVrfGoesWithItsLastPort() {
        Pod other = pod.withIfName("net1");
        Answer first = node.add(bridge, pod);
        node.add(chained(first), pod).result();
        Answer second = node.add(bridge, other);
        node.add(chained(second), other).result();

        node.delete(chained(first), pod).succeeded();
        boolean kept = pod.ip().hasLink("blue");
        pod.netns().ip("link delete net1");
        node.delete(chained(second), other).succeeded();
        node.delete(chained(second), other).succeeded();

        assertTrue(kept, "net1 was still a port of it");
        assertEquals(List.of("eth0"), pod.ip().linkNames());
    }

    @Test
    void theReferenceMakesTheSame() {
        Pod theirs = node.pod();
        Answer ours = node.add(bridge, pod);
        Answer others = node.add(bridge, theirs);

        node.add(chained(ours), pod).result();
        reference("ADD", chained(others), theirs).result();

        assertEquals(subnets(theirs), subnets(pod));
        assertEquals(theirs.ip().ports("blue"), pod.ip().ports("blue"));
        assertEquals(
                theirs.ip().link("blue").path("linkinfo"), pod.ip().link("blue").path("linkinfo"));
    }

    @Test
    void eitherDeletesWhatTheOtherMade() {
        Answer added = node.add(bridge, pod);
        node.add(chained(added), pod).result();
        reference("DEL", chained(added), pod).succeeded();
        List<String> byReference = pod.ip().linkNames();
        reference("ADD", chained(added), pod).result();

        node.delete(chained(added), pod).succeeded();

        assertEquals(List.of("eth0"), byReference);
        assertEquals(List.of("eth0"), pod.ip().linkNames());
    }

    private Answer reference(String verb, Conf conf, Pod container) {
        Path file = CniPlugin.referenceDirectory().orElse(Path.of("")).resolve(conf.type());
        assumeTrue(Files.isExecutable(file), "the reference's " + conf.type() + " is not here: " + file);
        return node.call(verb, conf, container).withFile(file).answer();
    }
}
