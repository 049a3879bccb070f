package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the kernel has after ADD of a bridge network: each key of the configuration. */
class BridgeTest {

    @RegisterExtension
    final TestNode node = new TestNode();

    private final Pod pod = node.pod();

    @Test
    void theContainerHasItsAddressAndALinkThatIsUp() {
        node.add(node.layer3(), pod).result();

        assertEquals(List.of("10.88.0.2/24"), pod.ip().addresses("eth0"));
        assertEquals(
                "10.88.0.255",
                pod.ip().addressInfos("eth0").getFirst().path("broadcast").asString());
        assertTrue(pod.ip().isUp("eth0"));
        assertEquals("UP", pod.ip().link("eth0").path("operstate").asString());
    }

    @Test
    void withoutGatewayTheBridgeHasNoAddressAndTheContainerNoDefaultRoute() {
        node.add(node.layer3(), pod).result();

        assertEquals(List.of(), node.ip().addresses("cni0"));
        assertEquals(List.of("10.88.0.0/24 dev eth0"), pod.ip().routes());
        assertEquals("0", node.host().sysctl("net/ipv4/ip_forward"));
    }

    @Test
    void theHostsEndIsNamedAfterTheContainerAndItsAliasSaysWhoseItIs() {
        node.add(node.layer3(), pod).result();

        assertEquals(List.of(pod.hostVeth()), node.ip().ports("cni0"));
        assertEquals(
                "net1/" + pod.containerId() + "/eth0",
                node.ip().link(pod.hostVeth()).path("ifalias").asString());
        assertTrue(node.ip().isUp(pod.hostVeth()));
    }

    @Test
    void theAliasNamesThePodIfTheRuntimeDoes() {
        String args = "IgnoreUnknown=1;K8S_POD_NAMESPACE=kube-system;K8S_POD_NAME=coredns-1";

        node.call("ADD", node.layer3(), pod).with("CNI_ARGS", args).answer().result();

        assertEquals(
                "net1/" + pod.containerId() + "/eth0 kube-system/coredns-1",
                node.ip().link(pod.hostVeth()).path("ifalias").asString());
    }

    @Test
    void bothEndsHaveAMacThatWasSetSoThatNobodyChangesIt() {
        node.add(node.layer3(), pod).result();

        // NET_ADDR_SET of netdevice.h: udev leaves such a MAC alone.
        assertEquals(
                "3",
                node.host()
                        .output("cat", "/sys/class/net/" + pod.hostVeth() + "/addr_assign_type")
                        .strip());
        assertEquals(
                "3",
                pod.netns()
                        .output("cat", "/sys/class/net/eth0/addr_assign_type")
                        .strip());
        assertNotEquals(node.ip().mac(pod.hostVeth()), pod.ip().mac("eth0"));
    }

    @Test
    void aGatewayIsAnAddressOfTheBridgeButNoRoute() {
        node.add(node.layer3().with("isGateway", true), pod).result();

        assertEquals(List.of("10.88.0.1/24"), node.ip().addresses("cni0"));
        assertEquals(List.of("10.88.0.0/24 dev eth0"), pod.ip().routes());
        assertEquals("1", node.host().sysctl("net/ipv4/ip_forward"));
        assertEquals("0", node.host().sysctl("net/ipv6/conf/all/forwarding"));
    }

    @Test
    void aDefaultGatewayIsBoth() {
        Answer added = node.add(node.gateway(), pod);

        assertEquals(List.of("10.88.0.1/24"), node.ip().addresses("cni0"));
        assertEquals(
                List.of("10.88.0.0/24 dev eth0", "default via 10.88.0.1 dev eth0"),
                pod.ip().routes());
        assertEquals(
                "10.88.0.1", added.result().path("ips").get(0).path("gateway").asString());
    }

    @Test
    void theGatewayMayBeAnyAddressOfTheRange() {
        Conf conf = node.gateway().withJson("ipam.ranges", """
                [[{"subnet": "10.88.0.0/24", "gateway": "10.88.0.254"}]]""");

        node.add(conf, pod).result();

        assertEquals(List.of("10.88.0.254/24"), node.ip().addresses("cni0"));
        assertEquals(
                List.of("10.88.0.0/24 dev eth0", "default via 10.88.0.254 dev eth0"),
                pod.ip().routes());
    }

