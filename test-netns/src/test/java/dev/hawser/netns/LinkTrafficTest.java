package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.kernel.KernelFeature;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Real traffic through the links of ptp, macvlan, ipvlan, vlan and dummy. */
class LinkTrafficTest {

    @RegisterExtension
    final TestNode node = new TestNode();

    /** The other end of the master's cable. */
    private final Netns lan = node.own(Netns.create("lan"));

    private final Pod pod = node.pod();
    private final Pod other = node.pod();

    @BeforeEach
    void addMaster() {
        node.host().ip("link add up0 type veth peer name lan0 netns " + lan.name());
        node.host().ip("link set up0 up");
        lan.ip("link set lan0 up");
    }

    private Conf conf(String type, String keys) {
        return Conf.parse("{\"cniVersion\": \"1.1.0\", \"name\": \"net1\", \"type\": \"" + type + "\", " + keys + """
                "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.88.0.0/24"}], [{"subnet": "fd00:88::/64"}]],
                         "routes": [{"dst": "0.0.0.0/0"}, {"dst": "::/0"}]}}""")
                .with("ipam.dataDir", node.pools().toString());
    }

    @Test
    void aPtpPodReachesTheNodeTheWorldAndOtherPods() {
        World world = node.world();
        node.tcpServer(world.netns());
        Conf conf = conf("ptp", "\"ipMasq\": true, ");

        node.add(conf, pod).result();
        node.add(conf, other).result();

        for (String address : List.of("10.88.0.1", "fd00:88::1", "10.88.0.3", "fd00:88::3")) {
            assertTrue(pod.netns().reaches(address), address);
        }
        assertTrue(node.host().reaches("10.88.0.2"));
        assertTrue(node.host().reaches("fd00:88::2"));
        assertEquals(
                World.NODE, TcpServer.addressSeen(pod.netns(), World.ADDRESS).replace("::ffff:", ""));
        assertEquals("2001:db8:0:0:0:0:0:1", TcpServer.addressSeen(pod.netns(), World.ADDRESS6));
    }

    /** The reference waits for a search for duplicates on a link that nobody else is on. */
    @Test
    void theIpv6AddressesOfAPtpPodAreUsableAtOnce() {
        node.add(conf("ptp", ""), pod).result();

        assertEquals(0, tentative(pod.netns(), "eth0"));
        assertEquals(0, tentative(node.host(), pod.hostVeth()));
    }

    /** Without link-local ones, which have a MAC's uniqueness for themselves. */
    private static long tentative(Netns netns, String link) {
        return new Ip(netns)
                .addressInfos(link).stream()
                        .filter(address -> !address.path("scope").asString().equals("link"))
                        .filter(address -> address.path("tentative").asBoolean(false))
                        .count();
    }

    @Test
    void macvlanPodsReachEachOtherAndTheLan() {
        KernelFeature.MACVLAN.require();
        lan.ip("address add 10.88.0.1/24 dev lan0");
        Conf conf = conf("macvlan", "\"master\": \"up0\", ");

        node.add(conf, pod).result();
        node.add(conf, other).result();

        assertTrue(pod.netns().reaches("10.88.0.3"));
        assertTrue(pod.netns().reaches("fd00:88::3"));
        assertTrue(pod.netns().reaches("10.88.0.1"));
    }

    @Test
    void privateMacvlanPodsDoNotReachEachOther() {
        KernelFeature.MACVLAN.require();
        lan.ip("address add 10.88.0.1/24 dev lan0");
        Conf conf = conf("macvlan", "\"master\": \"up0\", \"mode\": \"private\", ");

        node.add(conf, pod).result();
        node.add(conf, other).result();

        assertTrue(pod.netns().cannotReach("10.88.0.3"));
        assertTrue(pod.netns().reaches("10.88.0.1"));
    }

    @Test
    void aMacvlanInPassthruSpeaksWithTheMacOfItsMaster() {
        KernelFeature.MACVLAN.require();
        lan.ip("address add 10.88.0.1/24 dev lan0");

        Answer added = node.add(conf("macvlan", "\"master\": \"up0\", \"mode\": \"passthru\", "), pod);

        assertEquals(
                node.ip().mac("up0"),
                added.result().path("interfaces").get(0).path("mac").asString());
        assertEquals(node.ip().mac("up0"), pod.ip().mac("eth0"));
        assertTrue(pod.netns().reaches("10.88.0.1"));
    }

