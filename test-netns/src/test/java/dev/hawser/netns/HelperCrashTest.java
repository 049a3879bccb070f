package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * {@code kill -9} of the helper, again and again, while containers come and go. Callers do what a runtime does: after an ADD
 * that failed they send DEL, or (the runtime has crashed too) delete the namespace and leave the rest to GC.
 *
 * <p>A regular run kills for {@value #REGULAR_SECONDS} seconds, which is some 35 times on two processors. To kill a thousand
 * times, which takes some twenty-five minutes: {@code mvn -pl test-netns -am -Dtest=HelperCrashTest
 * -Dsurefire.failIfNoSpecifiedTests=false -Dhawser.crash.kills=1000 test-compile surefire:test@default-test}; {@code
 * -Dhawser.crash.callers} says how many call at once. What a failure says after {@code seed} can be given as {@code
 * -Dhawser.crash.seed}: it draws the same lots, though not the same race.
 */
class HelperCrashTest {

    private static final int REGULAR_SECONDS = 50;
    private static final int CALLERS = Integer.getInteger("hawser.crash.callers", 6);
    private static final int CONTAINERS_OF_EACH = 2;

    /** How often everything stands still, and is looked at. */
    private static final int KILLS_BETWEEN_LOOKS = 10;

    @RegisterExtension
    final TestNode node = new TestNode();

    private final Conf conf = node.gateway()
            .withJson("ipam.ranges", "[[{\"subnet\": \"10.88.0.0/25\"}]]")
            .with("ipMasq", true)
            .with("macspoofchk", true);

    private final long seed = Long.getLong("hawser.crash.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final AddressBook book = new AddressBook();

    /** Callers hold the one while they call, whoever looks at everything the other. */
    private final ReentrantReadWriteLock calling = new ReentrantReadWriteLock();

    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger added = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();
    private final AtomicInteger abandoned = new AtomicInteger();
    /** Told by whoever ends first: the killer, or a caller that has failed. */
    private volatile boolean ending;

    private int kills;

    @Test
    void killedAtAnyMomentItLeavesNothingThatDelAndGcDoNotRemove() throws Exception {
        Remains before = remainsOfAContainerThatWasHere();
        Set<String> files = node.pool().files().keySet();
        List<Caller> callers =
                Stream.generate(Caller::new).limit(CALLERS).map(node::own).toList();

        killWhileTheyCall(callers);
        HelperProcess last = node.own(HelperProcess.start(node));
        for (Caller caller : callers) {
            caller.deleteAll();
        }
        collect(List.of()).succeeded();

        Patience.await("the links are gone", () -> node.ip().linkNames().equals(List.of("cni0")));
        assertEquals(before, node.remains());
        assertEquals(files, node.pool().files().keySet());
        assertEquals(List.of("hawser.sock", "hawser.sock.http"), socketFiles());
        assertKeepsNoOtherNamespaceOpen(last);
        assertEquals(0, last.stop());
        assertEquals(List.of(), socketFiles());
        assertTrue(lost.get() >= kills / 10, () -> "hardly an ADD was hit: " + this);
    }

    private Remains remainsOfAContainerThatWasHere() {
        Pod pod = node.pod();
        node.add(conf, pod).result();
        node.delete(conf, pod).succeeded();
        return node.remains();
    }

    private void killWhileTheyCall(List<Caller> callers) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(CALLERS)) {
            List<Future<Integer>> running =
                    callers.stream().map(threads::submit).toList();
            try {
                killUntilItIsEnough(callers);
            } finally {
                ending = true;
                for (Future<Integer> caller : running) {
                    caller.get();
                }
            }
        } catch (Exception | AssertionError e) {
            throw new AssertionError(this + ", seed " + seed, e);
        }
        System.out.println(this);
    }

    private void killUntilItIsEnough(List<Caller> callers) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(REGULAR_SECONDS).toNanos();
        Optional<Integer> wanted = Optional.ofNullable(Integer.getInteger("hawser.crash.kills"));
        while (!ending && wanted.map(count -> kills < count).orElseGet(() -> System.nanoTime() < end)) {
            startAndKill();
            if (kills % KILLS_BETWEEN_LOOKS == 0) {
                whileNobodyCalls(() -> lookAtEverything(callers));
            }
        }
        whileNobodyCalls(() -> lookAtEverything(callers));
    }

    private void startAndKill() throws Exception {
        try (HelperProcess helper = HelperProcess.begin(node)) {
            switch (random.nextInt(8)) {
                // It does not live to answer anybody.
                case 0 -> TimeUnit.MICROSECONDS.sleep(random.nextInt(600_000));
                // Callers start JVMs until it is there.
                case 1, 2 -> serveAWhile(helper.awaitReady());
                // Callers wait for it.
                default -> serveAWhile(whileNobodyCalls(helper::awaitReady));
            }
        }
        kills++;
    }

    /** Some calls long, and then into the midst of what it does. */
    private void serveAWhile(HelperProcess helper) throws Exception {
        int enough = answered.get() + random.nextInt(50);
        Patience.await("calls are answered", () -> answered.get() >= enough || ending || !helper.isAlive());
        assertTrue(helper.isAlive(), helper::log);
        TimeUnit.MICROSECONDS.sleep(random.nextInt(6_000));
    }

    private <T> T whileNobodyCalls(Callable<T> action) throws Exception {
        calling.writeLock().lock();
        try {
            return action.call();
        } finally {
            calling.writeLock().unlock();
        }
    }

    /** GC removes what was abandoned, killed helper or not, and what is left is what containers have. */
    private boolean lookAtEverything(List<Caller> callers) throws Exception {
        List<Pod> attached = callers.stream().flatMap(Caller::attached).toList();
        List<String> veths = sorted(attached.stream().map(Pod::hostVeth));
        collectWhileTheHelperIsKilled(attached);
        assertEquals(leasesOf(attached), node.pool().leases());
        assertEquals(veths, node.ip().ports("cni0"));
        assertEquals(
                sorted(Stream.concat(Stream.of("cni0"), veths.stream())),
                node.ip().linkNames());
        assertEquals(attached.size(), node.nft().masquerades().size());
        assertEquals(
                attached.size(), node.nft().elements("bridge hawser", "guarded").size());
        Map<String, String> addresses = book.holders();
        for (Pod pod : attached) {
            String own = pod.ip().addresses("eth0").getFirst().replace("/25", "");
            assertEquals(pod.containerId(), addresses.get(own));
        }
        return true;
    }

    private void collectWhileTheHelperIsKilled(List<Pod> valid) throws Exception {
        try (HelperProcess helper = HelperProcess.start(node);
                ExecutorService thread = Executors.newSingleThreadExecutor()) {
            Future<Answer> collected = thread.submit(() -> collect(valid));
            TimeUnit.MICROSECONDS.sleep(random.nextInt(60_000));
            helper.kill();
            collected.get().succeeded();
        }
        kills++;
    }

    private Answer collect(List<Pod> valid) {
        return HelperProcess.through(node, node.collecting(conf, valid)).answer();
    }

    private Map<String, String> leasesOf(List<Pod> attached) {
        Map<String, String> leases = new TreeMap<>(book.holders());
        leases.replaceAll((_, containerId) -> attached.stream()
                .filter(pod -> pod.containerId().equals(containerId))
                .map(Pool::owner)
                .findFirst()
                .orElse("nobody"));
        return leases;
    }

    private static List<String> sorted(Stream<String> names) {
        return names.sorted().toList();
    }

    private List<String> socketFiles() throws IOException {
        Path directory = HelperProcess.socketOf(node).resolveSibling(".").normalize();
        try (Stream<Path> files = Files.list(directory)) {
            return sorted(files.map(file -> file.getFileName().toString()));
        }
    }

    private static void assertKeepsNoOtherNamespaceOpen(HelperProcess helper) throws Exception {
        String own = Files.readSymbolicLink(helper.proc().resolve("ns/net")).toString();
        Patience.await(
                "no namespace of a container is open",
                () -> helper.descriptors().stream()
                        .filter(target -> target.startsWith("net:"))
                        .allMatch(own::equals));
    }

    @Override
    public String toString() {
        return kills + " helpers killed, " + answered + " calls answered: " + added + " ADDs succeeded, " + lost
                + " failed since the helper went away, " + abandoned + " of them left to GC";
    }

    /** A container, or what came in its place. */
    private final class Container {

        private Pod pod = newPod();
        private boolean attached;

        private Pod newPod() {
            return node.podIn(Netns.createEmpty("pod"));
        }

        void next(Random lots) {
            if (attached) {
                delete();
            } else {
                add(lots);
            }
        }

        void delete() {
            attached = false;
            book.deleting(pod.containerId());
            call("DEL").succeeded();
            book.deleted(pod.containerId());
        }

        private void add(Random lots) {
            book.adding(pod.containerId());
            Answer answer = call("ADD");
            if (answer.exitStatus() == 0) {
                book.added(pod.containerId(), answer.ip());
                attached = true;
                added.incrementAndGet();
                return;
            }
            answer.fault().is(Answer.TRY_AGAIN_LATER, "the helper went away before it answered");
            lost.incrementAndGet();
            if (lots.nextInt(4) == 0) {
                abandon();
            } else {
                delete();
            }
        }

        /** Its namespace goes, and nobody ever sends a DEL. */
        private void abandon() {
            book.refused(pod.containerId());
            pod.netns().close();
            pod = newPod();
            abandoned.incrementAndGet();
        }

        private Answer call(String command) {
            Answer answer =
                    HelperProcess.through(node, node.call(command, conf, pod)).answer();
            answered.incrementAndGet();
            return answer;
        }
    }

    /** Has some containers, and calls for one after the other. */
    private final class Caller implements Callable<Integer>, AutoCloseable {

        private final Random lots = new Random(random.nextLong());
        private final List<Container> containers = new ArrayList<>();

        Caller() {
            Stream.generate(Container::new).limit(CONTAINERS_OF_EACH).forEach(containers::add);
        }

        @Override
        public Integer call() {
            int steps = 0;
            try {
                for (; !ending; steps++) {
                    step();
                }
            } finally {
                ending = true;
            }
            return steps;
        }

        private void step() {
            calling.readLock().lock();
            try {
                containers.get(lots.nextInt(containers.size())).next(lots);
            } finally {
                calling.readLock().unlock();
            }
        }

        Stream<Pod> attached() {
            return containers.stream().filter(container -> container.attached).map(container -> container.pod);
        }

        void deleteAll() {
            containers.forEach(Container::delete);
        }

        @Override
        public void close() {
            containers.forEach(container -> container.pod.netns().close());
        }
    }
}
