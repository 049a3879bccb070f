package dev.hawser.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GroupCommitTest {

    private final List<List<Integer>> groups = new CopyOnWriteArrayList<>();
    private final Semaphore entered = new Semaphore(0);
    private final Semaphore gate = new Semaphore(0);
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        gate.release(1_000_000);
        threads.shutdownNow();
    }

    private GroupCommit<Integer, String> gated(int limit) {
        return new GroupCommit<>(this::commitThroughGate, limit, size -> {});
    }

    private List<String> commitThroughGate(List<Integer> changes) {
        groups.add(changes);
        entered.release();
        gate.acquireUninterruptibly();
        if (changes.contains(13)) {
            throw new IllegalArgumentException("13");
        }
        return changes.stream().map(change -> "done " + change).toList();
    }

    /** Starts a commit and waits until it sleeps (or, the first, until it is at the gate). */
    private Future<String> start(GroupCommit<Integer, String> point, int change) {
        List<Thread> runner = new CopyOnWriteArrayList<>();
        Future<String> future = threads.submit(() -> {
            runner.add(Thread.currentThread());
            return point.commit(change);
        });
        while (runner.isEmpty() || runner.getFirst().getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        return future;
    }

    @Test
    void aloneNothingWaits() {
        List<Integer> sizes = new ArrayList<>();
        GroupCommit<Integer, Integer> point = new GroupCommit<>(changes -> changes, 10, sizes::add);

        assertEquals(7, point.commit(7));
        assertEquals(8, point.commit(8));

        assertEquals(List.of(1, 1), sizes);
    }

    @Test
    void thoseThatArriveMeanwhileGoTogether() throws Exception {
        GroupCommit<Integer, String> point = gated(10);
        List<Future<String>> futures = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            futures.add(start(point, i));
        }

        gate.release(2);

        assertEquals("done 1", futures.get(0).get());
        assertEquals("done 4", futures.get(3).get());
        assertEquals(List.of(List.of(1), List.of(2, 3, 4)), groups);
    }

    @Test
    void aGroupIsNeverLargerThanTheLimit() throws Exception {
        GroupCommit<Integer, String> point = gated(2);
        List<Future<String>> futures = new ArrayList<>();
        for (int i = 1; i <= 6; i++) {
            futures.add(start(point, i));
        }

        gate.release(4);
        for (Future<String> future : futures) {
            assertTrue(future.get().startsWith("done "));
        }

        assertEquals(List.of(List.of(1), List.of(2, 3), List.of(4, 5), List.of(6)), groups);
    }

    @Test
    void aFailureIsTheOutcomeOfItsGroupAlone() throws Exception {
        GroupCommit<Integer, String> point = gated(2);
        List<Future<String>> futures = new ArrayList<>();
        for (int change : List.of(1, 12, 13, 14)) {
            futures.add(start(point, change));
        }

        gate.release(3);

        assertEquals("done 1", futures.get(0).get());
        assertEquals("java.lang.IllegalArgumentException: 13", causeOf(futures.get(1)));
        assertEquals("java.lang.IllegalArgumentException: 13", causeOf(futures.get(2)));
        assertEquals("done 14", futures.get(3).get());
    }

    private static String causeOf(Future<String> future) {
        return String.valueOf(
                assertThrows(ExecutionException.class, future::get).getMessage());
    }

    @Test
    void aCommitterThatLosesAnOutcomeFailsAllOfTheGroup() {
        GroupCommit<Integer, String> point = new GroupCommit<>(changes -> List.of(), 10, size -> {});

        assertThrows(IllegalStateException.class, () -> point.commit(1));
        assertThrows(IllegalStateException.class, () -> point.commit(2), "and does not keep the next from its turn");
    }

    @Test
    void anInterruptDoesNotEndTheWaitAndIsKept() throws Exception {
        GroupCommit<Integer, String> point = gated(10);
        Future<String> first = start(point, 1);
        List<Boolean> interrupted = new CopyOnWriteArrayList<>();
        Thread waiter = Thread.ofPlatform().start(() -> {
            point.commit(2);
            interrupted.add(Thread.currentThread().isInterrupted());
        });
        while (waiter.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }

        waiter.interrupt();
        gate.release(2);
        waiter.join();

        assertEquals("done 1", first.get());
        assertEquals(List.of(true), interrupted);
    }

    @Test
    void underLoadEachChangeIsMadeOnceAndNeverTwoGroupsAtATime() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger made = new AtomicInteger();
        GroupCommit<Integer, Integer> point = new GroupCommit<>(
                changes -> {
                    assertEquals(1, inside.incrementAndGet());
                    made.addAndGet(changes.size());
                    inside.decrementAndGet();
                    return changes;
                },
                5,
                size -> assertTrue(size <= 5));
        List<Callable<Integer>> work = new ArrayList<>();
        IntStream.range(0, 5000).forEach(i -> work.add(() -> point.commit(i)));

        List<Future<Integer>> futures = threads.invokeAll(work);

        for (int i = 0; i < futures.size(); i++) {
            assertEquals(i, futures.get(i).get());
        }
        assertEquals(5000, made.get());
    }
}
