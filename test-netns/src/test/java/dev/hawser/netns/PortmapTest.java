package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * Ports of the node that lead to pods: what connections from everywhere see, and what is left afterwards. The server of a pod says
 * which address it sees its client come from, and its port tells which pod it is.
 */
class PortmapTest {

    private static final int WEB = 18080;
    private static final String GATEWAY = "10.88.0.1";
    private static final String GATEWAY6 = "fd00:88:0:0:0:0:0:1";

    @RegisterExtension
    final TestNode node = new TestNode();

    private final Pod pod = node.pod();
    private final Pod other = node.pod();

    /** In hairpin mode, without which the bridge gives nobody his own frames back. */
    private final Conf bridge = node.dualStack().with("hairpinMode", true).with("ipMasq", true);

    private static Conf portmap(String backend, JsonNode previous, Map<?, ?>... mappings) {
        Conf conf = Conf.parse("""
                {"cniVersion": "1.1.0", "name": "net1", "type": "portmap", "capabilities": {"portMappings": true}}
                """)
                .with("runtimeConfig.portMappings", List.of(mappings))
                .with("prevResult", previous);
        return backend.isEmpty() ? conf : conf.with("backend", backend);
    }

    private static Map<String, Object> mapping(int hostPort, int containerPort, String protocol) {
        return Map.of("hostPort", hostPort, "containerPort", containerPort, "protocol", protocol);
    }

    private static Map<String, Object> mapping(int hostPort, String hostIp) {
        return Map.of("hostPort", hostPort, "containerPort", TcpServer.PORT, "protocol", "tcp", "hostIP", hostIp);
    }

    private static Map<String, Object> web() {
        return mapping(WEB, TcpServer.PORT, "tcp");
    }

