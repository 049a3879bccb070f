package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** DEL: gives everything back, whatever is missing by then. */
class DeleteTest {

    @RegisterExtension
    final TestNode node = new TestNode();

    private final Pod pod = node.pod();
    private final Conf conf = node.dualStack().with("ipMasq", true).with("macspoofchk", true);
    private final Conf iptables = conf.with("ipMasqBackend", "iptables");

    /** What stays is what pods share: the bridge, its address, the tables. A neighbour brings it. */
    @BeforeEach
    void addANeighbour() {
        Pod neighbour = node.pod();
        node.add(conf, neighbour).result();
        node.add(iptables.with("isDefaultGateway", false), neighbour.withIfName("eth2"))
                .result();
    }

    @Test
    void everythingIsGone() {
        Remains before = node.remains();
        Answer added = node.add(conf, pod);

        node.delete(conf, pod, added).succeeded();

        assertEquals(before, node.remains());
        assertEquals(List.of(), pod.ip().linkNames());
    }

    @Test
    void everythingIsGoneWithIptables() {
        Remains before = node.remains();
        Answer added = node.add(iptables, pod);

        node.delete(iptables, pod, added).succeeded();

        assertEquals(before, node.remains());
    }

    @Test
    void whatTheNeighbourHasStillWorks() {
        Answer added = node.add(conf, pod);

        node.delete(conf, pod, added).succeeded();

        assertTrue(node.host().reaches("10.88.0.2"));
        assertEquals(List.of("10.88.0.1/24", "fd00:88::1/64"), node.ip().addresses("cni0"));
    }

    @Test
    void twiceIsAsGoodAsOnce() {
        Remains before = node.remains();
        Answer added = node.add(conf, pod);

        node.delete(conf, pod, added).succeeded();
        node.delete(conf, pod, added).succeeded();

        assertEquals(before, node.remains());
    }

    @Test
    void aContainerThatWasNeverAddedIsDeletedAlready() {
        Remains before = node.remains();

        node.delete(conf, pod).succeeded();

        assertEquals(before, node.remains());
    }

    @ParameterizedTest
    @ValueSource(strings = {"nftables", "iptables"})
    void worksWithoutPrevResult(String backend) {
        Conf backed = conf.with("ipMasqBackend", backend);
        Remains before = node.remains();
        node.add(backed, pod).result();

        node.delete(backed, pod).succeeded();

        assertEquals(before, node.remains());
    }

    /** The reference leaks the rules. */
    @ParameterizedTest
    @ValueSource(strings = {"nftables", "iptables"})
    void worksWhenTheNamespaceIsGone(String backend) {
        Conf backed = conf.with("ipMasqBackend", backend);
        Remains before = node.remains();
        Answer added = node.add(backed, pod);
        pod.netns().close();

        node.delete(backed, pod, added).succeeded();

        assertEquals(before, node.remains());
    }

    /** The reference leaks the rules. */
    @ParameterizedTest
    @ValueSource(strings = {"nftables", "iptables"})
    void worksWhenTheNamespaceAndTheResultAreGone(String backend) {
        Conf backed = conf.with("ipMasqBackend", backend);
        Remains before = node.remains();
        node.add(backed, pod).result();
        pod.netns().close();

        node.delete(backed, pod).succeeded();

        assertEquals(before, node.remains());
    }

    /** The reference leaks the link and the rules. */
    @Test
    void worksWithoutCniNetns() {
        Remains before = node.remains();
        Answer added = node.add(conf, pod);

        Conf delete = conf.with("prevResult", added.result());
        node.call("DEL", delete, pod).without("CNI_NETNS").answer().succeeded();

        assertEquals(before, node.remains());
    }

    @Test
    void anEmptyCniNetnsIsNone() {
        Remains before = node.remains();
        Answer added = node.add(conf, pod);

        Conf delete = conf.with("prevResult", added.result());
        node.call("DEL", delete, pod).with("CNI_NETNS", "").answer().succeeded();

        assertEquals(before, node.remains());
    }