    @Test
    void bothFamiliesWorkTogether() {
        node.add(node.dualStack(), pod).result();

        assertEquals(List.of("10.88.0.2/24", "fd00:88::2/64"), pod.ip().addresses("eth0"));
        assertEquals(List.of("10.88.0.1/24", "fd00:88::1/64"), node.ip().addresses("cni0"));
        assertEquals(
                List.of(
                        "10.88.0.0/24 dev eth0",
                        "default via 10.88.0.1 dev eth0",
                        "default via fd00:88::1 dev eth0",
                        "fd00:88::/64 dev eth0"),
                pod.ip().routes());
        assertEquals("1", node.host().sysctl("net/ipv6/conf/all/forwarding"));
    }

    @Test
    void noAddressIsTentativeWhenAddReturns() {
        node.add(node.dualStack(), pod).result();

        assertEquals(List.of(), tentative(pod.ip(), "eth0"));
    }

    @Test
    void ipv6IsEnabledWhereTheContainerHadItDisabled() {
        pod.netns().setSysctl("net/ipv6/conf/default/disable_ipv6", "1");

        node.add(node.dualStack(), pod).result();

        assertEquals(List.of("10.88.0.2/24", "fd00:88::2/64"), pod.ip().addresses("eth0"));
        assertEquals("0", pod.netns().sysctl("net/ipv6/conf/eth0/disable_ipv6"));
        assertEquals("1", pod.netns().sysctl("net/ipv6/conf/eth0/keep_addr_on_down"));
    }

    @Test
    void duplicateAddressDetectionIsOffUnlessAskedFor() {
        Pod careful = node.pod();

        node.add(node.dualStack(), pod).result();
        node.add(node.dualStack().with("enabledad", true), careful).result();

        assertEquals("0", pod.netns().sysctl("net/ipv6/conf/eth0/accept_dad"));
        assertEquals("1", careful.netns().sysctl("net/ipv6/conf/eth0/accept_dad"));
        assertEquals("1", careful.netns().sysctl("net/ipv6/conf/eth0/enhanced_dad"));
        assertEquals(List.of(), tentative(careful.ip(), "eth0"));
    }

    @Test
    void theContainerAnnouncesItsAddressAndTheHostTakesNoRouterAdvertisements() {
        node.add(node.layer3(), pod).result();

        assertEquals("1", pod.netns().sysctl("net/ipv4/conf/eth0/arp_notify"));
        assertEquals("0", node.host().sysctl("net/ipv6/conf/cni0/accept_ra"));
        String port = node.ip().ports("cni0").getFirst();
        assertEquals("0", node.host().sysctl("net/ipv6/conf/" + port + "/accept_ra"));
    }

    @Test
    void theBridgeIsNamedCni0UnlessTheConfigurationNamesIt() {
        Pod other = node.pod();

        node.add(node.layer2().without("bridge"), pod).result();
        node.add(node.layer2().with("bridge", "br-other"), other).result();

        assertEquals(1, node.ip().ports("cni0").size());
        assertEquals(1, node.ip().ports("br-other").size());
    }

    @Test
    void keysMatchWithoutCaseAndUnknownOnesAreIgnored() {
        Conf conf = node.layer2()
                .without("bridge")
                .with("Bridge", "br-case")
                .with("HAIRPINMODE", true)
                .with("foo", 1);

        node.add(conf, pod).result();

        String port = node.ip().ports("br-case").getFirst();
        assertTrue(node.ip().port(port).path("hairpin").asBoolean());
    }

    @Test
    void theMtuIsThatOfBothEndsAndOfANewBridge() {
        node.add(node.layer2().with("mtu", 1400), pod).result();

        assertEquals(1400, pod.ip().mtuBytes("eth0"));
        assertEquals(1400, node.ip().mtuBytes(node.ip().ports("cni0").getFirst()));
        assertEquals(1400, node.ip().mtuBytes("cni0"));
    }

    @Test
    void aBridgeThatExistsKeepsItsMtuOfItsOwn() {
        node.host().ip("link add cni0 type bridge");
        // An MTU that was set by hand is kept by the bridge whatever its ports have.
        node.host().ip("link set cni0 mtu 1450");

        node.add(node.layer2().with("mtu", 1400), pod).result();

        assertEquals(1400, pod.ip().mtuBytes("eth0"));
        assertEquals(1450, node.ip().mtuBytes("cni0"));
    }

