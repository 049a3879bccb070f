package dev.hawser.runtimes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.resident.ThisRun;
import dev.hawser.runtimes.Containerd.StartedPod;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * What a node's pods see of their network, and what they leave behind, whichever containerd runs them and whichever way the bridge
 * masquerades. One containerd for all the tests, each of which leaves nothing behind.
 */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ContainerdContract {

    /** A JVM for each call takes the processor that it has, however many there are. */
    private static final int AT_ONCE = ThisRun.isThroughHelper() ? 12 : 4;

    private static final int ONE_AFTER_ANOTHER = ThisRun.isThroughHelper() ? 20 : 5;

    @AutoClose
    private final Containerd containerd;

    private final Namespace host;
    private final Pool pool;
    private List<Object> quietRuleset;

    /** Masquerades with one of the values of the bridge's {@code ipMasqBackend}. */
    ContainerdContract(ContainerdRelease release, String masqueradeBackend) {
        this.containerd = Containerd.start(release, pools -> conflist(release.cniVersion(), pools, masqueradeBackend));
        this.host = containerd.host();
        this.pool = containerd.pool("pods");
    }

    /** The first pod makes the bridge, the pool's directory and the tables, which all later pods share. */
    @BeforeAll
    void makeWhatIsShared() {
        containerd.stopAndRemove(containerd.runPod("first"));
        quietRuleset = host.ruleset();
    }

    @AfterEach
    void removePods() {
        containerd.discardPods();
    }

    Containerd containerd() {
        return containerd;
    }

    @Test
    void podsReachEachOtherAndTheHostReachesThemOverBothFamilies() {
        StartedPod red = containerd.runServer("red", "I am red");
        StartedPod green = containerd.runServer("green", "I am green");
        StartedPod blue = containerd.runServer("blue", "I am blue");

        for (InetAddress address : containerd.addresses(red)) {
            assertEquals("I am red", containerd.fetch(green, address));
            assertEquals("I am red", containerd.fetch(blue, address));
            assertEquals("I am red", containerd.fetch(red, address));
            assertEquals("I am red", host.fetch(Http.url(address, 80)));
        }
        assertEquals(
                "I am blue", containerd.fetch(red, containerd.addresses(blue).getFirst()));
    }

    @Test
    void aPodHasAnAddressOfEachFamily() {
        StartedPod pod = containerd.runPod("dual");

        List<InetAddress> addresses = containerd.addresses(pod);

        assertEquals(2, addresses.size());
        assertTrue(addresses.getFirst() instanceof Inet4Address, addresses::toString);
        assertTrue(addresses.getLast() instanceof Inet6Address, addresses::toString);
        assertEquals(2, pool.leases().size());
    }

    @Test
    void podsOneAfterAnotherLeaveNothing() {
        for (int round = 1; round <= ONE_AFTER_ANOTHER; round++) {
            containerd.stopAndRemove(containerd.runPod("pod-" + round));
        }

        assertNothingIsLeft();
    }

    @Test
    void podsStartedAndStoppedAtOnceGetAddressesOfTheirOwnReachEachOtherAndLeaveNothing() throws Exception {
        long addedBefore = callsOfHelper("ADD");
        long deletedBefore = callsOfHelper("DEL");

        List<StartedPod> pods = atOnce(AT_ONCE, round -> containerd.runServer("pod-" + round, "I am pod " + round));
        List<InetAddress> addresses =
                pods.stream().flatMap(pod -> containerd.addresses(pod).stream()).toList();

        assertEquals(2 * AT_ONCE, new HashSet<>(addresses).size(), addresses::toString);
        assertEquals(AT_ONCE, host.cables().size());
        atOnce(AT_ONCE, round -> {
            int next = (round + 1) % AT_ONCE;
            for (InetAddress address : containerd.addresses(pods.get(next))) {
                assertEquals("I am pod " + next, containerd.fetch(pods.get(round), address));
            }
            return round;
        });

        atOnce(AT_ONCE, round -> {
            containerd.stopAndRemove(pods.get(round));
            return round;
        });
        assertNothingIsLeft();
        if (containerd.helper().isPresent()) {
            assertEquals(addedBefore + AT_ONCE, callsOfHelper("ADD"));
            assertTrue(callsOfHelper("DEL") >= deletedBefore + AT_ONCE);
        }
    }

    private long callsOfHelper(String verb) {
        return containerd
                .helper()
                .map(helper -> helper.metrics().calls(verb, "bridge"))
                .orElse(0L);
    }

    @Test
    void stoppingAPodTwiceSucceeds() {
        StartedPod pod = containerd.runPod("twice");

        containerd.stop(pod);
        containerd.stop(pod);

        assertNothingIsLeft();
    }

    @Test
    void aPodThatOutlivesItsContainerdIsStillCleanedUp() {
        StartedPod survivor = containerd.runServer("survivor", "still here");
        containerd.kill();
        containerd.startAgain();

        assertEquals(
                "still here",
                containerd.fetch(survivor, containerd.addresses(survivor).getFirst()));
        assertNotEquals(List.of(), host.cables());

        containerd.stopAndRemove(survivor);
        assertNothingIsLeft();
    }

    @Test
    void aPodThatDiedWithItsContainerdIsStillCleanedUp() {
        StartedPod pod = containerd.runPod("dead");
        containerd.kill();
        host.cables().forEach(cable -> host.command("ip", "link", "del", cable).run());
        containerd.startAgain();

        containerd.stopAndRemove(pod);

        assertNothingIsLeft();
    }

    private void assertNothingIsLeft() {
        assertEquals(List.of(), host.cables());
        assertEquals(List.of(), pool.leases());
        assertEquals(quietRuleset, host.ruleset());
    }

    private static String conflist(String cniVersion, Path pools, String masqueradeBackend) {
        return """
                {"cniVersion": "%s", "name": "pods", "plugins": [{
                  "type": "bridge", "bridge": "hwpods0", "isDefaultGateway": true, "hairpinMode": true,
                  "ipMasq": true, "ipMasqBackend": "%s",
                  "ipam": {"type": "host-local", "dataDir": "%s",
                    "ranges": [[{"subnet": "10.89.0.0/24"}], [{"subnet": "fd89::/64"}]]}}]}
                """.formatted(cniVersion, masqueradeBackend, pools);
    }

    private static <T> List<T> atOnce(int count, Round<T> round) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(count)) {
            List<Future<T>> rounds = IntStream.range(0, count)
                    .mapToObj(number -> threads.submit(() -> round.run(number)))
                    .toList();
            List<T> results = new ArrayList<>();
            for (Future<T> running : rounds) {
                results.add(running.get());
            }
            return results;
        }
    }

    private interface Round<T> {
        T run(int number);
    }
}
