package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** {@code host-device} on a real kernel; the device is the end of a cable to a namespace beyond. */
@Timeout(120)
class HostDeviceTest {

    private static final String MAC = "02:00:00:00:00:01";

    @RegisterExtension
    final TestNode node = new TestNode();

    private final Pod pod = node.pod();
    private final Netns beyond = node.own(Netns.create("beyond"));
    private final Conf layer2 = Conf.parse("""
            {"cniVersion": "1.1.0", "name": "net1", "type": "host-device", "device": "dev0"}""");
    private final Conf layer3 =
            layer2.withJson("ipam", """
                    {"type": "host-local", "ranges": [[{"subnet": "10.88.0.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}]}""").with("ipam.dataDir", node.pools().toString());

    @BeforeEach
    void plugIn() {
        node.host().ip("link add dev0 address " + MAC + " type veth peer name eth0 netns " + beyond.name());
        node.host().ip("link set dev0 up");
        beyond.ip("address add 10.88.0.1/24 dev eth0");
        beyond.ip("link set eth0 up");
    }

    @Test
    void theDeviceIsTheContainersAndComesBack() {
        Answer added = node.add(layer3, pod);
        JsonNode link = pod.ip().link("eth0");
        boolean reached = pod.netns().reaches("10.88.0.1");
        List<String> routes = pod.ip().routes();
        node.check(layer3, pod, added).succeeded();

        node.delete(layer3, pod, added).succeeded();
        node.delete(layer3, pod, added).succeeded();

        assertEquals("10.88.0.2/24", added.address());
        assertEquals(
                List.of(MAC, "dev0"),
                List.of(link.path("address").asString(), link.path("ifalias").asString()));
        assertTrue(reached, "the other end of the cable answers");
        assertEquals(List.of("10.88.0.0/24 dev eth0", "default via 10.88.0.1 dev eth0"), routes);
        assertEquals(List.of(), pod.ip().linkNames());
        assertEquals(MAC, node.ip().mac("dev0"));
        assertFalse(node.ip().link("dev0").has("ifalias"));
        assertFalse(node.ip().isUp("dev0"), "as the reference leaves it");
        assertEquals(Map.of(), node.pool().leases());
    }

    @Test
    void aDeviceIsFoundByItsMac() {
        node.add(layer2.without("device").with("hwaddr", MAC), pod).result();

        assertEquals(MAC, pod.ip().mac("eth0"));
        assertTrue(pod.ip().isUp("eth0"));
        assertFalse(node.ip().hasLink("dev0"));
    }

    @Test
    void aNameThatIsTakenInTheContainerIsAnErrorAndTheDeviceStaysAsItWas() {
        pod.netns().ip("link add eth0 type bridge");
        node.host().ip("link set dev0 alias uplink");
        node.host().ip("address add 10.99.0.1/24 dev dev0");
        JsonNode before = node.ip().link("dev0");

        Answer added = node.add(layer3, pod);
        node.delete(layer3, pod).succeeded();

        added.fault().is(Answer.INTERNAL, "eth0", "EEXIST");
        JsonNode after = node.ip().link("dev0");
        for (String key : List.of("ifindex", "address", "ifalias", "flags", "mtu")) {
            assertEquals(before.path(key), after.path(key), key);
        }
        assertEquals(List.of("10.99.0.1/24"), node.ip().addresses("dev0"));
        assertEquals(List.of("eth0"), pod.ip().linkNames());
        assertEquals(Map.of(), node.pool().leases());
    }

    @Test
    void aFailureAfterTheMoveBringsTheDeviceBackUp() {
        Conf unreachable = layer3.withJson("ipam.routes", """
                [{"dst": "10.200.0.0/16", "gw": "192.0.2.77"}]""");

        Answer added = node.add(unreachable, pod);

        added.fault().is(Answer.INTERNAL, "10.200.0.0/16", "192.0.2.77");
        assertTrue(node.ip().isUp("dev0"));
        assertFalse(node.ip().link("dev0").has("ifalias"));
        assertEquals(List.of(), pod.ip().linkNames());
        assertEquals(Map.of(), node.pool().leases());
    }

    @Test
    void theReferenceMakesTheSame() {
        JsonNode ours = node.add(layer3, pod).result();
        JsonNode link = pod.ip().link("eth0");
        List<String> routes = pod.ip().routes();
        node.delete(layer3, pod).succeeded();
        Pod theirs = node.pod();
        JsonNode others = reference("ADD", layer3, theirs).result();

        assertEquals(
                ours.path("interfaces").path(0).path("mac"),
                others.path("interfaces").path(0).path("mac"));
        assertEquals(ours.path("routes"), others.path("routes"));
        assertEquals(routes, theirs.ip().routes());
        for (String key : List.of("ifname", "ifalias", "address", "flags", "mtu", "operstate")) {
            assertEquals(theirs.ip().link("eth0").path(key), link.path(key), key);
        }
    }

    @Test
    void eitherGivesBackWhatTheOtherTook() {
        node.add(layer2, pod).result();
        reference("DEL", layer2, pod).succeeded();
        String byReference = node.ip().mac("dev0");
        reference("ADD", layer2, pod).result();

        node.delete(layer2, pod).succeeded();

        assertEquals(List.of(MAC, MAC), List.of(byReference, node.ip().mac("dev0")));
        assertEquals(List.of(), pod.ip().linkNames());
    }

    @Test
    void theAddressIsReleasedWithoutANamespace() {
        node.add(layer3, pod).result();

        node.call("DEL", layer3, pod).without("CNI_NETNS").answer().succeeded();

        assertEquals(Map.of(), node.pool().leases());
    }

    private Answer reference(String verb, Conf conf, Pod container) {
        Path file = CniPlugin.referenceDirectory().orElse(Path.of("")).resolve(conf.type());
        assumeTrue(Files.isExecutable(file), "the reference's " + conf.type() + " is not here: " + file);
        return node.call(verb, conf, container).withFile(file).answer();
    }
}
