package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hawser.kernel.KernelFeature;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The plugins that give a container one link of its own, beside the reference's. */
class LinkPluginsTest {

    private static final String MASTER = "up0";

    /** What is promised of each of them. */
    enum Type {
        PTP(Optional.empty(), ""),
        MACVLAN(Optional.of(KernelFeature.MACVLAN), "\"master\": \"up0\", \"mode\": \"vepa\", "),
        VLAN(Optional.of(KernelFeature.VLAN), "\"master\": \"up0\", \"vlanId\": 100, "),
        IPVLAN(Optional.of(KernelFeature.IPVLAN), "\"master\": \"up0\", \"mode\": \"l3s\", "),
        DUMMY(Optional.of(KernelFeature.DUMMY), "");

        private final Optional<KernelFeature> feature;
        private final String keys;

        Type(Optional<KernelFeature> feature, String keys) {
            this.feature = feature;
            this.keys = keys;
        }

        String file() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Addresses that are the same each time; an mtu, for those that read it. */
        Conf conf() {
            return Conf.parse(
                    "{\"cniVersion\": \"1.0.0\", \"name\": \"net1\", \"type\": \"" + file() + "\", " + keys + """
                    "mtu": 1400,
                    "ipam": {"type": "static",
                             "addresses": [{"address": "10.88.0.5/24", "gateway": "10.88.0.1"},
                                           {"address": "fd00:88::5/64", "gateway": "fd00:88::1"}],
                             "routes": [{"dst": "0.0.0.0/0"}, {"dst": "::/0"},
                                        {"dst": "10.9.0.0/16", "gw": "10.88.0.1", "priority": 50}]}}""");
        }

        void require() {
            feature.ifPresent(KernelFeature::require);
        }
    }

    @RegisterExtension
    final TestNode node = new TestNode();

    /** Its host end, up1, is not in use: what is on up0 is on a cable to nowhere. */
    @BeforeEach
    void addMaster() {
        node.host().ip("link add up0 address 02:00:00:00:00:aa type veth peer name up1");
        node.host().ip("link set up0 up");
        node.host().ip("link set up1 up");
    }

    @ParameterizedTest
    @EnumSource
    void aContainerLooksAsTheReferenceMakesIt(Type type) {
        type.require();
        Path reference = reference(type);
        Pod theirs = node.pod();
        Pod ours = node.pod();
        JsonResult expected = look(byReference("ADD", type.conf(), theirs, reference), theirs);
        byReference("DEL", type.conf(), theirs, reference).succeeded();

        Answer added = node.add(type.conf(), ours);

        assertEquals(expected, look(added, ours));
    }

    /**
     * What an ADD made.
     *
     * @param ips of the result
     * @param host of the node's end, if there is one
     */
    private record JsonResult(String ips, String routes, int interfaces, Look container, Optional<Look> host) {}

    private JsonResult look(Answer added, Pod pod) {
        List<String> hostLinks = Json.elements(added.result().path("interfaces")).stream()
                .filter(link -> !link.has("sandbox"))
                .map(link -> link.path("name").asString())
                .toList();
        return new JsonResult(
                added.result().path("ips").toString(),
                added.result().path("routes").toString(),
                added.result().path("interfaces").size(),
                Look.of(pod.netns(), "eth0"),
                hostLinks.stream().findFirst().map(name -> settled(node.host(), name)));
    }

    /** The reference does not wait for the search for duplicates of the host's end. */
    private static Look settled(Netns netns, String link) {
        try {
            Patience.await(
                    "no address of " + link + " is tentative",
                    () -> new Ip(netns)
                            .addressInfos(link).stream()
                                    .noneMatch(
                                            address -> address.path("tentative").asBoolean(false)));
            return Look.of(netns, link);
        } catch (Exception e) {
            throw new IllegalStateException("wait for the addresses of " + link, e);
        }
    }

    @ParameterizedTest
    @EnumSource
    void checkIsContentAfterAddAndSeesWhatIsGone(Type type) {
        type.require();
        Pod pod = node.pod();
        Answer added = node.add(type.conf(), pod);
        Answer content = node.check(type.conf(), pod, added);

        pod.netns().ip("route delete 10.9.0.0/16");

        content.succeeded();
        node.check(type.conf(), pod, added).fault().names("10.9.0.0/16");
    }

