package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hawser.kernel.KernelFeature;
import dev.hawser.resident.ThisRun;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Addresses from dnsmasq, for links that somebody else has made. */
class DhcpTest {

    private static final String RANGE = "192.0.2.10,192.0.2.13,3600";

    @RegisterExtension
    final TestNode node = new TestNode();

    private final DhcpLeases leases = DhcpLeases.of(node);
    private final Lan lan = Lan.in(node);
    private final Pod pod = node.pod();

    private static final Conf CONF = Conf.parse("""
            {"cniVersion": "1.1.0", "name": "lan", "type": "dhcp", "ipam": {"type": "dhcp", "resendTimeout": 20}}""");

    /** A request for classless static routes (RFC 3442). */
    private static final String ROUTES = "[{\"option\": \"121\"}]";

    private static String hex(Pod pod) {
        StringBuilder hex = new StringBuilder("00");
        String name = pod.containerId() + "/lan/eth0";
        name.chars().forEach(c -> hex.append(':').append(String.format("%02x", c)));
        return hex.toString();
    }

    @Test
    void anAddressIsLeasedAndGivenBack() throws Exception {
        lan.connect(pod).serve(RANGE);

        Answer added = node.add(CONF, pod);

        assertTrue(added.address().matches("192\\.0\\.2\\.1[0-3]/24"), added::toString);
        assertEquals(
                Lan.GATEWAY, added.result().path("ips").get(0).path("gateway").asString());
        assertEquals(
                "[{\"dst\":\"0.0.0.0/0\",\"gw\":\"192.0.2.1\"}]",
                added.result().path("routes").toString());
        assertTrue(pod.ip().isUp("eth0"));
        assertEquals(List.of("lan," + pod.containerId() + ",eth0"), leases.names());
        assertEquals(1, lan.leases().size());
        assertTrue(lan.leases().getFirst().contains(pod.ip().mac("eth0") + " " + added.ip()), lan.leases()::toString);
        assertTrue(lan.leases().getFirst().endsWith(" " + hex(pod)), lan.leases()::toString);
        assertEquals(!ThisRun.isThroughHelper(), added.stderr().contains("is not renewed as long as no helper runs"));
        node.check(CONF, pod, added).succeeded();

        node.delete(CONF, pod, added).succeeded();

        Patience.await("the server knows", () -> lan.leases().isEmpty());
        assertEquals(List.of(), leases.names());
        node.delete(CONF, pod, added).succeeded();
        node.check(CONF, pod, added).fault().names("there is no lease", pod.containerId());
    }

    @Test
    void everyContainerHasAnAddressOfItsOwnAndItsOwnAgain() throws Exception {
        Pod other = node.pod();
        lan.connect(pod).connect(other).serve(RANGE);

        Answer first = node.add(CONF, pod);
        Answer second = node.add(CONF, other);
        Answer again = node.add(CONF, pod);

        assertNotEquals(first.address(), second.address());
        assertEquals(first.address(), again.address());
        assertEquals(2, lan.leases().size());
        node.delete(CONF, pod).succeeded();
        Patience.await("the server knows", () -> lan.leases().size() == 1);
        assertTrue(lan.hasLeased(second.ip()));
        node.delete(CONF, other).succeeded();
    }

    @Test
    void whatIsProvidedAndRequestedGoesToTheServerAndComesBack() throws Exception {
        lan.connect(pod)
                .serve(
                        RANGE,
                        "--dhcp-option=option:dns-server,192.0.2.53",
                        "--dhcp-option=option:domain-name,example.org",
                        "--dhcp-option=121,10.0.0.0/8,192.0.2.9,172.16.0.0/12,0.0.0.0");
        Conf conf = CONF.with("ipam.priority", 50).withJson("ipam.provide", """
                        [{"option": "host-name", "fromArg": "K8S_POD_NAME"},
                         {"option": "vendor-class-identifier", "value": "hawser"}]""").withJson("ipam.request", """
                        [{"option": "6"}, {"option": "15"}, {"option": "121"}]""");

        Answer added = node.call("ADD", conf, pod)
                .with("CNI_ARGS", "IgnoreUnknown=1;K8S_POD_NAME=web")
                .answer();

        assertEquals(
                "{\"domain\":\"example.org\",\"nameservers\":[\"192.0.2.53\"]}",
                added.result().path("dns").toString());
        assertEquals(
                "[{\"dst\":\"10.0.0.0/8\",\"gw\":\"192.0.2.9\",\"priority\":50},"
                        + "{\"dst\":\"172.16.0.0/12\",\"gw\":\"0.0.0.0\",\"priority\":50,\"scope\":253}]",
                added.result().path("routes").toString());
        assertTrue(lan.leases().getFirst().contains(" web "), lan.leases()::toString);
        assertTrue(lan.count("vendor class: hawser") > 0);
        node.delete(conf, pod).succeeded();
    }

