package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** GC: what belongs to this network and to no valid attachment goes. The reference plugins collect nothing. */
class GarbageCollectionTest {

    @RegisterExtension
    final TestNode node = new TestNode();

    private final Pod valid = node.pod();
    private final Pod stale = node.pod();
    private final Conf conf = node.dualStack().with("ipMasq", true).with("macspoofchk", true);

    @Test
    void linksRulesAndLeasesOfStaleAttachmentsGoAndThoseOfValidOnesStay() {
        node.add(conf, valid).result();
        Remains before = node.remains();
        node.add(conf, stale).result();

        node.collect(conf, valid).succeeded();

        assertEquals(before, node.remains());
        assertEquals(List.of(), stale.ip().linkNames());
        assertTrue(valid.netns().reaches("10.88.0.1"));
    }

    @Test
    void rulesOfIptablesAreCollectedToo() {
        Conf iptables = conf.with("ipMasqBackend", "iptables");
        node.add(iptables, valid).result();
        Remains before = node.remains();
        node.add(iptables, stale).result();

        node.collect(iptables, valid).succeeded();

        assertEquals(before, node.remains());
    }

    @Test
    void aNodeWhereAllIsValidIsLeftAsItIs() {
        node.add(conf, valid).result();
        node.add(conf, stale).result();
        Remains before = node.remains();

        node.collect(conf, valid, stale).succeeded();

        assertEquals(before, node.remains());
    }

    @ParameterizedTest
    @ValueSource(strings = {"cni.dev/valid-attachments", "cni.dev/attachments"})
    void bothNamesOfTheListAreUnderstood(String key) {
        node.add(conf, valid).result();
        Remains before = node.remains();
        node.add(conf, stale).result();

        Object list = List.of(Map.of("containerID", valid.containerId(), "ifname", valid.ifName()));
        node.call("GC", conf.withKey(key, list)).answer().succeeded();

        assertEquals(before, node.remains());
    }

    @Test
    void anEmptyListMeansThatAllIsStale() {
        node.add(conf, stale).result();

        node.collect(conf).succeeded();

        assertEverythingIsCollected();
    }

    @Test
    void aNullListMeansThatAllIsStale() {
        node.add(conf, stale).result();
        Conf gc = conf.withKey("cni.dev/valid-attachments", Json.parse("null"));

        node.call("GC", gc).answer().succeeded();

        assertEverythingIsCollected();
    }

    @Test
    void anAbsentListMeansThatNothingIsKnown() {
        node.add(conf, stale).result();
        Remains before = node.remains();

        Answer answer = node.call("GC", conf).answer();

        answer.succeeded();
        assertTrue(answer.stderr().contains("net1"), answer::toString);
        assertEquals(before, node.remains());
    }

    @Test
    void otherNetworksAreNotTouchedAlthoughTheyShareTheBridge() {
        Conf other = conf.with("name", "net10").withJson("ipam.ranges", """
                [[{"subnet": "10.99.0.0/24"}], [{"subnet": "fd00:99::/64"}]]""").with("isDefaultGateway", false);
        node.add(other, valid).result();
        node.add(other.with("ipMasqBackend", "iptables"), valid.withIfName("eth1"))
                .result();
        Map<String, String> leases = node.pool("net10").leases();
        List<String> ports = node.ip().ports("cni0");
        List<String> elements = node.nft().elements("inet hawser", "subnet-10.99.0.0-24");
        List<String> guards = node.nft().elements("bridge hawser", "guarded");
        List<String> rules = node.nft().natRules("iptables");
        node.add(conf, stale).result();

        node.collect(conf).succeeded();

        assertEquals(leases, node.pool("net10").leases());
        assertEquals(ports, node.ip().ports("cni0"));
        assertEquals(elements, node.nft().elements("inet hawser", "subnet-10.99.0.0-24"));
        assertEquals(guards, node.nft().elements("bridge hawser", "guarded"));
        assertEquals(rules, node.nft().natRules("iptables"));
    }

    @Test
    void theInterfaceCountsNotOnlyTheContainer() {
        node.add(conf, valid).result();
        Remains before = node.remains();
        node.add(conf.with("isDefaultGateway", false), valid.withIfName("eth1")).result();

        node.collect(conf, valid).succeeded();

        assertEquals(before, node.remains());
        assertEquals(List.of("eth0"), valid.ip().linkNames());
    }

    @Test
    void whatIsLeftOfAPodWhoseNamespaceIsGoneIsCollected() {
        node.add(conf, valid).result();
        Remains before = node.remains();
        node.add(conf, stale).result();
        stale.netns().close();

        node.collect(conf, valid).succeeded();

        assertEquals(before, node.remains());
    }

    @Test
    void aLinkWithoutLeaseIsCollected() throws IOException {
        Answer added = node.add(conf, stale);
        for (String address : added.addresses()) {
            Files.delete(node.pool().directory().resolve(address.substring(0, address.indexOf('/'))));
        }

        node.collect(conf).succeeded();

        assertEquals(List.of(), node.ip().ports("cni0"));
    }

    @Test
    void aLeaseOfTheOldFormatBelongsToEveryInterfaceOfItsContainer() {
        node.pool().write("10.88.0.50", valid.containerId());
        node.pool().write("10.88.0.51", stale.containerId());

        node.collect(conf, valid).succeeded();

        assertEquals(Map.of("10.88.0.50", valid.containerId()), node.pool().leases());
    }

    @Test
    void linksThatAreNotOursAreNotTouched() {
        node.add(conf, stale).result();
        node.host().ip("link add vethforeign type veth peer name vethpeer");
        node.host().ip("link set vethforeign master cni0");

        node.collect(conf).succeeded();

        assertEquals(List.of("vethforeign"), node.ip().ports("cni0"));
    }

    @Test
    void hostLocalCollectsItsLeasesByItself() {
        node.add(node.hostLocal(), valid).result();
        node.add(node.hostLocal(), stale).result();

        node.collect(node.hostLocal(), valid).succeeded();

        assertEquals(Map.of("10.88.0.2", Pool.owner(valid)), node.pool().leases());
    }

    @Test
    void twiceIsAsGoodAsOnce() {
        node.add(conf, stale).result();
        node.collect(conf).succeeded();

        node.collect(conf).succeeded();

        assertEverythingIsCollected();
    }

    @Test
    void aNodeThatNeverHadAPodHasNothingToCollect() {
        node.collect(conf).succeeded();

        assertFalse(node.ip().hasLink("cni0"));
        assertEquals(Map.of(), node.pool().leases());
    }

    @Test
    void thereIsNoGarbageCollectionBeforeVersion11() {
        node.collect(conf.with("cniVersion", "1.0.0")).fault().is(Answer.INCOMPATIBLE_VERSION, "GC");
    }

    private void assertEverythingIsCollected() {
        assertEquals(List.of("cni0"), node.ip().linkNames());
        assertEquals(Map.of(), node.pool().leases());
        assertEquals(List.of(), node.nft().masquerades());
        assertEquals(List.of(), node.nft().elements("bridge hawser", "guarded"));
        assertEquals(List.of(), node.nft().elements("bridge hawser", "allowed"));
    }
}
