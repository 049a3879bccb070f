package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** One plugin {@code hawser} does what a chain of plugins does, in one call. */
class FusedTest {

    private static final String RUNTIME_CONFIG = """
            {"portMappings": [{"hostPort": 8080, "containerPort": 80, "protocol": "tcp"},
                              {"hostPort": 5353, "containerPort": 53, "protocol": "udp"}],
             "bandwidth": {"ingressRate": 8000000, "ingressBurst": 800000, "egressRate": 4000000, "egressBurst": 400000}}""";

    @RegisterExtension
    final TestNode node = new TestNode();

    private final Pod pod = node.pod();

    /** Addresses that do not move on, so that two attachments of one pod can be compared. */
    private final Conf bridge = node.gateway().with("ipMasq", true).withJson("ipam", """
            {"type": "static", "addresses": [{"address": "10.88.0.9/24"}, {"address": "fd00:88::9/64"}]}""");

    private final Conf fused = bridge.with("type", "hawser")
            .withJson("runtimeConfig", RUNTIME_CONFIG)
            .withJson("capabilities", "{\"portMappings\": true, \"bandwidth\": true}")
            .withJson("firewall", "{\"backend\": \"nftables\"}")
            .withJson("sysctl", "{\"net.core.somaxconn\": \"500\"}");

    private List<Conf> chain() {
        Conf bare = Conf.parse("{\"cniVersion\": \"1.1.0\", \"name\": \"net1\"}");
        return List.of(
                bridge,
                bare.with("type", "tuning").withJson("sysctl", "{\"net.core.somaxconn\": \"500\"}"),
                bare.with("type", "bandwidth").withJson("runtimeConfig", RUNTIME_CONFIG),
                bare.with("type", "portmap").withJson("runtimeConfig", RUNTIME_CONFIG),
                bare.with("type", "firewall").with("backend", "nftables"));
    }

    /** Everything that an attachment consists of, on both sides. */
    private record Picture(JsonNode result, Remains host, List<String> pod, String qdiscs, String somaxconn) {

        static Picture of(TestNode node, Pod pod, JsonNode result) {
            List<String> inside = new ArrayList<>(pod.ip().addresses("eth0"));
            inside.addAll(pod.ip().routes());
            return new Picture(
                    result,
                    node.remains(),
                    inside,
                    node.host().output("tc", "qdisc", "show").replaceAll("ifindex \\d+", ""),
                    pod.netns().output("cat", "/proc/sys/net/core/somaxconn"));
        }
    }

    private JsonNode addByChain() {
        JsonNode result = node.add(bridge, pod).result();
        for (Conf plugin : chain().subList(1, chain().size())) {
            result = node.add(plugin.with("prevResult", result), pod).result();
        }
        return result;
    }

    private void deleteByChain(JsonNode result) {
        chain().reversed()
                .forEach(plugin ->
                        node.delete(plugin.with("prevResult", result), pod).succeeded());
    }

    /** What stays after the first pod of a node: tables, the bridge. */
    private Remains afterOnePod() {
        deleteByChain(addByChain());
        return node.remains();
    }

    @Test
    void oneCallLeavesWhatTheChainLeaves() {
        Remains before = afterOnePod();
        JsonNode result = addByChain();
        Picture byChain = Picture.of(node, pod, result);
        deleteByChain(result);

        Answer added = node.add(fused, pod);

        assertEquals(byChain, Picture.of(node, pod, added.result()));
        node.delete(fused, pod, added).succeeded();
        assertEquals(before, node.remains());
        assertEquals(List.of(), pod.ip().linkNames());
    }

    @Test
    void whatOneCallMadeAChainDeletesAndTheOtherWayRound() {
        Remains before = afterOnePod();

        deleteByChain(node.add(fused, pod).result());

        assertEquals(before, node.remains());
        JsonNode result = addByChain();
        node.delete(fused.with("prevResult", result), pod).succeeded();
        assertEquals(before, node.remains());
    }

    @Test
    void aPortThatIsTakenTakesEverythingBack() {
        Remains before = afterOnePod();
        Pod first = node.pod();
        Answer added = node.add(fused.with("ipam.addresses", List.of()).withJson("ipam", """
                {"type": "static", "addresses": [{"address": "10.88.0.7/24"}]}"""), first);
        added.result();
        Remains one = node.remains();

        Answer second = node.add(fused, pod);

        second.fault().names("8080", first.containerId());
        assertEquals(one, node.remains());
        assertEquals(List.of(), pod.ip().linkNames());
        node.delete(fused, first, added).succeeded();
        assertEquals(before, node.remains());
    }

    @Test
    void delWithoutResultAndWithoutNamespaceLeavesNothing() {
        Remains before = afterOnePod();
        node.add(fused, pod).result();
        pod.netns().close();

        node.delete(fused, pod).succeeded();
        node.delete(fused, pod).succeeded();

        assertEquals(before, node.remains());
    }

    @Test
    void checkIsContentAndThenNamesWhatIsMissingOfAllParts() {
        Answer added = node.add(fused, pod);
        node.check(fused, pod, added).succeeded();
        pod.netns().output("sysctl", "-qw", "net.core.somaxconn=128");
        node.host().output("nft", "flush", "ruleset");

        Answer checked = node.check(fused, pod, added);

        checked.fault().names("somaxconn", "8080", "10.88.0.9");
    }

    @Test
    void theFaultsOfAllPartsAreReportedTogether() {
        Conf faulty = fused.with("mtu", -1)
                .with("firewall.ingressPolicy", "closed")
                .with("runtimeConfig.portMappings", List.of(java.util.Map.of("hostPort", 0, "containerPort", 80)));

        Answer answer = node.add(faulty, pod);

        answer.fault().is(Answer.INVALID_NETWORK_CONFIG, "mtu", "ingressPolicy", "hostPort");
        assertEquals(List.of(), pod.ip().linkNames());
    }

    @Test
    void gcSparesWhatIsValidAndRemovesTheRest() {
        Remains before = afterOnePod();
        node.add(fused, pod).result();
        Remains one = node.remains();

        node.collect(fused, pod).succeeded();
        assertEquals(one, node.remains());
        node.collect(fused).succeeded();

        assertEquals(before, node.remains());
        assertTrue(pod.ip().linkNames().isEmpty(), pod.ip().linkNames()::toString);
    }
}