    @ParameterizedTest
    @EnumSource
    void checkIsContentWithWhatTheReferenceMade(Type type) {
        type.require();
        Pod pod = node.pod();
        Answer added = byReference("ADD", type.conf(), pod, reference(type));

        node.check(type.conf(), pod, added).succeeded();
    }

    @ParameterizedTest
    @EnumSource
    void whatTheReferenceMadeIsDeletedWithoutATrace(Type type) {
        type.require();
        Conf conf = masquerading(type);
        Remains before = node.remains();
        Pod pod = node.pod();
        Answer added = byReference("ADD", conf, pod, reference(type));

        node.delete(conf, pod, added).succeeded();

        assertEquals(List.of(), pod.ip().linkNames());
        assertEquals(before.links(), node.remains().links());
        assertFalse(
                node.nft().ruleset().toString().contains("10.88.0.5"),
                () -> node.nft().ruleset().toString());
    }

    /** ptp masquerades in the way that both know; the others have nothing to masquerade. */
    private static Conf masquerading(Type type) {
        return type == Type.PTP ? type.conf().with("ipMasq", true).with("ipMasqBackend", "iptables") : type.conf();
    }

    @ParameterizedTest
    @EnumSource
    void theReferenceDeletesWhatWeMade(Type type) {
        type.require();
        Conf conf = masquerading(type);
        Remains before = node.remains();
        Pod pod = node.pod();
        Path reference = reference(type);
        Answer added = node.add(conf, pod);

        byReference("DEL", conf.with("prevResult", added.result()), pod, reference)
                .succeeded();

        assertEquals(List.of(), pod.ip().linkNames());
        assertEquals(before.links(), node.remains().links());
        assertFalse(
                node.nft().ruleset().toString().contains("10.88.0.5"),
                () -> node.nft().ruleset().toString());
    }

    @ParameterizedTest
    @EnumSource
    void delNeedsNeitherMasterNorNamespaceNorResult(Type type) {
        type.require();
        Conf conf = type.conf()
                .withJson("ipam", """
                {"type": "host-local", "ranges": [[{"subnet": "10.88.0.0/24"}]]}""")
                .with("ipam.dataDir", node.pools().toString());
        Pod pod = node.pod();
        node.add(conf, pod).result();
        int leased = node.pool().leases().size();
        node.host().ip("link delete " + MASTER);
        pod.netns().close();

        node.delete(conf, pod).succeeded();
        node.delete(conf, pod).succeeded();

        assertEquals(1, leased);
        assertEquals(List.of(), List.copyOf(node.pool().leases().keySet()));
        assertEquals(List.of(), node.ip().linkNames());
    }

    @ParameterizedTest
    @EnumSource
    void aLinkOfTheNameInTheContainerIsLeftAlone(Type type) {
        type.require();
        Pod pod = node.pod();
        pod.netns().ip("link add eth0 address 02:00:00:00:00:77 type bridge");
        Remains before = node.remains();

        node.add(type.conf(), pod).fault().names("already");
        node.delete(type.conf(), pod).succeeded();

        assertEquals("02:00:00:00:00:77", pod.ip().mac("eth0"));
        assertEquals(before, node.remains());
    }

    /** As on every node: its own link has the name that the container's is to have. */
    @ParameterizedTest
    @EnumSource
    void aLinkOfTheNameOnTheHostDoesNotMatter(Type type) {
        type.require();
        node.host().ip("link add eth0 address 02:00:00:00:00:77 type bridge");
        Pod pod = node.pod();

        node.add(type.conf(), pod).result();

        assertTrue(pod.ip().isUp("eth0"));
        assertEquals("02:00:00:00:00:77", node.ip().mac("eth0"));
        node.delete(type.conf(), pod).succeeded();
        assertEquals("02:00:00:00:00:77", node.ip().mac("eth0"));
    }

    private static Path reference(Type type) {
        Optional<Path> directory =
                CniPlugin.referenceDirectory().filter(path -> Files.isExecutable(path.resolve(type.file())));
        assumeTrue(
                directory.isPresent(), () -> "no " + type.file() + " of the reference is installed (HAWSER_PEER_DIR)");
        return directory.orElseThrow();
    }

    private Answer byReference(String command, Conf conf, Pod pod, Path reference) {
        return node.call(command, conf, pod)
                .withFile(reference.resolve(conf.type()))
                .with("CNI_PATH", reference.toString())
                .answer();
    }
}
