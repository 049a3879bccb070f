package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** CHECK: silent right after ADD, and for each thing that was taken away an error that names it. */
class CheckTest {

    @RegisterExtension
    final TestNode node = new TestNode();

    private final Pod pod = node.pod();
    private final Conf conf = node.dualStack();

    @ParameterizedTest
    @ValueSource(strings = {"0.4.0", "1.0.0", "1.1.0"})
    void passesRightAfterAdd(String version) {
        Conf versioned = conf.with("cniVersion", version);
        Answer added = node.add(versioned, pod);

        node.check(versioned, pod, added).succeeded();
    }

    @ParameterizedTest
    @ValueSource(strings = {"nftables", "iptables"})
    void passesWithEverythingSwitchedOn(String backend) {
        Conf everything = conf.with("ipMasq", true)
                .with("ipMasqBackend", backend)
                .with("macspoofchk", true)
                .with("promiscMode", true)
                .with("portIsolation", true)
                .with("mtu", 1400)
                .withJson("ipam.routes", "[{\"dst\": \"10.9.0.0/16\"}, {\"dst\": \"10.7.0.0/16\", \"priority\": 50}]");
        Answer added = node.add(everything, pod);

        node.check(everything, pod, added).succeeded();
    }

    /** The reference asks an IPAM plugin without name. */
    @Test
    void passesOnALayer2Network() {
        Answer added = node.add(node.layer2(), pod);

        node.check(node.layer2(), pod, added).succeeded();
    }

    /** The reference looks into the main table only. */
    @Test
    void passesWithARouteInATableOfItsOwn() {
        Conf routed = conf.withJson("ipam.routes", """
                [{"dst": "10.9.0.0/16", "gw": "10.88.0.1", "table": 77}]""");
        Answer added = node.add(routed, pod);

        node.check(routed, pod, added).succeeded();
    }

    /** SPEC, "CHECK": later plugins of a chain may have changed things. The reference insists on its own interfaces. */
    @Test
    void passesWhenALaterPluginHasAddedAnInterface() {
        Answer added = node.add(conf, pod);
        ObjectNode chained = (ObjectNode) added.result();
        ((ArrayNode) chained.path("interfaces")).addObject().put("name", "tun0").put("sandbox", pod.path());
        pod.netns().ip("link set eth0 mtu 1300");

        node.check(conf, pod, chained).succeeded();
    }

    @Test
    void noticesThatTheAddressIsGone() {
        Answer added = node.add(conf, pod);

        pod.netns().ip("address delete 10.88.0.2/24 dev eth0");

        node.check(conf, pod, added).fault().is(Answer.INTERNAL, "10.88.0.2");
    }

    @Test
    void noticesThatTheAddressHasAnotherPrefix() {
        Answer added = node.add(conf, pod);

        pod.netns().ip("address delete 10.88.0.2/24 dev eth0");
        pod.netns().ip("address add 10.88.0.2/25 dev eth0");
        pod.netns().ip("route add default via 10.88.0.1");

        node.check(conf, pod, added).fault().is(Answer.INTERNAL, "10.88.0.2");
    }

    @Test
    void noticesThatTheDefaultRouteIsGone() {
        Answer added = node.add(conf, pod);

        pod.netns().ip("route delete default");

        node.check(conf, pod, added).fault().is(Answer.INTERNAL, "route");
    }

    @Test
    void noticesThatTheIpv6RouteIsGone() {
        Answer added = node.add(conf, pod);

        pod.netns().ip("-6 route delete default");

        node.check(conf, pod, added).fault().is(Answer.INTERNAL, "route");
    }

    @Test
    void noticesThatTheContainersLinkIsGone() {
        Answer added = node.add(conf, pod);

        pod.netns().ip("link delete eth0");

        node.check(conf, pod, added).fault().is(Answer.INTERNAL, "eth0");
    }

