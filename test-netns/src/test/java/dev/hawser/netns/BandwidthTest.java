package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** {@code bandwidth} after {@code bridge}, as {@code tc} and a stopwatch see it. */
class BandwidthTest {

    private static final String GATEWAY = "10.88.0.1";

    /** At 4 Mbit/s and with a burst of 100 kB, a megabyte takes 1.8 seconds: no noise makes it faster. */
    private static final Duration LIMITED_AT_LEAST = Duration.ofMillis(1500);

    @RegisterExtension
    final TestNode node = new TestNode();

    private final Pod pod = node.pod();

    private Conf bandwidth(Answer added) {
        return Conf.parse("""
                {"cniVersion": "1.0.0", "name": "net1", "type": "bandwidth",
                 "ingressRate": 4000000, "ingressBurst": 800000, "egressRate": 8000000, "egressBurst": 1600000}
                """).with("prevResult", added.result());
    }

    private Answer bridged(Pod which) {
        return node.add(node.gateway().with("cniVersion", "1.0.0"), which);
    }

    /** The qdiscs of all links, and what is redirected, without what is each link's own. */
    private List<String> shape() {
        List<String> shape = new ArrayList<>();
        for (String link : node.ip().linkNames()) {
            shape.addAll(qdiscs(link));
            shape.addAll(redirections(link));
        }
        return shape;
    }

    private List<String> qdiscs(String link) {
        return Json.elements(tc("qdisc", "show", "dev", link)).stream()
                .filter(qdisc ->
                        List.of("tbf", "ingress").contains(qdisc.path("kind").asString()))
                .map(qdisc -> link + " " + qdisc.path("kind").asString() + " "
                        + qdisc.path("handle").asString() + " "
                        + qdisc.path("root").asBoolean(false) + " " + qdisc.path("options"))
                .toList();
    }

    /** The reference redirects twice, the second time without effect: the first has stolen the packet. */
    private List<String> redirections(String link) {
        return Json.elements(tc("filter", "show", "dev", link, "parent", "ffff:")).stream()
                .filter(filter -> filter.path("options").has("actions"))
                .map(filter -> link + " " + filter.path("protocol").asString() + " " + filter.path("pref") + " "
                        + filter.path("kind").asString() + " "
                        + filter.path("options").path("fh") + " "
                        + filter.path("options").path("flowid") + " "
                        + filter.path("options").path("match") + " "
                        + action(filter.path("options").path("actions").path(0)))
                .toList();
    }

    private static String action(JsonNode action) {
        return action.path("kind").asString() + " " + action.path("direction").asString() + " "
                + action.path("mirred_action").asString() + " "
                + action.path("to_dev").asString() + " "
                + action.path("control_action").path("type").asString();
    }

    private JsonNode tc(String... words) {
        List<String> command = Shell.join(List.of("tc", "-n", node.host().name(), "-j"), List.of(words));
        String text = Shell.output(command);
        return Json.parse(text.isBlank() ? "[]" : text);
    }

    private Path reference() {
        Path reference = CniPlugin.referenceDirectory().orElse(Path.of("")).resolve("bandwidth");
        assumeTrue(Files.isExecutable(reference), "no reference bandwidth: HAWSER_PEER_DIR names its directory");
        return reference;
    }

    @Test
    void theKernelIsToldWhatTheReferenceTellsIt() {
        Path reference = reference();
        Answer bridged = bridged(pod);
        Conf conf = bandwidth(bridged);

        Answer ours = node.add(conf, pod);
        List<String> shape = shape();
        node.delete(conf, pod).succeeded();
        Answer theirs = node.call("ADD", conf, pod).withFile(reference).answer();

        assertEquals(4, shape.size(), shape::toString);
        assertEquals(shape(), shape);
        assertEquals(
                Json.texts(theirs.result().path("interfaces"), "name"),
                Json.texts(ours.result().path("interfaces"), "name"));
    }

    @Test
    void delLeavesNothingAlsoOfAVethThatLivesOn() {
        Answer bridged = bridged(pod);
        Remains before = node.remains();
        Conf conf = bandwidth(bridged);

        Answer added = node.add(conf, pod);
        Answer checked = node.check(conf, pod, added);
        node.delete(conf, pod).succeeded();

        checked.succeeded();
        assertEquals(before, node.remains());
        assertEquals(List.of(), shape());
        assertTrue(pod.netns().reaches(GATEWAY));
    }