    @Test
    void aMacvlanWithoutMasterIsOnTheLinkOfTheDefaultRoute() {
        KernelFeature.MACVLAN.require();
        lan.ip("address add 10.88.0.1/24 dev lan0");
        lan.ip("address add 192.168.7.1/24 dev lan0");
        node.host().ip("address add 192.168.7.2/24 dev up0");
        node.host().ip("route add default via 192.168.7.1");

        node.add(conf("macvlan", ""), pod).result();

        assertTrue(pod.netns().reaches("10.88.0.1"));
    }

    @Test
    void aMacvlanMayBeOnALinkOfTheContainer() {
        KernelFeature.MACVLAN.require();
        node.host().ip("link set up0 netns " + pod.netns().name());
        pod.netns().ip("link set up0 up");
        lan.ip("address add 10.88.0.1/24 dev lan0");

        node.add(conf("macvlan", "\"master\": \"up0\", \"linkInContainer\": true, "), pod)
                .result();

        assertTrue(pod.netns().reaches("10.88.0.1"));
    }

    @Test
    void aMasterThatIsAPortOfABridgeIsSaidToBeInUse() {
        KernelFeature.MACVLAN.require();
        node.host().ip("link add br7 type bridge");
        node.host().ip("link set up0 master br7");

        node.add(conf("macvlan", "\"master\": \"up0\", "), pod).fault().names("up0", "in use in another way");

        assertEquals(List.of(), pod.ip().linkNames());
        assertEquals(List.of(), List.copyOf(node.pool().leases().keySet()));
    }

    @Test
    void ipvlanPodsReachEachOtherAndTheLan() {
        KernelFeature.IPVLAN.require();
        lan.ip("address add 10.88.0.1/24 dev lan0");
        Conf conf = conf("ipvlan", "\"master\": \"up0\", ");

        node.add(conf, pod).result();
        node.add(conf, other).result();

        assertTrue(pod.netns().reaches("10.88.0.3"));
        assertTrue(pod.netns().reaches("10.88.0.1"));
    }

    @Test
    void aPodInAVlanReachesOthersInIt() {
        KernelFeature.VLAN.require();
        lan.ip("link add vlan100 link lan0 type vlan id 100");
        lan.ip("address add 10.88.0.1/24 dev vlan100");
        lan.ip("link set vlan100 up");

        node.add(conf("vlan", "\"master\": \"up0\", \"vlanId\": 100, "), pod).result();

        assertTrue(pod.netns().reaches("10.88.0.1"));
        assertEquals(
                100,
                pod.ip()
                        .link("eth0")
                        .path("linkinfo")
                        .path("info_data")
                        .path("id")
                        .asInt());
    }

    @Test
    void aDummyHasItsAddressForItself() {
        KernelFeature.DUMMY.require();
        pod.netns().ip("link set lo up");

        node.add(conf("dummy", ""), pod).result();

        assertTrue(pod.netns().reaches("10.88.0.2"));
        assertTrue(pod.netns().reaches("fd00:88::2"));
    }

    @Test
    void whenAMasterIsMissingStatusSaysSo() {
        Conf conf = conf("macvlan", "\"master\": \"up7\", ");

        node.call("STATUS", conf).answer().fault().is(Answer.PLUGIN_NOT_AVAILABLE, "up7", "set master");
        node.call("STATUS", conf.with("master", "up0")).answer().succeeded();
    }

    @Test
    void gcTakesAwayThePtpLinksOfPodsThatAreGone() {
        Conf conf = conf("ptp", "\"ipMasq\": true, ");
        Remains before = node.remains();
        node.add(conf, pod).result();
        node.add(conf, other).result();

        node.collect(conf, pod).succeeded();

        assertTrue(node.ip().hasLink(pod.hostVeth()));
        assertTrue(!node.ip().hasLink(other.hostVeth()));
        assertEquals(2, node.pool().leases().size());
        assertEquals(2, node.nft().masquerades().size());
        node.delete(conf, pod).succeeded();
        assertEquals(before.links(), node.remains().links());
    }
}