    @Test
    void noticesThatTheContainersLinkIsAnother() {
        Answer added = node.add(node.layer2(), pod);

        pod.netns().ip("link delete eth0");
        pod.netns().ip("link add eth0 type bridge");

        // The reference, asked about a layer 2 network, fails before it looks.
        node.check(node.layer2(), pod, added).fault().is(Answer.INTERNAL, "eth0");
    }

    @Test
    void noticesThatTheContainersMacIsAnother() {
        Answer added = node.add(conf, pod);

        pod.netns().ip("link set eth0 address 02:00:00:00:00:99");

        node.check(conf, pod, added).fault().is(Answer.INTERNAL, "eth0");
    }

    @Test
    void noticesThatTheHostsEndHasLeftTheBridge() {
        Answer added = node.add(conf, pod);
        String port = node.ip().ports("cni0").getFirst();

        node.host().ip("link set " + port + " nomaster");

        node.check(conf, pod, added).fault().is(Answer.INTERNAL, port);
    }

    @Test
    void noticesThatTheBridgeIsGone() {
        Answer added = node.add(conf, pod);

        node.host().ip("link delete cni0");

        node.check(conf, pod, added).fault().is(Answer.INTERNAL, "cni0");
    }

    @Test
    void noticesThatTheBridgeIsNoBridge() {
        Answer added = node.add(conf, pod);

        node.host().ip("link delete cni0");
        node.host().ip("link add cni0 type veth peer name cni1");

        node.check(conf, pod, added).fault().is(Answer.INTERNAL, "cni0");
    }

    @Test
    void noticesThatTheBridgesMacIsAnother() {
        Answer added = node.add(conf, pod);

        node.host().ip("link set cni0 address 02:00:00:00:00:98");

        node.check(conf, pod, added).fault().is(Answer.INTERNAL, "cni0");
    }

    @Test
    void noticesThatTheBridgeIsNotPromiscuousAnyMore() {
        Conf promiscuous = conf.with("promiscMode", true);
        Answer added = node.add(promiscuous, pod);

        node.host().ip("link set cni0 promisc off");

        node.check(promiscuous, pod, added).fault().is(Answer.INTERNAL, "cni0");
    }

    @Test
    void noticesThatTheLeaseIsGone() throws Exception {
        Answer added = node.add(conf, pod);

        java.nio.file.Files.delete(node.pool().directory().resolve("10.88.0.2"));
        java.nio.file.Files.delete(node.pool().directory().resolve("fd00:88::2"));

        node.check(conf, pod, added).fault().is(Answer.INTERNAL, pod.containerId());
    }

    /** The reference does not look at rules. */
    @Test
    void noticesThatNothingMasqueradesTheContainerAnyMore() {
        Conf masqueraded = conf.with("ipMasq", true);
        Answer added = node.add(masqueraded, pod);

        // Its element only: a helper makes a table again that is deleted.
        node.host().output("nft", "flush set inet hawser subnet-10.88.0.0-24");

        node.check(masqueraded, pod, added).fault().is(Answer.INTERNAL, "10.88.0.2");
    }

    @Test
    void noticesThatTheResultIsOfAnotherSandbox() {
        Answer added = node.add(conf, pod);
        ObjectNode moved = (ObjectNode) added.result();
        ((ObjectNode) moved.path("interfaces").get(2)).put("sandbox", "/run/netns/elsewhere");

        node.check(conf, pod, moved).fault().is(Answer.INTERNAL, "/run/netns/elsewhere", pod.path());
    }

    @Test
    void needsAPrevResult() {
        node.add(conf, pod).result();

        node.call("CHECK", conf, pod).answer().fault().is(Answer.INVALID_NETWORK_CONFIG, "prevResult");
    }

    @Test
    void changesNothing() {
        Answer added = node.add(conf.with("ipMasq", true), pod);
        Remains before = node.remains();

        node.check(conf, pod, added).succeeded();

        assertEquals(before, node.remains());
    }
}
