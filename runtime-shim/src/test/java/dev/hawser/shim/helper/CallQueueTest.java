package dev.hawser.shim.helper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.shim.helper.CallQueue.Lane;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CallQueueTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** What happened, in its order. */
    private final List<String> events = Collections.synchronizedList(new ArrayList<>());

    /** A call that does something. */
    private record Work(String name, Lane lane, String containerId, Consumer<CallQueue.Place> work, List<String> events)
            implements CallQueue.Task {

        @Override
        public void run(CallQueue.Place place) {
            events.add(name + " begins");
            work.accept(place);
            events.add(name + " ends");
        }

        @Override
        public void handBack() {
            events.add(name + " is handed back");
        }

        /** Two calls are never the same, whatever they look like. */
        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    @Test
    void callsOfOneContainerRunOneAfterAnotherInTheirOrderWhateverTheirLanes() throws Exception {
        CallQueue queue = queue(4, 4, 100);
        CountDownLatch go = new CountDownLatch(1);

        queue.submit(work("ADD", Lane.ADDS, "c", () -> await(go)));
        queue.submit(work("CHECK", Lane.ADDS, "c", () -> {}));
        queue.submit(work("DEL", Lane.DELETES, "c", () -> {}));
        queue.submit(work("STATUS", Lane.QUESTIONS, "c", () -> {}));
        queue.submit(work("ADD again", Lane.ADDS, "c", () -> {}));
        go.countDown();

        assertTrue(queue.awaitIdle(PATIENCE));
        assertEquals(
                List.of(
                        "ADD begins",
                        "ADD ends",
                        "CHECK begins",
                        "CHECK ends",
                        "DEL begins",
                        "DEL ends",
                        "STATUS begins",
                        "STATUS ends",
                        "ADD again begins",
                        "ADD again ends"),
                events);
    }

    @Test
    void deletesAndQuestionsDoNotWaitForAddsThatKeepTheirThreadsBusy() throws Exception {
        CallQueue queue = queue(2, 2, 100);
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch others = new CountDownLatch(2);

        for (int i = 0; i < 50; i++) {
            queue.submit(work("ADD", Lane.ADDS, "a" + i, () -> await(go)));
        }
        queue.submit(work("DEL", Lane.DELETES, "d", others::countDown));
        queue.submit(work("STATUS", Lane.QUESTIONS, "", others::countDown));

        assertTrue(others.await(10, TimeUnit.SECONDS), "waits for no ADD");
        go.countDown();
        assertTrue(queue.awaitIdle(PATIENCE));
        assertEquals(2 * 52, events.size());
    }

    @Test
    void noMoreRunAtOnceThanTheLaneHasThreads() throws Exception {
        CallQueue queue = queue(3, 2, 100);
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();

        for (int i = 0; i < 60; i++) {
            queue.submit(work("ADD", Lane.ADDS, "c" + i, () -> {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                pause(2);
                running.decrementAndGet();
            }));
        }

        assertTrue(queue.awaitIdle(PATIENCE));
        assertEquals(3, most.get());
    }

    @Test
    void aFullLaneTakesNoMoreWhileTheOthersDo() throws Exception {
        CallQueue queue = queue(1, 1, 3);
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        queue.submit(work("first", Lane.ADDS, "first", () -> {
            begun.countDown();
            await(go);
        }));
        assertTrue(begun.await(10, TimeUnit.SECONDS));

        List<Boolean> taken = IntStream.range(0, 5)
                .mapToObj(i -> queue.submit(work("ADD" + i, Lane.ADDS, "c" + i, () -> {})))
                .toList();
        int depth = queue.depth(Lane.ADDS);
        boolean delete = queue.submit(work("DEL", Lane.DELETES, "d", () -> {}));
        go.countDown();

        assertTrue(queue.awaitIdle(PATIENCE));
        assertEquals(List.of(true, true, true, false, false), taken);
        assertEquals(3, depth);
        assertTrue(delete);
        assertFalse(events.contains("ADD3 begins"));
        assertTrue(queue.submit(work("later", Lane.ADDS, "later", () -> {})));
        assertTrue(queue.awaitIdle(PATIENCE));
        assertTrue(events.contains("later ends"));
    }

    @Test
    void whatIsHandedBackIsNeverRun() throws Exception {
        CallQueue queue = queue(1, 1, 100);
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        queue.submit(work("running", Lane.ADDS, "c", () -> {
            begun.countDown();
            await(go);
        }));
        assertTrue(begun.await(10, TimeUnit.SECONDS));
        queue.submit(work("behind", Lane.DELETES, "c", () -> {}));
        queue.submit(work("waiting", Lane.ADDS, "other", () -> {}));

        queue.close();
        queue.handBackWaiting();
        boolean late = queue.submit(work("late", Lane.QUESTIONS, "", () -> {}));
        go.countDown();

        assertTrue(queue.awaitIdle(PATIENCE));
        assertFalse(late);
        assertEquals(
                List.of("running begins", "behind is handed back", "waiting is handed back", "running ends"), events);
        assertEquals(0, queue.depth(Lane.ADDS) + queue.depth(Lane.DELETES) + queue.running());
    }

    @Test
    void isNotIdleWhileACallRuns() throws Exception {
        CallQueue queue = queue(1, 1, 100);
        CountDownLatch go = new CountDownLatch(1);
        assertTrue(queue.awaitIdle(Duration.ZERO), "idle at first");

        queue.submit(work("ADD", Lane.ADDS, "c", () -> await(go)));
        boolean whileItRuns = queue.awaitIdle(Duration.ofMillis(50));
        go.countDown();

        assertFalse(whileItRuns);
        assertTrue(queue.awaitIdle(PATIENCE));
    }

    @Test
    void anErrorCostsTheLaneNoThreadAndTheContainerNoCall() throws Exception {
        CallQueue queue = queue(2, 1, 1000);
        AtomicInteger survivors = new AtomicInteger();

        for (int i = 0; i < 20; i++) {
            queue.submit(work("fails", Lane.ADDS, "c" + i % 5, () -> {
                throw new ThreadEnd();
            }));
            queue.submit(work("works", Lane.ADDS, "c" + i % 5, survivors::incrementAndGet));
        }
        assertTrue(queue.awaitIdle(PATIENCE));
        CountDownLatch both = new CountDownLatch(2);
        for (int i = 0; i < 2; i++) {
            queue.submit(work("meets", Lane.ADDS, "m" + i, () -> {
                both.countDown();
                await(both);
            }));
        }

        assertTrue(both.await(10, TimeUnit.SECONDS), "both threads are there");
        assertTrue(queue.awaitIdle(PATIENCE));
        assertEquals(20, survivors.get());
    }

    @Test
    void aCallThatIsAwayHoldsUpNobody() throws Exception {
        CallQueue queue = queue(1, 1, 100);
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch others = new CountDownLatch(2);
        for (int i = 0; i < 20; i++) {
            assertTrue(queue.submit(away("away" + i, () -> await(go), () -> {})));
        }
        queue.submit(work("ADD", Lane.ADDS, "a", others::countDown));
        queue.submit(work("CHECK", Lane.ADDS, "b", others::countDown));

        assertTrue(others.await(10, TimeUnit.SECONDS), "waits for nobody who is away");
        int running = queue.running();
        int depth = queue.depth(Lane.ADDS);
        go.countDown();

        assertTrue(queue.awaitIdle(PATIENCE));
        assertTrue(running >= 20, () -> running + " run");
        assertEquals(0, depth);
        assertEquals(2 * 22, events.size());
    }

    /** Whoever has the place may wait for what the call holds that was away. */
    @Test
    void whoComesBackWaitsForNoPlaceAndTheNextOnesWaitUntilThereIsOne() throws Exception {
        CallQueue queue = queue(1, 1, 100);
        CountDownLatch back = new CountDownLatch(1);
        CountDownLatch next = new CountDownLatch(1);
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch taken = new CountDownLatch(1);
        queue.submit(away("away", () -> await(taken), back::countDown));
        queue.submit(work("has the place", Lane.ADDS, "a", () -> {
            taken.countDown();
            await(back);
            next.countDown();
        }));
        assertTrue(next.await(10, TimeUnit.SECONDS), "one waits for the other");
        for (int i = 0; i < 30; i++) {
            queue.submit(work("ADD", Lane.ADDS, "c" + i, () -> {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                pause(2);
                running.decrementAndGet();
            }));
        }

        assertTrue(queue.awaitIdle(PATIENCE));
        assertEquals(1, most.get());
    }

    @Test
    void anErrorOfACallThatWasAwayCostsNoPlaceAndGivesNoneTwice() throws Exception {
        CallQueue queue = queue(2, 1, 1000);
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        for (int i = 0; i < 20; i++) {
            queue.submit(away("fails" + i, () -> pause(2), () -> {
                throw new ThreadEnd();
            }));
        }
        assertTrue(queue.awaitIdle(PATIENCE));
        CountDownLatch both = new CountDownLatch(2);

        for (int i = 0; i < 40; i++) {
            queue.submit(work("meets", Lane.ADDS, "m" + i, () -> {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                both.countDown();
                await(both);
                pause(1);
                running.decrementAndGet();
            }));
        }

        assertTrue(queue.awaitIdle(PATIENCE));
        assertEquals(0, both.getCount(), "both places are there");
        assertEquals(2, most.get());
    }

    /** An error that leaves no stack trace in the log of the tests. */
    private static final class ThreadEnd extends Error {
        private static final long serialVersionUID = 1;

        ThreadEnd() {
            super("the thread of this call must end", null, false, false);
        }
    }

    @Test
    void tenThousandCallsFromSixteenThreadsRunOnceEachAndInOrder() throws Exception {
        CallQueue queue = queue(4, 16, 10_000);
        Map<String, List<Integer>> ran = new ConcurrentHashMap<>();
        Map<String, AtomicInteger> atOnce = new ConcurrentHashMap<>();
        AtomicInteger overlaps = new AtomicInteger();

        try (ExecutorService callers = Executors.newFixedThreadPool(16)) {
            List<Future<?>> callersDone = new ArrayList<>();
            for (int caller = 0; caller < 16; caller++) {
                int number = caller;
                callersDone.add(callers.submit(() -> {
                    Random random = new Random(number);
                    for (int call = 0; call < 625; call++) {
                        String container = number + "-" + random.nextInt(10);
                        int sequence = call;
                        Lane lane = List.copyOf(EnumSet.allOf(Lane.class)).get(random.nextInt(3));
                        Runnable work = () -> {
                            AtomicInteger mine = atOnce.computeIfAbsent(container, name -> new AtomicInteger());
                            overlaps.addAndGet(mine.getAndIncrement());
                            ran.computeIfAbsent(container, name -> new ArrayList<>())
                                    .add(sequence);
                            mine.decrementAndGet();
                        };
                        Consumer<CallQueue.Place> made =
                                sequence % 3 == 0 ? place -> away(place, work, () -> {}) : _ -> work.run();
                        assertTrue(queue.submit(new Work("", lane, container, made, events)));
                    }
                }));
            }
            for (Future<?> done : callersDone) {
                done.get();
            }
        }

        assertTrue(queue.awaitIdle(PATIENCE));
        assertEquals(0, overlaps.get(), "two calls of a container at once");
        assertEquals(10_000, ran.values().stream().mapToInt(List::size).sum());
        ran.values().forEach(calls -> assertEquals(calls.stream().sorted().toList(), calls));
    }

    private Work work(String name, Lane lane, String containerId, Runnable work) {
        return new Work(name, lane, containerId, _ -> work.run(), events);
    }

    /** An ADD that leaves its place for as long as it waits for something. */
    private Work away(String name, Runnable wait, Runnable afterwards) {
        return new Work(name, Lane.ADDS, name, place -> away(place, wait, afterwards), events);
    }

    private static void away(CallQueue.Place place, Runnable wait, Runnable afterwards) {
        place.leave();
        try {
            wait.run();
        } finally {
            place.comeBack();
        }
        afterwards.run();
    }

    private static CallQueue queue(int adds, int deletes, int waiting) {
        Map<Lane, Integer> threads = new EnumMap<>(Lane.class);
        threads.put(Lane.ADDS, adds);
        threads.put(Lane.DELETES, deletes);
        threads.put(Lane.QUESTIONS, 2);
        return new CallQueue(new CallQueue.Limits(threads, waiting));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(10, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
