package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hawser.resident.ThisRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Somebody flushes the node's rules: a helper makes those of pods again at once, without one the next ADD does it. */
class FlushTest extends PodFirewall {

    @ParameterizedTest
    @ValueSource(strings = {"nftables", "iptables"})
    void theNextAddMendsWhatSomebodyFlushed(String backend) {
        assumeFalse(ThisRun.isThroughHelper() && backend.equals("nftables"), "a helper does not wait for the next ADD");
        worldThatKnowsPods();
        dropForwarded();
        Answer added = attach(pod, node.dualStack(), by(backend));
        node.host().output("iptables", "-F", "FORWARD");
        assertTrue(pod.netns().cannotReach(World.ADDRESS));
        assertEquals(1, node.check(by(backend), pod, added).exitStatus());

        attach(other, node.dualStack(), by(backend));

        assertTrue(pod.netns().reaches(World.ADDRESS));
        node.check(by(backend), pod, added).succeeded();
    }

    /** As a restart of docker, of firewalld or of nftables.service does it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "nft flush ruleset",
                "iptables -F; iptables -X; ip6tables -F; ip6tables -X",
                "nft flush table ip filter; nft flush table ip6 filter; nft flush table inet hawser"
            })
    void aHelperLetsPodsThroughAgainAfterAFlush(String flush) throws Exception {
        assumeTrue(ThisRun.isThroughHelper(), "without a helper, the next ADD does that");
        World world = worldThatKnowsPods();
        dropForwarded();
        attach(pod, node.dualStack().with("ipMasq", true), firewall);
        attach(other, otherBridge().with("ipMasq", true), firewall.with("name", "net2"));
        Remains before = node.remains();

        node.host().output("sh", "-ec", flush);
        dropForwarded();

        Patience.await(
                "both pods are let through again",
                () -> pod.netns().reaches(World.ADDRESS)
                        && pod.netns().reaches(World.ADDRESS6)
                        && other.netns().reaches(World.ADDRESS));
        assertTrue(world.netns().cannotReach("10.88.0.2"), "only answers come in");
        node.comesBackTo(before);
    }

    @Test
    void aHelperClosesBridgesAgainAfterAFlush() throws Exception {
        assumeTrue(ThisRun.isThroughHelper(), "without a helper, the next ADD does that");
        Conf sameBridge = firewall.with("ingressPolicy", "same-bridge");
        attach(pod, node.dualStack(), sameBridge);
        attach(other, otherBridge(), sameBridge.with("name", "net2"));

        node.host().output("nft", "flush", "ruleset");

        Patience.await(
                "the bridges are closed to each other again",
                () -> other.netns().cannotReach("10.88.0.2"));
        assertTrue(pod.netns().cannotReach("fd00:89::2"));
        assertTrue(node.host().reaches("10.88.0.2"));
    }
}
