package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * N addresses, and three times as many containers that come and go at random: through the helper, without it, and with the
 * reference's host-local. Never has an address two holders, and never is one lost.
 *
 * <p>{@code -Dhawser.addresses.seconds} says for how long. What a failure says after {@code seed} can be given as
 * {@code -Dhawser.addresses.seed}: it draws the same lots, though not the same race.
 */
class ExactlyEnoughAddressesTest {

    private static final int ADDRESSES = 10;
    private static final int CALLERS = 6;
    private static final int CONTAINERS_OF_EACH = 5;
    private static final int SECONDS = Integer.getInteger("hawser.addresses.seconds", 40);

    @RegisterExtension
    final TestNode node = new TestNode();

    private final Conf bridge = node.gateway().with("cniVersion", "1.0.0").withJson("ipam.ranges", """
            [[{"subnet": "10.88.0.0/24", "rangeStart": "10.88.0.10", "rangeEnd": "10.88.0.19"}]]""");

    private final Conf hostLocal = bridge.without("bridge").with("type", "host-local");
    private final long seed = Long.getLong("hawser.addresses.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final AddressBook book = new AddressBook();
    private final Map<Way, AtomicInteger> added = new EnumMap<>(Way.class);
    private final AtomicInteger refused = new AtomicInteger();

    /** Told by whoever ends first: the clock, or a caller that has failed. */
    private volatile boolean ending;

    /** How a plugin is reached. */
    private enum Way {
        HELPER,
        COLD,
        REFERENCE
    }

    @Test
    void noneHasTwoHoldersAndNoneIsLost() throws Exception {
        Path reference = CniPlugin.referenceDirectory().orElse(Path.of("")).resolve("host-local");
        Assumptions.assumeTrue(
                reference.isAbsolute(),
                "no reference plugins on this machine: run scripts/peers.sh, or name them with HAWSER_PEER_DIR");
        Stream.of(Way.values()).forEach(way -> added.put(way, new AtomicInteger()));
        HelperProcess helper = node.own(HelperProcess.start(node));
        List<Caller> callers =
                Stream.generate(() -> new Caller(reference)).limit(CALLERS).toList();

        comeAndGo(callers);

        assertEquals(leases(callers), node.pool().leases());
        callers.forEach(Caller::deleteAll);
        assertEquals(Map.of(), node.pool().leases());
        assertEquals(List.of("cni0"), node.ip().linkNames());
        assertAllCanBeLeased();
        assertTrue(helper.isAlive(), helper::log);
        added.forEach((way, count) -> assertTrue(count.get() >= ADDRESSES, () -> way + ": " + this));
        assertTrue(refused.get() > 0, "the pool was never full");
    }

    private void comeAndGo(List<Caller> callers) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        try (ExecutorService threads = Executors.newFixedThreadPool(CALLERS)) {
            List<Future<Integer>> running =
                    callers.stream().map(threads::submit).toList();
            while (!ending && System.nanoTime() < end) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
            ending = true;
            for (Future<Integer> caller : running) {
                caller.get();
            }
        } catch (Exception e) {
            throw new AssertionError(this + ", seed " + seed, e);
        }
        System.out.println(this);
    }

    /** What the files of the pool have to be. */
    private Map<String, String> leases(List<Caller> callers) {
        Map<String, String> owners = new HashMap<>();
        callers.stream().flatMap(Caller::pods).forEach(pod -> owners.put(pod.containerId(), Pool.owner(pod)));
        Map<String, String> leases = new TreeMap<>(book.holders());
        leases.replaceAll((_, containerId) -> owners.getOrDefault(containerId, "nobody we know"));
        return leases;
    }

    private void assertAllCanBeLeased() {
        Netns netns = node.pod().netns();
        Set<String> leased = new TreeSet<>();
        for (int i = 0; i < ADDRESSES; i++) {
            leased.add(addThroughHelper(node.podIn(netns)).ip());
        }
        assertEquals(ADDRESSES, leased.size());
        addThroughHelper(node.podIn(netns)).fault().names("no IP addresses available");
    }

    private Answer addThroughHelper(Pod pod) {
        return HelperProcess.through(node, node.call("ADD", hostLocal, pod)).answer();
    }

    @Override
    public String toString() {
        return "ADDs that succeeded: " + added + ", that found no address free: " + refused;
    }

    /** Comes and goes; all that belongs to it is called by one thread. */
    private final class Container {

        private final Pod pod;
        private final Conf conf;
        private final Path reference;
        private boolean attached;

        Container(Pod pod, Conf conf, Path reference) {
            this.pod = pod;
            this.conf = conf;
            this.reference = reference;
        }

        void next(Random lots) {
            if (attached) {
                delete(wayOf(lots));
            } else {
                add(lots);
            }
        }

        /** The reference's bridge would not know ours; a JVM takes as long as twenty calls through the helper. */
        private Way wayOf(Random lots) {
            int lot = lots.nextInt(10);
            if (lot == 0) {
                return Way.COLD;
            }
            return lot < 5 && conf.equals(hostLocal) ? Way.REFERENCE : Way.HELPER;
        }

        private void add(Random lots) {
            Way way = wayOf(lots);
            book.adding(pod.containerId());
            Answer answer = call(way, "ADD");
            if (answer.exitStatus() == 0) {
                book.added(pod.containerId(), answer.ip());
                added.getOrDefault(way, refused).incrementAndGet();
                attached = true;
            } else {
                answer.fault().names("no IP addresses available");
                refused(lots);
            }
        }

        private void refused(Random lots) {
            int others = book.refused(pod.containerId());
            assertTrue(
                    others >= ADDRESSES, () -> "an address is lost: none is free, and only " + others + " are in use");
            refused.incrementAndGet();
            if (lots.nextBoolean()) {
                delete(wayOf(lots));
            }
        }

        void delete(Way way) {
            attached = false;
            book.deleting(pod.containerId());
            call(way, "DEL").succeeded();
            book.deleted(pod.containerId());
        }

        private Answer call(Way way, String command) {
            Call call = node.call(command, conf, pod);
            return switch (way) {
                case HELPER -> HelperProcess.through(node, call).answer();
                case COLD -> HelperProcess.cold(call).answer();
                case REFERENCE -> call.withFile(reference).answer();
            };
        }
    }

    /** Calls for one of its containers after another. The first is attached to a bridge, the others have addresses only. */
    private final class Caller implements Callable<Integer> {

        private final Random lots = new Random(random.nextLong());
        private final List<Container> containers;

        Caller(Path reference) {
            Pod first = node.pod();
            containers = IntStream.range(0, CONTAINERS_OF_EACH)
                    .mapToObj(i -> i == 0
                            ? new Container(first, bridge, reference)
                            : new Container(node.podIn(first.netns()), hostLocal, reference))
                    .toList();
        }

        @Override
        public Integer call() {
            int steps = 0;
            try {
                for (; !ending; steps++) {
                    containers.get(lots.nextInt(containers.size())).next(lots);
                }
            } finally {
                ending = true;
            }
            return steps;
        }

        Stream<Pod> pods() {
            return containers.stream().map(container -> container.pod);
        }

        void deleteAll() {
            containers.forEach(container -> container.delete(Way.HELPER));
        }
    }
}