    /** The reference fails and keeps the lease. */
    @Test
    void worksWhenCniNetnsIsAPlainFile() throws IOException {
        Remains before = node.remains();
        Answer added = node.add(conf, pod);
        Path file = Files.createFile(node.directory().resolve("not-a-namespace"));

        Conf delete = conf.with("prevResult", added.result());
        node.call("DEL", delete, pod)
                .with("CNI_NETNS", file.toString())
                .answer()
                .succeeded();

        assertEquals(before, node.remains());
    }

    /** The reference leaks the chain of iptables. */
    @ParameterizedTest
    @ValueSource(strings = {"nftables", "iptables"})
    void worksWhenTheLinkIsGone(String backend) {
        Conf backed = conf.with("ipMasqBackend", backend);
        Remains before = node.remains();
        Answer added = node.add(backed, pod);
        pod.netns().ip("link delete eth0");

        node.delete(backed, pod, added).succeeded();

        assertEquals(before, node.remains());
    }

    @Test
    void worksWhenTheBridgeIsGone() {
        Answer added = node.add(conf, pod);
        Map<String, String> leases = node.pool().leases();
        node.host().ip("link delete cni0");

        node.delete(conf, pod, added).succeeded();

        assertTrue(leases.containsValue(Pool.owner(pod)));
        assertTrue(!node.pool().leases().containsValue(Pool.owner(pod)));
        assertEquals(List.of(), pod.ip().linkNames());
    }

    @Test
    void worksWhenThePoolIsGone() throws IOException {
        Answer added = node.add(conf, pod);
        for (String file : node.pool().files().keySet()) {
            Files.delete(node.pool().directory().resolve(file));
        }
        Files.delete(node.pool().directory());

        node.delete(conf, pod, added).succeeded();

        assertEquals(List.of(), pod.ip().linkNames());
        assertEquals(
                1, node.nft().elements("inet hawser", "subnet-10.88.0.0-24").size());
    }

    /** Which backend it was is not written down anywhere: a node's configuration may have changed since. */
    @Test
    void removesTheRulesOfBothBackends() {
        Remains before = node.remains();
        Answer added = node.add(iptables, pod);

        node.delete(conf, pod, added).succeeded();

        assertEquals(before, node.remains());
    }

    @Test
    void onlyTheInterfaceThatIsNamedGoes() {
        Conf second = conf.with("isDefaultGateway", false);
        Answer added = node.add(conf, pod);
        node.add(second, pod.withIfName("eth1")).result();

        node.delete(conf, pod, added).succeeded();

        assertEquals(List.of("eth1"), pod.ip().linkNames());
        assertTrue(node.pool().leases().containsValue(Pool.owner(pod.withIfName("eth1"))));
        assertTrue(!node.pool().leases().containsValue(Pool.owner(pod)));
    }

    @Test
    void aLateDelTakesNothingFromThePodThatHasTheAddressNow() throws IOException {
        Answer added = node.add(conf, pod);
        String address = added.ip();
        Files.delete(node.pool().directory().resolve(address));
        pod.netns().ip("link delete eth0");
        Pod newer = node.pod();
        node.call("ADD", conf, newer)
                .with("CNI_ARGS", "IgnoreUnknown=1;IP=" + address)
                .answer()
                .result();
        Remains before = node.remains();

        node.delete(conf.without("ipam.ranges").withJson("ipam.ranges", """
                [[{"subnet": "10.88.0.0/24"}]]"""), pod, added)
                .succeeded();

        List<String> elements = node.nft().elements("inet hawser", "subnet-10.88.0.0-24");
        assertTrue(elements.stream().anyMatch(element -> element.contains("\"" + address + "\"")), elements::toString);
        assertEquals(Pool.owner(newer), node.pool().leases().get(address));
        assertEquals(before.links(), node.remains().links());
    }

    @Test
    void aLayer2NetworkIsDeletedToo() {
        Conf layer2 = node.layer2().with("name", "net2");
        Remains before = node.remains();
        Answer added = node.add(layer2, pod);

        node.delete(layer2, pod, added).succeeded();

        assertEquals(before, node.remains());
    }

    @Test
    void theAddressIsFreeAgain() {
        Conf small = node.layer3().with("name", "small").withJson("ipam.ranges", """
                [[{"subnet": "10.66.0.0/30"}]]""");
        Answer added = node.add(small, pod);
        node.delete(small, pod, added).succeeded();

        assertEquals(added.address(), node.add(small, node.pod()).address());
    }
}