    @Test
    void delAfterTheBridgesNeedsNothingOfThePod() {
        Answer bridged = bridged(pod);
        node.add(bandwidth(bridged), pod).result();
        node.delete(node.gateway(), pod, bridged).succeeded();
        pod.netns().close();

        node.delete(bandwidth(bridged).without("prevResult"), pod).succeeded();

        assertEquals(List.of("cni0"), node.ip().linkNames());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theReferenceAndHawserDeleteWhatTheOtherMade(boolean addedByReference) {
        Path reference = reference();
        Path ours = node.plugins().resolve("bandwidth");
        Answer bridged = bridged(pod);
        List<String> before = node.ip().linkNames();
        Conf conf = bandwidth(bridged);

        Answer added = node.call("ADD", conf, pod)
                .withFile(addedByReference ? reference : ours)
                .answer();
        List<String> links = node.ip().linkNames();
        Answer checked = node.call("CHECK", conf.with("prevResult", added.result()), pod)
                .withFile(addedByReference ? ours : reference)
                .answer();
        node.call("DEL", conf, pod)
                .withFile(addedByReference ? ours : reference)
                .answer()
                .succeeded();

        assertNotEquals(before, links);
        checked.succeeded();
        assertEquals(before, node.ip().linkNames());
    }

    @Test
    void checkSeesWhatTheReferenceDoesNot() {
        Conf conf = bandwidth(bridged(pod));
        Answer added = node.add(conf, pod);
        String ifb = Json.texts(added.result().path("interfaces"), "name").getLast();
        tc("qdisc", "delete", "dev", pod.hostVeth(), "root");
        tc(
                "qdisc", "replace", "dev", ifb, "root", "handle", "1:", "tbf", "rate", "1mbit", "burst", "10kb",
                "limit", "1mb");

        Answer checked = node.check(conf, pod, added);

        checked.fault()
                .is(
                        Answer.INTERNAL,
                        "the tbf of " + pod.hostVeth() + " is gone",
                        "egress: " + ifb + " has tbf rate 125000bps",
                        "instead of tbf rate 1000000bps burst 200000b limit 225000b");
    }

    @Test
    void bothInterfacesOfAContainerAreLimited() {
        Pod second = pod.withIfName("eth1");
        Conf first = bandwidth(bridged(pod));
        Conf other = bandwidth(bridged(second));

        Answer one = node.add(first, pod);
        Answer two = node.add(other, second);
        Answer repeated = node.add(other, second);
        node.check(first, pod, one).succeeded();
        node.check(other, second, two).succeeded();
        node.delete(other, second).succeeded();
        Answer checked = node.check(first, pod, one);

        assertEquals(two.result(), repeated.result());
        assertNotEquals(
                Json.texts(one.result().path("interfaces"), "name").getLast(),
                Json.texts(two.result().path("interfaces"), "name").getLast());
        checked.succeeded();
    }

    @Test
    void gcRemovesTheIfbOfAPodThatIsNoMore() {
        Conf conf = bandwidth(bridged(pod)).with("cniVersion", "1.1.0").without("prevResult.cniVersion");
        Pod gone = node.pod();
        Conf goneConf = bandwidth(bridged(gone)).with("cniVersion", "1.1.0").without("prevResult.cniVersion");
        String kept = Json.texts(node.add(conf, pod).result().path("interfaces"), "name")
                .getLast();
        String removed = Json.texts(node.add(goneConf, gone).result().path("interfaces"), "name")
                .getLast();

        node.collect(conf, pod).succeeded();

        assertTrue(node.ip().hasLink(kept));
        assertTrue(!node.ip().hasLink(removed), removed);
    }

    @Test
    void bothDirectionsReallyKeepToTheirRates() throws Exception {
        Answer bridged = bridged(pod);
        Conf conf = bandwidth(bridged).with("egressRate", 4_000_000).with("egressBurst", 800_000);
        Duration freeIn = Transfer.ofMegabyte(node.host(), pod.netns(), "10.88.0.2");
        Duration freeOut = Transfer.ofMegabyte(pod.netns(), node.host(), GATEWAY);

        node.add(conf, pod).result();
        Duration in = Transfer.ofMegabyte(node.host(), pod.netns(), "10.88.0.2");
        Duration out = Transfer.ofMegabyte(pod.netns(), node.host(), GATEWAY);
        node.delete(conf, pod).succeeded();
        Duration freeAgain = Transfer.ofMegabyte(pod.netns(), node.host(), GATEWAY);

        String times = "free " + freeIn + " and " + freeOut + ", limited " + in + " and " + out + ", then " + freeAgain;
        assertTrue(in.compareTo(LIMITED_AT_LEAST) > 0, times);
        assertTrue(out.compareTo(LIMITED_AT_LEAST) > 0, times);
        assertTrue(freeIn.compareTo(in) < 0, times);
        assertTrue(freeOut.compareTo(out) < 0, times);
        assertTrue(freeAgain.compareTo(out) < 0, times);
    }
}
