package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code sbr} on a real kernel: an answer leaves by the interface that the question came in by. */
@Timeout(120)
class SbrTest {

    @RegisterExtension
    final TestNode node = new TestNode();

    private final Pod pod = node.pod();

    /** The second network of a pod, after {@link TestNode#dualStack}. */
    private final Conf second =
            node.dualStack().with("name", "net2").with("bridge", "cni2").withJson("ipam.ranges", """
                    [[{"subnet": "10.89.0.0/24"}], [{"subnet": "fd00:89::/64"}]]""");

    private final Conf sbr = Conf.parse("""
            {"cniVersion": "1.1.0", "name": "net2", "type": "sbr"}""");

    private Conf chained(Answer added) {
        return sbr.with("prevResult", added.result());
    }

    @Test
    void theSourceDecidesTheWay() {
        World world = node.world();
        world.netns().ip("route add 10.88.0.0/16 via " + World.NODE);
        world.netns().ip("route add 10.89.0.0/16 via " + World.NODE);
        node.add(node.dualStack(), pod).result();
        Pod other = pod.withIfName("net1");
        Answer added = node.add(second.with("isDefaultGateway", false).with("isGateway", true), other);
        // The node refuses what comes in by another way than it would go out by.
        node.host().setSysctl("net/ipv4/conf/cni0/rp_filter", "1");
        boolean silent = world.netns().cannotReach("10.89.0.2");

        node.add(chained(added), other).result();

        assertTrue(silent, "without sbr, net1's answers leave by eth0, the default");
        assertTrue(world.netns().reaches("10.89.0.2"));
        assertTrue(world.netns().reaches("10.88.0.2"));
        assertTrue(pod.netns()
                .output("ip", "route", "get", World.ADDRESS, "from", "10.89.0.2")
                .contains("dev net1"));
        assertTrue(pod.netns()
                .output("ip", "route", "get", World.ADDRESS, "from", "10.88.0.2")
                .contains("dev eth0"));
    }

    @Test
    void eachAddressHasARuleAndATable() {
        Answer added = node.add(second, pod);

        node.add(chained(added), pod).result();

        assertEquals(List.of("10.89.0.2 100", "fd00:89::2 101"), rules(pod));
        assertEquals(
                List.of("10.89.0.0/24 dev eth0", "default via 10.89.0.1 dev eth0"),
                pod.ip().routes("100"));
        assertEquals(
                List.of("default via fd00:89::1 dev eth0", "fd00:89::/64 dev eth0"),
                pod.ip().routes("101"));
        assertEquals(List.of(), pod.ip().routes());
        node.check(sbr, pod, added).succeeded();
        node.check(second, pod, added).succeeded();
    }

    @Test
    void sourceHintsStayInTableMain() {
        Answer added = node.add(second, pod);

        node.add(chained(added).with("addSourceHints", true), pod).result();

        assertEquals(
                List.of("10.89.0.0/24 dev eth0", "fd00:89::/64 dev eth0"),
                pod.ip().routes());
        assertTrue(pod.netns().output("ip", "-6", "route", "show").contains("src fd00:89::2"));
    }

    @Test
    void theReferenceMakesTheSame() {
        Pod theirs = node.pod();
        Answer ours = node.add(second, pod);
        Answer others = node.add(second, theirs);

        node.add(chained(ours), pod).result();
        reference("ADD", chained(others), theirs).result();

        assertEquals(rules(pod), unshifted(rules(theirs).stream()));
        assertEquals(
                pod.ip().routes("100"),
                unshifted(theirs.ip().routes("100").stream().filter(SbrTest::isIpv4)));
        assertEquals(pod.ip().routes("101"), unshifted(theirs.ip().routes("101").stream()));
        assertEquals(pod.ip().routes(), unshifted(theirs.ip().routes().stream()));
    }

    /** The reference puts the IPv6 routes into the IPv4 address' table too. */
    private static boolean isIpv4(String route) {
        return !route.contains(":");
    }

    /** In the words of the first pod. */
    private static List<String> unshifted(Stream<String> words) {
        return words.map(text -> text.replace("10.89.0.3", "10.89.0.2").replace("fd00:89::3", "fd00:89::2"))
                .toList();
    }

    @Test
    void eitherDeletesWhatTheOtherMade() {
        Answer added = node.add(second, pod);
        node.add(chained(added), pod).result();

        reference("DEL", chained(added), pod).succeeded();
        List<String> byReference = rules(pod);
        node.delete(second, pod, added).succeeded();
        Answer again = node.add(second, pod);
        reference("ADD", chained(again), pod).result();
        node.delete(chained(again), pod).succeeded();

        assertEquals(List.of(), byReference);
        assertEquals(List.of(), rules(pod));
    }

    @Test
    void delToleratesAMissingNamespaceAndMakesNoFileInItsPlace() {
        Path nowhere = node.directory().resolve("no-such-netns");

        node.call("DEL", sbr, pod)
                .with("CNI_NETNS", nowhere.toString())
                .answer()
                .succeeded();
        node.call("DEL", sbr, pod).without("CNI_NETNS").answer().succeeded();
        node.delete(sbr, pod).succeeded();

        assertFalse(Files.exists(nowhere));
    }

    private Answer reference(String verb, Conf conf, Pod container) {
        Path file = CniPlugin.referenceDirectory().orElse(Path.of("")).resolve(conf.type());
        assumeTrue(Files.isExecutable(file), "the reference's " + conf.type() + " is not here: " + file);
        return node.call(verb, conf, container).withFile(file).answer();
    }

    /** Those from one address, each with its table. */
    private static List<String> rules(Pod container) {
        return Stream.of("-4", "-6")
                .flatMap(family ->
                        Json.elements(Json.parse(container.netns().output("ip", family, "-j", "rule", "show")))
                                .stream())
                .filter(rule -> !rule.path("src").asString().equals("all"))
                .map(rule ->
                        rule.path("src").asString() + " " + rule.path("table").asString())
                .toList();
    }
}