    @ParameterizedTest
    @CsvSource({
        "          ,           ,           MAC=02:00:00:00:00:01, 02:00:00:00:00:01",
        "          , 02:00:00:00:00:02, MAC=02:00:00:00:00:01, 02:00:00:00:00:02",
        "02:00:00:00:00:03, 02:00:00:00:00:02, MAC=02:00:00:00:00:01, 02:00:00:00:00:03",
        "02:00:00:00:00:03,              ,                       , 02:00:00:00:00:03"
    })
    void theCapabilityWinsOverArgsAndArgsOverTheEnvironment(
            String capability, String args, String environment, String expected) {
        Conf conf = node.layer2();
        conf = capability == null ? conf : conf.with("runtimeConfig.mac", capability);
        conf = args == null ? conf : conf.with("args.cni.mac", args);
        Call call = node.call("ADD", conf, pod);

        (environment == null ? call : call.with("CNI_ARGS", environment))
                .answer()
                .result();

        assertEquals(expected, pod.ip().mac("eth0"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void hairpinAndIsolationAreWhatTheConfigurationSays(boolean on) {
        Conf conf = node.layer2().with("hairpinMode", on).with("portIsolation", on);

        node.add(conf, pod).result();

        String port = node.ip().ports("cni0").getFirst();
        assertEquals(on, node.ip().port(port).path("hairpin").asBoolean());
        assertEquals(on, node.ip().port(port).path("isolated").asBoolean());
    }

    @Test
    void aBridgeBecomesPromiscuousIfAskedForAndStaysSo() {
        node.add(node.layer2().with("promiscMode", true), pod).result();
        node.add(node.layer2(), node.pod()).result();

        assertTrue(node.ip().link("cni0").path("flags").toString().contains("PROMISC"));
    }

    @Test
    void aBridgeWithAnAddressKeepsItsMacWhateverPortsCome() {
        node.add(node.gateway(), pod).result();
        String mac = node.ip().mac("cni0");

        node.add(node.gateway().with("runtimeConfig.mac", "02:00:00:00:00:01"), node.pod())
                .result();

        assertEquals(mac, node.ip().mac("cni0"));
        assertEquals(
                "3",
                node.host()
                        .output("cat", "/sys/class/net/cni0/addr_assign_type")
                        .strip());
    }

    @Test
    void aBridgeWithAnotherAddressIsNotTakenOver() {
        node.host().ip("link add cni0 type bridge");
        node.host().ip("address add 10.77.0.1/24 dev cni0");

        Answer refused = node.add(node.gateway(), pod);

        refused.fault().is(Answer.INTERNAL, "\"cni0\" already has an IP address different from 10.88.0.1/24");
        assertEquals(List.of("10.77.0.1/24"), node.ip().addresses("cni0"));
    }

    @Test
    void forceAddressReplacesTheBridgesAddress() {
        node.host().ip("link add cni0 type bridge");
        node.host().ip("address add 10.77.0.1/24 dev cni0");

        node.add(node.gateway().with("forceAddress", true), pod).result();

        assertEquals(List.of("10.88.0.1/24"), node.ip().addresses("cni0"));
    }

    @Test
    void anotherIpv6AddressOfTheBridgeIsInTheWayOnlyIfItsSubnetOverlaps() {
        node.host().ip("link add cni0 type bridge");
        node.host().ip("address add fd00:77::1/64 dev cni0 nodad");
        node.add(node.dualStack(), pod).result();
        node.host().ip("address delete fd00:88::1/64 dev cni0");
        node.host().ip("address add fd00:88::99/48 dev cni0 nodad");

        Answer refused = node.add(node.dualStack(), node.pod());

        refused.fault().names("\"cni0\" already has an IP address different from fd00:88::1/64");
    }

    @Test
    void routesOfIpamAreInstalledThroughTheGatewayOfTheirFamilyUnlessTheyNameOne() {
        Conf conf = node.layer3().withJson("ipam.routes", """
                [{"dst": "10.9.0.0/16"}, {"dst": "10.8.0.0/16", "gw": "10.88.0.7"}, {"dst": "10.7.0.0/16", "priority": 50}]""");

        node.add(conf.with("isGateway", true), pod).result();

        assertEquals(
                List.of(
                        "10.7.0.0/16 via 10.88.0.1 dev eth0 metric 50",
                        "10.8.0.0/16 via 10.88.0.7 dev eth0",
                        "10.88.0.0/24 dev eth0",
                        "10.9.0.0/16 via 10.88.0.1 dev eth0"),
                pod.ip().routes());
    }

    @Test
    void aRouteMayBeInATableOfItsOwn() {
        Conf conf = node.layer3().withJson("ipam.routes", """
                [{"dst": "10.9.0.0/16", "gw": "10.88.0.1", "table": 77}]""");

        node.add(conf, pod).result();

        assertEquals(List.of("10.9.0.0/16 via 10.88.0.1 dev eth0"), pod.ip().routes("77"));
        assertEquals(List.of("10.88.0.0/24 dev eth0"), pod.ip().routes());
    }

    /** The reference reports them and forgets them. */
    @Test
    void mtuAndAdvmssOfARouteReachTheKernel() {
        Conf conf = node.layer3().withJson("ipam.routes", """
                [{"dst": "10.9.0.0/16", "gw": "10.88.0.1", "mtu": 1400, "advmss": 1300}]""");

        node.add(conf, pod).result();

        String route = pod.netns().output("ip", "-d", "route", "show", "10.9.0.0/16");
        assertTrue(route.contains("mtu 1400") && route.contains("advmss 1300"), route);
    }

    @Test
    void aDefaultRouteWithGatewayFromIpamIsTheOnlyOne() {
        Conf conf = node.gateway().withJson("ipam.routes", """
                [{"dst": "0.0.0.0/0", "gw": "10.88.0.9"}]""");

        Answer added = node.add(conf, pod);

        assertEquals(
                List.of("10.88.0.0/24 dev eth0", "default via 10.88.0.9 dev eth0"),
                pod.ip().routes());
        assertEquals(1, added.result().path("routes").size());
    }

    /** The reference adds the route twice and fails with "file exists". */
    @Test
    void aDefaultRouteWithoutGatewayFromIpamIsTheSameAsThatOfTheDefaultGateway() {
        Conf conf = node.dualStack().withJson("ipam.routes", """
                [{"dst": "0.0.0.0/0"}, {"dst": "::/0"}]""");

        node.add(conf, pod).result();

        assertEquals(
                List.of(
                        "10.88.0.0/24 dev eth0",
                        "default via 10.88.0.1 dev eth0",
                        "default via fd00:88::1 dev eth0",
                        "fd00:88::/64 dev eth0"),
                pod.ip().routes());
    }

    @Test
    void aLayer2NetworkHasALinkThatIsUpAndNoAddress() {
        node.add(node.layer2(), pod).result();

        assertTrue(pod.ip().isUp("eth0"));
        assertEquals(List.of(), pod.ip().addresses("eth0"));
        assertEquals(1, node.ip().ports("cni0").size());
    }

    @Test
    void theContainersLinkStaysDownIfAskedFor() {
        node.add(node.layer2().with("disableContainerInterface", true), pod).result();

        assertFalse(pod.ip().isUp("eth0"));
        assertEquals(1, node.ip().ports("cni0").size());
    }

    @Test
    void aContainerMayHaveInterfacesOnSeveralNetworks() {
        Conf second = node.layer3()
                .with("name", "net2")
                .with("bridge", "cni1")
                .withJson("ipam.ranges", "[[{\"subnet\": \"10.99.0.0/24\"}]]");

        node.add(node.gateway(), pod).result();
        node.add(second, pod.withIfName("net1")).result();

        assertEquals(List.of("eth0", "net1"), pod.ip().linkNames());
        assertEquals(List.of("10.99.0.2/24"), pod.ip().addresses("net1"));
    }

    @Test
    void theSameNetworkMayBeAttachedTwice() {
        node.add(node.gateway(), pod).result();
        Answer second = node.add(node.layer3(), pod.withIfName("eth1"));

        assertEquals("10.88.0.3/24", second.address());
        assertEquals(2, node.ip().ports("cni0").size());
    }

    @Test
    void anInterfaceNameMayHaveADot() {
        node.add(node.dualStack(), pod.withIfName("eth0.100")).result();

        assertEquals(List.of("10.88.0.2/24", "fd00:88::2/64"), pod.ip().addresses("eth0.100"));
    }

    private static List<String> tentative(Ip ip, String link) {
        Stream<tools.jackson.databind.JsonNode> infos = ip.addressInfos(link).stream();
        return infos.filter(info -> info.path("tentative").asBoolean())
                .filter(info -> !info.path("scope").asString().equals("link"))
                .map(info -> info.path("local").asString())
                .toList();
    }
}
