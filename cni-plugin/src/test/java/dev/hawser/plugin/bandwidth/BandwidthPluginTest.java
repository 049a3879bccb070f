package dev.hawser.plugin.bandwidth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.LinkKind;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.Qdisc;
import dev.hawser.kernel.QdiscChange;
import dev.hawser.kernel.Side;
import dev.hawser.kernel.Tbf;
import dev.hawser.run.Namespaces;
import dev.hawser.run.TestNode;
import dev.hawser.run.TestNode.Ended;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BandwidthPluginTest {

    private static final String BOTH = conf(
            "\"ingressRate\": 8000000, \"ingressBurst\": 80000, \"egressRate\": 16000000, \"egressBurst\": 160000");
    private static final String INGRESS = conf("\"ingressRate\": 8000000, \"ingressBurst\": 80000");
    private static final String NO_LIMITS = conf("\"ingressRate\": 0");

    /** As the reference plugin calls it for network net and container c1. */
    private static final String IFB = "bwp623e1c388032";

    private final TestNode node = nodeWithPod();

    private static TestNode nodeWithPod() {
        TestNode node = new TestNode();
        addPod(node, "veth1", "eth0");
        return node;
    }

    private static void addPod(TestNode node, String host, String pod) {
        node.kernel.apply(
                Side.HOST,
                new LinkChange.AddVeth(
                        host,
                        MacAddress.parse("02:00:00:00:00:01"),
                        Optional.empty(),
                        Side.POD,
                        pod,
                        MacAddress.parse("02:00:00:00:00:02"),
                        OptionalInt.of(1400)));
    }

    private static String conf(String members) {
        return """
                {"cniVersion": "1.1.0", "name": "net", "type": "bandwidth",
                 "prevResult": {"cniVersion": "1.1.0", "interfaces": [
                    {"name": "cni0"}, {"name": "veth1"}, {"name": "eth0", "sandbox": "/var/run/netns/pod"}]},
                """ + members + "}";
    }

    private static Qdisc tbf(long bytesPerSecond, long burstBytes, int latencyMillis) {
        return new Qdisc(
                "tbf", Qdisc.OURS, Optional.of(Tbf.of(bytesPerSecond, burstBytes, Duration.ofMillis(latencyMillis))));
    }

    private List<Qdisc> qdiscs(String link) {
        return node.kernel.qdiscs(Side.HOST, link);
    }

    private List<String> appliedSince(int before) {
        return node.kernel.applied().stream().skip(before).map(Object::toString).toList();
    }

    @Test
    void addTakesTheseStepsInThisOrder() {
        int before = node.kernel.applied().size();

        Ended ended = node.call("ADD", "bandwidth", BOTH);

        assertEquals(0, ended.exitStatus(), ended.stdout());
        String mac = node.kernel.linkOrThrow(Side.HOST, IFB).mac().orElseThrow().toString();
        assertEquals(
                List.of(
                        "tc qdisc replace dev veth1 root handle 1: tbf rate 1000000bps burst 10000b limit 35000b",
                        "ip link add " + IFB + " mtu 1400 address " + mac + " type ifb",
                        "ip link set " + IFB + " alias 'net/c1/eth0'",
                        "tc qdisc replace dev " + IFB + " root handle 1: tbf rate 2000000bps burst 20000b limit 70000b",
                        "ip link set " + IFB + " up",
                        "tc qdisc add dev veth1 ingress",
                        "tc filter replace dev veth1 parent ffff: protocol all prio 1 handle 800::800 u32 match u32 0 0"
                                + " flowid 1:1 action mirred egress redirect dev " + IFB),
                appliedSince(before));
    }

    @Test
    void theResultHasTheIfbAtItsEnd() {
        Ended ended = node.call("ADD", "bandwidth", BOTH);

        String mac = node.kernel.linkOrThrow(Side.HOST, IFB).mac().orElseThrow().toString();
        String interfaces = ended.stdout().replaceAll("\\s", "");
        assertTrue(interfaces.contains("{\"mac\":\"" + mac + "\",\"name\":\"" + IFB + "\"}]"), ended.stdout());
        assertTrue(interfaces.contains("[{\"name\":\"cni0\"},{\"name\":\"veth1\"},"), ended.stdout());
    }

    @ParameterizedTest
    @ValueSource(strings = {"BOTH", "INGRESS"})
    void whicheverStepFailsNothingIsLeft(String which) {
        int failures = 0;
        for (int n = 1; ; n++) {
            TestNode fresh = nodeWithPod();
            fresh.kernel.failOn(n);

            Ended ended = fresh.call("ADD", "bandwidth", which.equals("BOTH") ? BOTH : INGRESS);

            if (ended.exitStatus() == 0) {
                break;
            }
            failures++;
            assertNothingLeft(fresh, "after step " + n + " failed: " + ended.stdout());
        }
        assertEquals(which.equals("BOTH") ? 7 : 1, failures);
    }

    private static void assertNothingLeft(TestNode node, String when) {
        assertEquals(List.of(), node.kernel.qdiscs(Side.HOST, "veth1"), when);
        assertEquals(List.of(), ifbs(node), when);
        assertEquals(List.of(), node.log, when);
    }

    private static List<String> ifbs(TestNode node) {
        return node.kernel.links(Side.HOST).stream()
                .filter(link -> link.is("ifb"))
                .map(Link::name)
                .toList();
    }

    @Test
    void aRepeatedAddChangesNothing() {
        Ended first = node.call("ADD", "bandwidth", BOTH);
        int before = node.kernel.applied().size();

        Ended second = node.call("ADD", "bandwidth", BOTH);

        assertEquals(first, second);
        assertEquals(List.of("ip link set " + IFB + " up"), appliedSince(before));
    }

    @Test
    void anAddWithOtherLimitsThatFailsLeavesTheFirstOnes() {
        node.call("ADD", "bandwidth", BOTH);
        String faster = BOTH.replace("8000000", "9000000").replace("16000000", "99000000");
        node.kernel.failOn(3);

        Ended failed = node.call("ADD", "bandwidth", faster);
        List<Qdisc> afterwards = qdiscs("veth1");
        Ended repeated = node.call("ADD", "bandwidth", faster);

        assertEquals(1, failed.exitStatus(), failed.stdout());
        assertTrue(afterwards.contains(tbf(1_000_000, 10_000, 25)), afterwards.toString());
        assertEquals(0, repeated.exitStatus(), repeated.stdout());
        assertTrue(qdiscs("veth1").contains(tbf(1_125_000, 10_000, 25)));
    }

    @Test
    void theRuntimesLimitsCountIfTheConfigurationHasNone() {
        node.call("ADD", "bandwidth", conf("""
                "runtimeConfig": {"bandwidth": {"ingressRate": 16000000, "ingressBurst": 160000}}"""));

        assertEquals(List.of(tbf(2_000_000, 20_000, 25)), qdiscs("veth1"));
    }

    @Test
    void theRuntimesLimitsDoNotCountIfTheConfigurationHasAny() {
        Ended ended = node.call("ADD", "bandwidth", conf("""
                "egressRate": 0, "runtimeConfig": {"bandwidth": {"ingressRate": 16000000, "ingressBurst": 160000}}"""));

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertNothingLeft(node, "without limits");
    }

    @Test
    void theLatencyCanBeChosen() {
        node.call("ADD", "bandwidth", conf("""
                "latencyMillis": 100,
                "runtimeConfig": {"bandwidth": {"ingressRate": 8000000, "ingressBurst": 80000}}"""));

        assertEquals(List.of(tbf(1_000_000, 10_000, 100)), qdiscs("veth1"));
        assertEquals(110_000, qdiscs("veth1").getFirst().tbf().orElseThrow().limitBytes());
    }

    @Test
    void withoutLimitsTheResultPassesThrough() {
        int before = node.kernel.applied().size();

        Ended ended = node.call("ADD", "bandwidth", NO_LIMITS);

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertTrue(ended.stdout().contains("veth1"), ended.stdout());
        assertEquals(List.of(), appliedSince(before));
        assertEquals(new Ended(0, ""), node.call("CHECK", "bandwidth", NO_LIMITS));
        assertEquals(new Ended(0, ""), node.call("DEL", "bandwidth", NO_LIMITS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"BOTH", "NO_LIMITS"})
    void withoutPrevResultItSaysSo(String which) {
        String conf = which.equals("BOTH") ? BOTH : NO_LIMITS;

        Ended ended = node.call("ADD", "bandwidth", conf.replace("prevResult", "other"));

        assertEquals(1, ended.exitStatus());
        assertTrue(ended.stdout().contains("Required prevResult missing"), ended.stdout());
    }

    @ParameterizedTest
    @CsvSource({
        "'\"ingressRate\": 8000', 'ingressBurst: if rate is set, burst must also be set'",
        "'\"ingressBurst\": 8000', 'ingressRate: if burst is set, rate must also be set'",
        "'\"egressRate\": 8000', 'egressBurst: if rate is set, burst must also be set'",
        "'\"egressRate\": 8, \"egressBurst\": 34359738360', 'egressBurst: burst cannot be more than 4GB'",
        "'\"egressRate\": 7, \"egressBurst\": 800', 'egressRate: is less than a byte'",
        "'\"egressRate\": -1, \"egressBurst\": 1.5', 'egressRate: -1 is out of range'",
        "'\"egressRate\": -1, \"egressBurst\": 1.5', 'egressBurst: 1.5 is not a whole number'",
        "'\"latencyMillis\": 0', 'latencyMillis: 0 is out of range'",
        "'\"runtimeConfig\": {\"bandwidth\": {\"ingressRate\": 8}}',"
                + " 'runtimeConfig.bandwidth.ingressBurst: if rate is set, burst must also be set'",
    })
    void aFaultIsNamedWithItsKey(String members, String fault) {
        Ended ended = node.call("ADD", "bandwidth", conf(members));

        assertEquals(1, ended.exitStatus());
        assertTrue(ended.stdout().contains(fault), ended.stdout());
    }

    @Test
    void itSpeaksNoVersionThatHasNoInterfaces() {
        Ended ended = node.call("ADD", "bandwidth", BOTH.replace("1.1.0", "0.2.0"));

        assertTrue(ended.stdout().contains("incompatible CNI versions"), ended.stdout());
        assertTrue(ended.stdout().contains("plugin supports [\\\"0.3.0\\\" "), ended.stdout());
    }

    @Test
    void anInterfaceThatCannotBeShapedIsNamed() {
        String none = BOTH.replaceAll("(?s)\"interfaces\": \\[.*?\\]", "\"interfaces\": []");
        String elsewhere = BOTH.replace("\"veth1\"", "\"other\"");

        Ended noInterfaces = node.call("ADD", "bandwidth", none);
        Ended notNamed = node.call("ADD", "bandwidth", elsewhere);
        node.kernel.apply(Side.POD, new LinkChange.DeleteLink("eth0"));
        Ended gone = node.call("ADD", "bandwidth", BOTH);
        node.kernel.apply(
                Side.POD, new LinkChange.AddLink("eth0", new LinkKind.Dummy(), Optional.empty(), OptionalInt.empty()));
        Ended noVeth = node.call("ADD", "bandwidth", BOTH);

        assertTrue(noInterfaces.stdout().contains("no interfaces provided"), noInterfaces.stdout());
        assertTrue(
                notNamed.stdout().contains("no veth peer of container interface found in host ns"), notNamed.stdout());
        assertTrue(gone.stdout().contains("eth0 in the container: no such link"), gone.stdout());
        assertTrue(noVeth.stdout().contains("container interface eth0 has no veth peer"), noVeth.stdout());
    }

    @Test
    void aPeerThatIsNotOnTheHostIsNamed() {
        node.kernel.apply(Side.POD, new LinkChange.DeleteLink("eth0"));
        node.kernel.apply(
                Side.POD,
                new LinkChange.AddVeth(
                        "eth0",
                        MacAddress.parse("02:00:00:00:00:01"),
                        Optional.empty(),
                        Side.POD,
                        "other",
                        MacAddress.parse("02:00:00:00:00:02"),
                        OptionalInt.empty()));
        int index = node.kernel.linkOrThrow(Side.POD, "other").index();

        Ended ended = node.call("ADD", "bandwidth", BOTH);

        assertTrue(ended.stdout().contains("veth peer with index " + index + " is not in host ns"), ended.stdout());
    }

    @Test
    void aQdiscOfSomebodyElseIsNotReplaced() {
        Qdisc other = new Qdisc("fq", 0x8001_0000, Optional.empty());
        node.kernel.addQdisc(Side.HOST, "veth1", other);

        Ended ended = node.call("ADD", "bandwidth", BOTH);

        assertEquals(1, ended.exitStatus());
        assertTrue(ended.stdout().contains("it has a qdisc fq"), ended.stdout());
        assertEquals(List.of(other), qdiscs("veth1"));
    }

    @Test
    void theSecondInterfaceOfAContainerHasAnIfbOfItsOwn() {
        addPod(node, "veth2", "eth1");
        node.call("ADD", "bandwidth", BOTH);
        String second = BOTH.replace("veth1", "veth2").replace("eth0", "eth1");
        node.environment.put("CNI_IFNAME", "eth1");

        Ended added = node.call("ADD", "bandwidth", second);
        Ended repeated = node.call("ADD", "bandwidth", second);
        List<String> both = ifbs(node);
        Ended checked = node.call("CHECK", "bandwidth", second);
        Ended deleted = node.call("DEL", "bandwidth", second);

        assertEquals(0, added.exitStatus(), added.stdout());
        assertEquals(added, repeated);
        assertEquals(List.of(IFB, Ifb.names(new Attachment("net", "c1", "eth1")).getLast()), both);
        assertEquals(new Ended(0, ""), checked);
        assertEquals(new Ended(0, ""), deleted);
        assertEquals(List.of(IFB), ifbs(node));
        node.environment.put("CNI_IFNAME", "eth0");
        assertEquals(new Ended(0, ""), node.call("CHECK", "bandwidth", BOTH));
    }

    @Test
    void anIfbOfTheReferenceIsTakenOver() {
        node.kernel.apply(Side.HOST, ifb(IFB));
        node.kernel.apply(Side.HOST, new QdiscChange.AddIngress("veth1"));
        node.kernel.apply(Side.HOST, new QdiscChange.Redirect("veth1", IFB));

        Ended ended = node.call("ADD", "bandwidth", BOTH);

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertEquals(List.of(IFB), ifbs(node));
        assertEquals(List.of(tbf(2_000_000, 20_000, 25)), qdiscs(IFB));
    }

    private static LinkChange ifb(String name) {
        return new LinkChange.AddLink(name, new LinkKind.Ifb(), Optional.empty(), OptionalInt.empty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"PRESENT", "MISSING", "NOT_A_NAMESPACE"})
    void delTakesEverythingDownAlsoWhenTheVethLivesOn(String state) {
        node.call("ADD", "bandwidth", BOTH);
        node.netnsState = Namespaces.State.valueOf(state);

        Ended ended = node.call("DEL", "bandwidth", BOTH);

        assertEquals(new Ended(0, ""), ended);
        assertNothingLeft(node, "after DEL");
        assertEquals(new Ended(0, ""), node.call("DEL", "bandwidth", BOTH));
    }

    @Test
    void delNeedsNeitherPrevResultNorVethNorLimits() {
        node.call("ADD", "bandwidth", BOTH);
        node.kernel.apply(Side.POD, new LinkChange.DeleteLink("eth0"));

        Ended ended = node.call("DEL", "bandwidth", NO_LIMITS.replace("prevResult", "other"));

        assertEquals(new Ended(0, ""), ended);
        assertEquals(List.of(), ifbs(node));
    }

    @Test
    void delTakesTheReferencesIfbDown() {
        node.kernel.apply(Side.HOST, ifb(IFB));

        Ended ended = node.call("DEL", "bandwidth", BOTH);

        assertEquals(new Ended(0, ""), ended);
        assertEquals(List.of(), ifbs(node));
    }

    @Test
    void delLeavesWhatIsSomebodyElses() {
        node.kernel.apply(Side.HOST, ifb(IFB));
        node.kernel.apply(Side.HOST, new LinkChange.SetAlias(IFB, "net/c1/eth7"));
        node.kernel.apply(Side.HOST, ifb("other"));
        node.kernel.apply(Side.HOST, new QdiscChange.AddIngress("veth1"));
        node.kernel.apply(Side.HOST, new QdiscChange.Redirect("veth1", "other"));

        Ended ended = node.call("DEL", "bandwidth", BOTH);

        assertEquals(new Ended(0, ""), ended);
        assertEquals(List.of(IFB, "other"), ifbs(node));
        assertEquals(1, qdiscs("veth1").size());
    }

    @Test
    void delGoesOnWhereItCanWhenSomethingFails() {
        for (int n = 1; n <= 3; n++) {
            TestNode fresh = nodeWithPod();
            fresh.call("ADD", "bandwidth", BOTH);
            int before = fresh.kernel.applied().size();
            fresh.kernel.failOn(n);

            Ended failed = fresh.call("DEL", "bandwidth", BOTH);
            int carriedOut = fresh.kernel.applied().size() - before;
            Ended repeated = fresh.call("DEL", "bandwidth", BOTH);

            assertEquals(1, failed.exitStatus());
            assertEquals(2, carriedOut);
            assertEquals(new Ended(0, ""), repeated);
            assertNothingLeft(fresh, "after the second DEL");
        }
    }

    @Test
    void checkIsContentRightAfterAdd() {
        Ended added = node.call("ADD", "bandwidth", BOTH);

        Ended ended = node.call(
                "CHECK",
                "bandwidth",
                BOTH.replaceAll("(?s)\"prevResult\": .*?\\]}", "\"prevResult\": " + added.stdout()));

        assertEquals(new Ended(0, ""), ended);
    }

    @Test
    void checkNamesEverythingThatIsNotSo() {
        node.call("ADD", "bandwidth", BOTH);
        node.kernel.apply(Side.HOST, new QdiscChange.DeleteTbf("veth1"));
        node.kernel.apply(Side.HOST, new QdiscChange.SetTbf(IFB, Tbf.of(2_000_000, 20_000, Duration.ofMillis(50))));
        node.kernel.apply(Side.HOST, new QdiscChange.DeleteIngress("veth1"));
        node.kernel.apply(Side.HOST, new LinkChange.SetDown(IFB));

        Ended ended = node.call("CHECK", "bandwidth", BOTH);

        assertEquals(1, ended.exitStatus());
        for (String part : List.of(
                "ingress is not limited: the tbf of veth1 is gone",
                "egress: " + IFB + " has tbf rate 2000000bps burst 20000b limit 120000b instead of tbf rate 2000000bps"
                        + " burst 20000b limit 70000b",
                "veth1 does not redirect to " + IFB,
                IFB + " is down")) {
            assertTrue(ended.stdout().contains(part), part + " in " + ended.stdout());
        }
    }

    @Test
    void checkMissesTheIfb() {
        node.call("ADD", "bandwidth", BOTH);
        node.kernel.apply(Side.HOST, new LinkChange.DeleteLink(IFB));

        Ended ended = node.call("CHECK", "bandwidth", BOTH);

        assertTrue(ended.stdout().contains("egress is not limited: the ifb " + IFB + " is gone"), ended.stdout());
        assertFalse(ended.stdout().contains("ingress is"), ended.stdout());
    }

    @Test
    void gcKeepsTheIfbsOfValidAttachmentsAndWhatIsNotOurs() {
        for (String name : List.of("ours", "stale", "reference", "foreign")) {
            node.kernel.apply(Side.HOST, ifb(name));
        }
        node.kernel.apply(Side.HOST, new LinkChange.SetAlias("ours", "net/c1/eth0"));
        node.kernel.apply(Side.HOST, new LinkChange.SetAlias("stale", "net/c2/eth0"));
        node.kernel.apply(Side.HOST, new LinkChange.SetAlias("foreign", "other/c2/eth0"));

        Ended ended = node.call("GC", "bandwidth", conf("""
                "cni.dev/valid-attachments": [{"containerID": "c1", "ifname": "eth0"}]"""));

        assertEquals(new Ended(0, ""), ended);
        assertEquals(List.of("ours", "reference", "foreign"), ifbs(node));
        assertEquals(new Ended(0, ""), node.call("STATUS", "bandwidth", BOTH));
    }

    @Test
    void aBurstThatNoPacketFitsInIsWorthALine() {
        node.call("ADD", "bandwidth", conf("\"ingressRate\": 8000000, \"ingressBurst\": 8000"));

        assertEquals(
                List.of("ingressBurst is 1000 bytes, less than the MTU of 1400: larger packets will be dropped"),
                node.log);
    }

    @Test
    void burstsWithoutEndAsKubernetesRuntimesAskForThemAreAsLongAsTheyCanBe() {
        Ended ended = node.call("ADD", "bandwidth", conf("\"ingressRate\": 10000000, \"ingressBurst\": 4294967295"));

        Tbf tbf = qdiscs("veth1").getFirst().tbf().orElseThrow();
        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertEquals(new Tbf(1_250_000, 0xffff_ffffL, 31_250 + 536_870_911), tbf);
    }
}