    @Test
    void aServerThatDoesNotAnswerIsAClearErrorAndNothingIsLeft() {
        lan.connect(pod);
        Remains before = node.remains();

        Answer added = node.add(CONF.with("ipam.resendTimeout", 2), pod);

        added.fault().is(Answer.TRY_AGAIN_LATER, "no more tries", "no DHCP lease after 2 s", "nobody answered");
        assertEquals(List.of(), leases.names());
        assertEquals(before, node.remains());
        node.delete(CONF, pod).succeeded();
    }

    @Test
    void aLinkThatIsMissingIsAClearError() {
        node.add(CONF, pod).fault().is(Answer.INTERNAL, "look up eth0 in the container: no such link");
    }

    @Test
    void aContainerThatHasGoneIsForgotten() throws Exception {
        lan.connect(pod).serve(RANGE);
        Answer added = node.add(CONF, pod);
        pod.netns().close();

        node.delete(CONF, pod, added).succeeded();

        assertEquals(List.of(), leases.names());
        assertTrue(lan.hasLeased(added.ip()), "nobody could tell the server");
    }

    @Test
    void garbageCollectionGivesBackWhatIsNotInUse() throws Exception {
        Pod other = node.pod();
        lan.connect(pod).connect(other).serve(RANGE);
        Answer stale = node.add(CONF, pod);
        Answer valid = node.add(CONF, other);

        node.collect(CONF, other).succeeded();

        Patience.await("the server knows", () -> !lan.hasLeased(stale.ip()));
        assertTrue(lan.hasLeased(valid.ip()));
        assertEquals(List.of("lan," + other.containerId() + ",eth0"), leases.names());
        node.call("STATUS", CONF).answer().succeeded();
        node.delete(CONF, other).succeeded();
    }

    @Test
    void aRouteThatTheKernelRefusesTakesTheLeaseBackAndThePortOfTheBridge() throws Exception {
        lan.connect(node.host(), "cni0").serve(RANGE, Lan.BAD_ROUTE);

        assertTakenBack(
                CONF.with("type", "bridge").with("bridge", "cni0").withJson("ipam.request", ROUTES), "10.0.0.0/8");
    }

    @Test
    void aRouteThatTheKernelRefusesTakesTheLeaseBackAndTheMacvlan() throws Exception {
        KernelFeature.MACVLAN.require();
        lan.connect(node.host(), "cni0").serve(RANGE, Lan.BAD_ROUTE);

        assertTakenBack(
                CONF.with("type", "macvlan").with("master", "cni0").withJson("ipam.request", ROUTES), "10.0.0.0/8");
    }

    @Test
    void aLaterPartOfAFusedPluginThatFailsTakesTheLeaseBack() throws Exception {
        lan.connect(node.host(), "cni0").serve(RANGE);

        assertTakenBack(
                CONF.with("type", "hawser").with("bridge", "cni0").withJson("sysctl", "{\"net.ipv4.none\": \"1\"}"),
                "net/ipv4/none");
    }

    /** That an ADD fails because of this after it has got a lease, and leaves nothing, neither here nor at the server. */
    private void assertTakenBack(Conf conf, String culprit) throws Exception {
        Remains before = node.remains();

        Answer added = node.add(conf, pod);

        added.fault().names(culprit);
        assertFalse(added.stderr().contains("take back"), added::stderr);
        assertEquals(List.of(), leases.names());
        assertEquals(before, node.remains());
        assertEquals(List.of(), pod.ip().linkNames());
        Patience.await("the server knows", () -> lan.count("DHCPRELEASE(br0)") > 0);
        assertEquals(1, lan.count("DHCPACK(br0)"));
        assertEquals(List.of(), lan.leases());
    }

    /** The reference's main plugin executes ours between making the link and giving it the address. */
    @Test
    void theReferencesBridgeGetsAddressesFromIt() throws Exception {
        Optional<Path> reference = CniPlugin.referenceDirectory();
        assumeTrue(reference.isPresent(), "there are no plugins of the reference on this machine");
        lan.connect(node.host(), "cni0").serve(RANGE);
        Conf conf = CONF.with("type", "bridge").with("bridge", "cni0").with("cniVersion", "1.0.0");
        Path bridge = reference.get().resolve("bridge");

        Answer added = node.call("ADD", conf, pod).withFile(bridge).answer();

        assertEquals(List.of(added.address()), pod.ip().addresses("eth0"));
        assertTrue(
                pod.ip().routes().contains("default via 192.0.2.1 dev eth0"),
                pod.ip().routes()::toString);
        assertTrue(pod.netns().reaches(Lan.GATEWAY));
        Answer deleted = node.call("DEL", conf.with("prevResult", added.result()), pod)
                .withFile(bridge)
                .answer();
        deleted.succeeded();
        assertFalse(pod.ip().hasLink("eth0"));
        // That bridge deletes the link first, so that nobody can tell the server.
        assertEquals(List.of(), leases.names());
    }
}