    private JsonNode attach(Pod one) {
        return node.add(bridge, one).result();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nftables", "iptables"})
    void aPortIsReachedFromEverywhere(String backend) {
        World world = node.world();
        JsonNode result = attach(pod);
        attach(other);
        node.tcpServer(pod.netns());

        node.add(portmap(backend, result, web()), pod).result();

        assertEquals(World.ADDRESS, TcpServer.addressSeen(world.netns(), World.NODE, WEB));
        assertEquals("2001:db8:0:0:0:0:0:2", TcpServer.addressSeen(world.netns(), World.NODE6, WEB));
        assertEquals(World.NODE, TcpServer.addressSeen(node.host(), World.NODE, WEB));
        assertEquals(GATEWAY, TcpServer.addressSeen(node.host(), "127.0.0.1", WEB));
        assertEquals(GATEWAY, TcpServer.addressSeen(pod.netns(), World.NODE, WEB), "through its own port");
        assertEquals(GATEWAY6, TcpServer.addressSeen(pod.netns(), World.NODE6, WEB), "through its own port");
        assertEquals(GATEWAY, TcpServer.addressSeen(other.netns(), World.NODE, WEB), "from a pod of the same subnet");
        assertEquals(GATEWAY6, TcpServer.addressSeen(other.netns(), World.NODE6, WEB), "from a pod of the same subnet");
        assertEquals("10.88.0.3", TcpServer.addressSeen(other.netns(), "10.88.0.2", TcpServer.PORT), "directly");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nftables", "iptables"})
    void afterDelThePortLeadsNowhereAndNothingIsLeft(String backend) {
        World world = node.world();
        JsonNode result = attach(pod);
        node.tcpServer(pod.netns());
        Conf first = portmap(backend, result, mapping(1, 1, "udp"), mapping(2, 2, "sctp"));
        node.add(first, pod).result();
        node.delete(first, pod).succeeded();
        Remains before = node.remains();
        Conf conf = portmap(backend, result, web(), mapping(53, 53, "udp"));

        node.add(conf, pod).result();
        boolean reached = !TcpServer.addressSeen(world.netns(), World.NODE, WEB).isEmpty();
        node.delete(conf.without("runtimeConfig").without("prevResult"), pod).succeeded();
        node.delete(conf, pod).succeeded();

        assertTrue(reached);
        assertEquals("", TcpServer.addressSeen(world.netns(), World.NODE, WEB));
        assertEquals(before, node.remains());
    }

    @ParameterizedTest
    @ValueSource(strings = {"nftables", "iptables"})
    void aPortThatIsTakenIsRefusedWithTheNameOfItsHolderAndNothingIsLeft(String backend) {
        JsonNode result = attach(pod);
        JsonNode second = attach(other);
        node.add(portmap(backend, result, web()), pod).result();
        Remains before = node.remains();

        Answer refused = node.add(portmap(backend, second, mapping(WEB + 1, 80, "tcp"), web()), other);

        refused.fault()
                .is(Answer.INTERNAL, "publish " + WEB + "/tcp of the host: it is taken by net1/" + pod.containerId());
        assertEquals(before, node.remains());
    }

    @ParameterizedTest
    @ValueSource(strings = {"nftables", "iptables"})
    void addingAgainChangesNothing(String backend) {
        JsonNode result = attach(pod);
        Conf conf = portmap(backend, result, web(), mapping(53, 53, "udp"));
        node.add(conf, pod).result();
        Remains before = node.remains();

        node.add(conf, pod).result();

        assertEquals(before, node.remains());
        node.call("CHECK", conf, pod).answer().succeeded();
    }

    @Test
    void aPortOfOneAddressIsThatAddressesOnly() {
        World world = node.world();
        JsonNode result = attach(pod);
        node.tcpServer(pod.netns());

        node.add(portmap("", result, mapping(81, World.NODE), mapping(82, "127.0.0.1"), mapping(83, World.NODE6)), pod)
                .result();

        assertEquals(World.ADDRESS, TcpServer.addressSeen(world.netns(), World.NODE, 81));
        assertEquals("", TcpServer.addressSeen(node.host(), GATEWAY, 81));
        assertEquals(GATEWAY, TcpServer.addressSeen(node.host(), "127.0.0.1", 82));
        assertEquals("", TcpServer.addressSeen(world.netns(), World.NODE, 82));
        assertEquals("2001:db8:0:0:0:0:0:2", TcpServer.addressSeen(world.netns(), World.NODE6, 83));
    }

    /** The reference's conditions are those of whoever came last, for all. */
    @Test
    void conditionsOfOneNetworkDoNotChangeThoseOfAnother() {
        World world = node.world();
        JsonNode result = attach(pod);
        JsonNode second = attach(other);
        node.tcpServer(pod.netns());
        node.tcpServer(other.netns());
        Conf notTheWorld = portmap("", result, web()).with("conditionsV4", List.of("ip", "saddr", "!=", World.ADDRESS));
        Conf theWorld = portmap("", second, web()).with("conditionsV4", List.of("ip", "saddr", World.ADDRESS));

        node.add(notTheWorld.with("snat", false), pod).result();
        node.add(theWorld.with("masqAll", true), other).fault(); // IPv6 has no conditions: there the port is taken
        node.add(theWorld.with("masqAll", true).with("conditionsV6", List.of("iifname", "none")), other)
                .result();

        assertEquals(GATEWAY, TcpServer.addressSeen(world.netns(), World.NODE, WEB), "by masqAll, to the other pod");
        assertEquals(World.NODE, TcpServer.addressSeen(node.host(), World.NODE, WEB), "without snat, to the first pod");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nftables", "iptables"})
    void masqAllHidesTheWorld(String backend) {
        World world = node.world();
        JsonNode result = attach(pod);
        node.tcpServer(pod.netns());

        node.add(portmap(backend, result, web()).with("masqAll", true), pod).result();

        assertEquals(GATEWAY, TcpServer.addressSeen(world.netns(), World.NODE, WEB));
        assertEquals(GATEWAY6, TcpServer.addressSeen(world.netns(), World.NODE6, WEB));
    }

    /** A client that goes on sending from the same port must not go on talking to whom it talked to before. */
    @ParameterizedTest
    @ValueSource(strings = {"nftables", "iptables"})
    void aUdpClientIsLedToThePodAsSoonAsThePortIsAndNoLongerThanThat(String backend) throws Exception {
        World world = node.world();
        JsonNode result = attach(pod);
        Conf conf = portmap(backend, result, mapping(7070, 7071, "udp"));
        try (UdpServer _ = UdpServer.start(node.host(), 7070, "node");
                UdpServer _ = UdpServer.start(pod.netns(), 7071, "pod")) {
            assertEquals("node", UdpServer.answer(world.netns(), World.NODE, 7070));
            assertEquals("node", UdpServer.answer(world.netns(), World.NODE6, 7070));

            node.add(conf, pod).result();
            String added = UdpServer.answer(world.netns(), World.NODE, 7070);
            String added6 = UdpServer.answer(world.netns(), World.NODE6, 7070);
            node.delete(conf, pod).succeeded();

            assertEquals("pod", added);
            assertEquals("pod", added6);
            assertEquals("node", UdpServer.answer(world.netns(), World.NODE, 7070));
            assertEquals("node", UdpServer.answer(world.netns(), World.NODE6, 7070));
        }
    }

    /** route_localnet alone would open the node's own services to its pods. */
    @Test
    void whatListensOnTheNodesLoopbackStaysOutOfReach() {
        JsonNode result = attach(pod);
        node.tcpServer(node.host());
        node.add(portmap("", result, web()), pod).result();

        pod.netns().ip("route add 127.0.0.9 via " + GATEWAY);

        assertEquals("1", node.host().sysctl("net/ipv4/conf/cni0/route_localnet"));
        assertEquals("", TcpServer.addressSeen(pod.netns(), "127.0.0.9", TcpServer.PORT));
    }

    @Test
    void eachNetworkOfAContainerHasItsOwnPorts() {
        World world = node.world();
        JsonNode result = attach(pod);
        Pod secondNetwork = pod.withIfName("eth1");
        Conf otherBridge = bridge.with("name", "net2")
                .with("bridge", "cni1")
                .with("isDefaultGateway", false)
                .with("isGateway", true)
                .withJson("ipam.ranges", "[[{\"subnet\": \"10.99.0.0/24\"}]]");
        JsonNode second = node.add(otherBridge, secondNetwork).result();
        node.tcpServer(pod.netns());
        Conf onFirst = portmap("", result, web());
        Conf onSecond =
                portmap("", second, mapping(WEB + 1, TcpServer.PORT, "tcp")).with("name", "net2");
        node.add(onFirst, pod).result();
        node.add(onSecond.with("masqAll", true), secondNetwork).result();

        String before = TcpServer.addressSeen(world.netns(), World.NODE, WEB + 1);
        node.delete(onFirst, pod).succeeded();

        assertEquals("10.99.0.1", before);
        assertEquals("", TcpServer.addressSeen(world.netns(), World.NODE, WEB));
        assertEquals("10.99.0.1", TcpServer.addressSeen(world.netns(), World.NODE, WEB + 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nftables", "iptables"})
    void gcFreesThePortsOfPodsThatAreGone(String backend) {
        JsonNode result = attach(pod);
        JsonNode second = attach(other);
        Conf gone = portmap(backend, result, web());
        Conf stays = portmap(backend, second, mapping(WEB + 1, TcpServer.PORT, "tcp"));
        node.add(gone, pod).result();
        node.add(stays, other).result();

        node.collect(gone.without("runtimeConfig").without("prevResult"), other).succeeded();

        node.call("CHECK", gone, pod).answer().fault();
        node.call("CHECK", stays, other).answer().succeeded();
    }

    @Test
    void checkSeesThatSomebodyFlushedAMap() {
        JsonNode result = attach(pod);
        Conf conf = portmap("", result, web());
        node.add(conf, pod).result();

        node.host().output("nft", "flush", "map", "inet", "hawser", "ports-ip");

        node.call("CHECK", conf, pod).answer().fault().names(WEB + "/tcp of the host to 10.88.0.2 port 8080");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nftables", "iptables"})
    void whatTheReferenceMadeIsDeleted(String backend) {
        Path reference = reference();
        World world = node.world();
        JsonNode result = attach(pod);
        node.tcpServer(pod.netns());
        Conf conf = portmap(backend, result, web(), mapping(53, 53, "udp")).with("cniVersion", "1.0.0");

        node.call("ADD", conf, pod).withFile(reference).answer().result();
        boolean reached = !TcpServer.addressSeen(world.netns(), World.NODE, WEB).isEmpty();
        node.delete(conf.without("runtimeConfig").without("prevResult"), pod).succeeded();

        assertTrue(reached);
        assertEquals("", TcpServer.addressSeen(world.netns(), World.NODE, WEB));
        assertEquals(List.of(), traces(pod));
    }

    @Test
    void theReferenceChecksAndDeletesWhatWeMadeByIptables() {
        Path reference = reference();
        JsonNode result = attach(pod);
        Conf conf = portmap("iptables", result, web(), mapping(53, 53, "udp")).with("cniVersion", "1.0.0");
        node.add(conf, pod).result();

        node.call("CHECK", conf, pod).withFile(reference).answer().succeeded();
        node.call("DEL", conf, pod).withFile(reference).answer().succeeded();

        assertEquals(List.of(), traces(pod));
    }

    /** What names the pod in the rules of portmap. */
    private List<String> traces(Pod one) {
        List<String> traces = new ArrayList<>(node.nft().ruleset().stream()
                .filter(text -> text.contains("CNI-DN-") || text.contains("cni_hostport"))
                .filter(text -> text.contains(one.containerId()) || text.contains("CNI-DN-"))
                .toList());
        for (String tool : List.of("iptables", "ip6tables")) {
            node.nft().natRules(tool).stream()
                    .filter(line -> line.contains("CNI-DN-"))
                    .forEach(traces::add);
        }
        return traces;
    }

    private static Path reference() {
        Path file = CniPlugin.referenceDirectory().orElse(Path.of("")).resolve("portmap");
        assumeTrue(Files.isExecutable(file), "this machine has no portmap of the reference");
        return file;
    }

    @Test
    void withAThousandPortsInUseTheNextIsOneMoreElement() {
        World world = node.world();
        JsonNode result = attach(pod);
        JsonNode second = attach(other);
        node.tcpServer(other.netns());
        List<Map<String, Object>> many = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            many.add(mapping(20_000 + i, 80, "tcp"));
        }
        node.add(portmap("", result, many.toArray(Map<?, ?>[]::new)), pod).result();
        int rules = node.nft().all("rule").size();

        node.add(portmap("", second, web()), other).result();

        assertEquals(rules, node.nft().all("rule").size());
        assertEquals(World.ADDRESS, TcpServer.addressSeen(world.netns(), World.NODE, WEB));
        assertEquals(1001, mapElements("ports-ip"));
    }

    private long mapElements(String name) {
        return node.nft().all("map").stream()
                .filter(map -> map.path("name").asString().equals(name))
                .mapToLong(map -> map.path("elem").size())
                .sum();
    }
}
