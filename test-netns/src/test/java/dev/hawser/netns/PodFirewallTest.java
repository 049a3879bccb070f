package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The firewall plugin after the bridge plugin, on a node whose iptables drops what is forwarded, as docker's does. */
class PodFirewallTest extends PodFirewall {

    // ---- What passes

    @ParameterizedTest
    @ValueSource(strings = {"nftables", "iptables", ""})
    void aPodAndTheWorldReachEachOtherFromAddToDelAlthoughForwardDrops(String backend) {
        World world = worldThatKnowsPods();
        Answer attached = node.add(node.dualStack(), pod);
        dropForwarded();
        assertTrue(pod.netns().cannotReach(World.ADDRESS));

        Answer added = node.add(after(attached, by(backend)), pod);

        assertEquals(attached.result(), added.result());
        assertTrue(pod.netns().reaches(World.ADDRESS));
        assertTrue(pod.netns().reaches(World.ADDRESS6));
        assertTrue(world.netns().cannotReach("10.88.0.2"), "only answers come in");
        node.check(by(backend), pod, added).succeeded();
        node.delete(by(backend), pod, added).succeeded();
        assertTrue(pod.netns().cannotReach(World.ADDRESS));
        assertTrue(pod.netns().cannotReach(World.ADDRESS6));
        assertTrue(node.check(by(backend), pod, added).fault().text().contains("10.88.0.2"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nftables", "iptables"})
    void rulesOfTheAdministratorDecideFirst(String backend) {
        worldThatKnowsPods();
        dropForwarded();
        attach(pod, node.dualStack(), by(backend));
        assertTrue(pod.netns().reaches(World.ADDRESS));

        node.host().output("iptables", "-A", "CNI-ADMIN", "-d", World.ADDRESS, "-j", "DROP");

        assertTrue(pod.netns().cannotReach(World.ADDRESS));
        assertTrue(pod.netns().reaches(World.ADDRESS6));
        attach(other, node.dualStack(), by(backend));
        assertTrue(other.netns().cannotReach(World.ADDRESS), "the next ADD leaves them alone");
    }

    @Test
    void theBitOfTheMarkLivesOnlyWhileIptablesLooks() {
        worldThatKnowsPods();
        attach(pod, node.dualStack(), firewall);
        node.host().output("nft", """
                table inet probe {
                  chain before { type filter hook forward priority 0; meta mark & 0x1000 == 0x1000 counter; }
                  chain after { type filter hook forward priority 2; meta mark & 0x1000 == 0x1000 counter; }
                  chain out { type filter hook postrouting priority 200; ip daddr 192.0.2.2 meta mark != 0 counter; }
                }""");

        assertTrue(pod.netns().reaches(World.ADDRESS));

        assertTrue(!counter("before").contains("packets 0 "), () -> counter("before"));
        assertTrue(counter("after").contains("packets 0 "), () -> counter("after"));
        assertTrue(counter("out").contains("packets 0 "), () -> counter("out"));
    }

    private String counter(String chain) {
        return node.host().output("nft", "list", "chain", "inet", "probe", chain);
    }

    @Test
    void aPodIsOneElementInEachFamilyAndItsCommentSaysWhose() {
        attach(pod, node.dualStack(), firewall);
        int rules = node.nft().all("rule").size();

        attach(other, node.dualStack(), firewall);

        assertEquals(rules, node.nft().all("rule").size());
        List<String> elements = node.nft().elements("inet hawser", "forwarded4");
        assertEquals(2, elements.size(), elements::toString);
        assertTrue(elements.getFirst().contains("\"10.88.0.2\""), elements::toString);
        assertTrue(elements.getFirst().contains("\"net1/" + pod.containerId() + "/eth0\""), elements::toString);
        assertEquals(2, node.nft().elements("inet hawser", "forwarded6").size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"nftables", "iptables"})
    void podsThatAreTheFirstTogetherAreAllLetThrough(String backend) {
        List<Pod> pods = IntStream.range(0, 8).mapToObj(number -> node.pod()).toList();
        List<Answer> attached =
                pods.stream().map(one -> node.add(node.dualStack(), one)).toList();

        List<FutureTask<Answer>> calls = IntStream.range(0, pods.size())
                .mapToObj(one -> new FutureTask<>(() -> node.add(after(attached.get(one), by(backend)), pods.get(one))))
                .toList();
        calls.forEach(call -> Thread.ofPlatform().start(call));
        List<Answer> added = calls.stream().map(PodFirewallTest::result).toList();

        for (int one = 0; one < pods.size(); one++) {
            added.get(one).result();
            node.check(by(backend), pods.get(one), added.get(one)).succeeded();
        }
        long entrances = filterRules("iptables").stream()
                .filter(rule -> rule.startsWith("-A FORWARD "))
                .count();
        assertEquals(1, entrances, () -> filterRules("iptables").toString());
    }

    private static Answer result(FutureTask<Answer> call) {
        try {
            return call.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        } catch (ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void iptablesIsNotTouchedForAFamilyThatHasNoAddress() {
        attach(pod, node.gateway(), by("iptables"));
        attach(other, node.gateway(), by("nftables"));

        assertEquals(List.of(), filterRules("ip6tables"));
    }

    @Test
    void delWithoutPrevResultFindsTheElementsAndGcThoseThatNobodyDeleted() {
        attach(pod, node.dualStack(), firewall);
        attach(other, node.dualStack(), firewall);

        node.delete(firewall, pod).succeeded();
        List<String> left = node.nft().elements("inet hawser", "forwarded4");
        node.collect(firewall).succeeded();

        assertEquals(1, left.size(), left::toString);
        assertTrue(left.getFirst().contains("10.88.0.3"), left::toString);
        assertEquals(List.of(), node.nft().elements("inet hawser", "forwarded4"));
        assertEquals(List.of(), node.nft().elements("inet hawser", "forwarded6"));
    }

    // ---- What must not pass

    @ParameterizedTest
    @ValueSource(strings = {"nftables", "iptables"})
    void podsOfOtherBridgesReachAPodOnlyIfThePolicyIsOpen(String backend) {
        Pod neighbour = node.pod();
        Answer here = node.add(node.dualStack(), pod);
        Answer beside = node.add(node.dualStack(), neighbour);
        Answer there = node.add(otherBridge(), other);

        Conf open = by(backend).with("ingressPolicy", "open");
        node.add(after(here, open), pod).result();
        node.add(after(there, open), other).result();
        assertTrue(other.netns().reaches("10.88.0.2"));
        assertTrue(other.netns().reaches("fd00:88::2"));

        Conf sameBridge = by(backend).with("ingressPolicy", "same-bridge");
        node.add(after(here, sameBridge), pod).result();
        node.add(after(beside, sameBridge), neighbour).result();
        Answer added = node.add(after(there, sameBridge), other);
        assertTrue(other.netns().cannotReach("10.88.0.2"));
        assertTrue(other.netns().cannotReach("fd00:88::2"));
        assertTrue(pod.netns().cannotReach("10.89.0.2"));
        assertTrue(neighbour.netns().reaches("10.88.0.2"));
        assertTrue(node.host().reaches("10.88.0.2"));
        node.check(sameBridge, other, added).succeeded();
    }

    /** What goes from one port of a bridge to another is forwarded by the node if it goes by way of the gateway. */
    @ParameterizedTest
    @ValueSource(strings = {"nftables", "iptables"})
    void whatTheNodeForwardsBackToAnIsolatedBridgeIsDropped(String backend) {
        Answer here = node.add(node.dualStack(), pod);
        Conf secondSubnet = node.gateway().withJson("ipam.ranges", """
                [[{"subnet": "fd00:89::/64"}]]""").with("name", "net2");
        Answer there = node.add(secondSubnet, other);
        there.result();
        Conf sameBridge = by(backend).with("ingressPolicy", "same-bridge");
        node.add(after(here, sameBridge), pod).result();
        assertTrue(other.netns().reaches("fd00:88::2"));

        Conf isolated = by(backend).with("ingressPolicy", "isolated");
        node.add(after(there, isolated), other).result();
        node.add(after(here, sameBridge), pod).result();

        assertTrue(other.netns().cannotReach("fd00:88::2"));
        assertTrue(node.host().reaches("fd00:88::2"));
    }

    @Test
    void anUnknownPolicyIsAFaultBeforeAnythingIsDone() {
        Answer attached = node.add(node.dualStack(), pod);
        Remains before = node.remains();

        node.add(after(attached, firewall.with("ingressPolicy", "shut")), pod)
                .fault()
                .is(Answer.INVALID_NETWORK_CONFIG, "ingressPolicy", "shut");

        assertEquals(before, node.remains());
    }

    // ---- From and to the reference

    @Test
    void delAndCheckOfOursKnowTheRulesOfTheReference() {
        Conf conf = after(node.add(node.dualStack(), pod), by("iptables"));
        Answer added = byReference("ADD", conf);
        List<String> made = filterRules("iptables");

        node.check(firewall, pod, added).succeeded();
        node.delete(firewall, pod, added).succeeded();

        assertTrue(made.toString().contains("10.88.0.2"), made::toString);
        assertNoRuleOf("iptables", "10.88.0.2");
        assertNoRuleOf("ip6tables", "fd00:88::2");
    }

    @Test
    void theRulesOfOursAreThoseOfTheReferenceWhichChecksAndDeletesThem() {
        Conf conf = after(node.add(node.dualStack(), pod), by("iptables").with("ingressPolicy", "isolated"));
        byReference("ADD", conf).result();
        List<String> theirs = filterRules("iptables");
        List<String> theirs6 = filterRules("ip6tables");
        node.host().output("sh", "-ec", "for tool in iptables ip6tables; do $tool -F; $tool -X; done");

        node.add(conf, pod).result();

        assertEquals(theirs, filterRules("iptables"));
        assertEquals(theirs6, filterRules("ip6tables"));
        byReference("CHECK", conf).succeeded();
        byReference("DEL", conf).succeeded();
        assertNoRuleOf("iptables", "10.88.0.2");
        assertNoRuleOf("ip6tables", "fd00:88::2");
    }

    @Test
    void podsOfBothLiveSideBySide() {
        worldThatKnowsPods();
        dropForwarded();
        byReference("ADD", after(node.add(node.dualStack(), pod), by("iptables")))
                .result();
        Answer added = attach(other, node.dualStack(), firewall);
        assertTrue(pod.netns().reaches(World.ADDRESS));
        assertTrue(other.netns().reaches(World.ADDRESS));

        node.delete(firewall, other, added).succeeded();

        assertTrue(pod.netns().reaches(World.ADDRESS));
        assertTrue(other.netns().cannotReach(World.ADDRESS));
    }

    private Answer byReference(String command, Conf conf) {
        Optional<Path> directory = CniPlugin.referenceDirectory();
        assumeTrue(
                directory
                        .filter(found -> Files.isExecutable(found.resolve("firewall")))
                        .isPresent(),
                "no reference plugins on this machine: install containernetworking-plugins, or name them with"
                        + " HAWSER_PEER_DIR");
        return node.call(command, conf, pod)
                .withFile(directory.orElseThrow().resolve("firewall"))
                .answer();
    }

    // ---- Words of this test

    private List<String> filterRules(String tool) {
        return node.host()
                .output(tool, "-w", "-S")
                .lines()
                .filter(line -> !line.startsWith("-P "))
                .toList();
    }

    private void assertNoRuleOf(String tool, String address) {
        List<String> rules = filterRules(tool);
        assertTrue(rules.stream().noneMatch(rule -> rule.contains(address)), rules::toString);
    }
}
