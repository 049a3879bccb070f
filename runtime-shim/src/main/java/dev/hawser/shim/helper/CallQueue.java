package dev.hawser.shim.helper;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Which call runs when. Each lane has threads of its own, so that no verb waits for another one's crowd; calls of one
 * container run one after another, in the order in which they came, whatever their lanes. A call that waits for somebody
 * outside of this node leaves its place to the next one: whoever makes the calls bounds how many do that at once.
 *
 * <p>Platform threads, always: entering a network namespace moves the thread of the operating system, and a virtual one would
 * move its carrier. They end after some seconds without work.
 */
final class CallQueue {

    /** What is waited for. */
    enum Lane {
        /** Work of the kernel that takes the CPU: more threads than processors would only wait for each other. */
        ADDS,
        /** Deletes wait for the kernel and do so together: the more there are, the fewer times. */
        DELETES,
        /** Questions that are answered at once: they never wait for work. */
        QUESTIONS
    }

    /** One call. Exactly one of its methods is called, once. */
    interface Task {

        Lane lane();

        /** Whose calls are kept in order; empty for calls about nobody in particular. */
        String containerId();

        /** Makes the call. */
        void run(Place place);

        /** Gives the call back, unmade. */
        void handBack();
    }

    /**
     * How many at once.
     *
     * @param threads of each lane
     * @param waiting in each lane
     */
    record Limits(Map<Lane, Integer> threads, int waiting) {}

    /** The calls of one lane whose turn it is. */
    private static final class Turns {

        private final int threads;
        private final Deque<Task> ready = new ArrayDeque<>();
        private int waiting;
        private int running;
        private int busy;

        Turns(int threads) {
            this.threads = threads;
        }
    }

    /** What a call that runs has of its lane, which has so many of them as it has threads. */
    final class Place {

        private final Turns turns;

        private Place(Turns turns) {
            this.turns = turns;
        }

        /** From now on it is another call's: this one only waits. */
        void leave() {
            synchronized (CallQueue.this) {
                turns.busy--;
                startThread(turns);
            }
        }

        /**
         * The call runs again: beside the others if no place is free, for one of them may wait for what this call holds. No new
         * call begins before they are fewer.
         */
        void comeBack() {
            synchronized (CallQueue.this) {
                turns.busy++;
            }
        }
    }

    /** After which a thread without work ends. */
    private static final Duration IDLE = Duration.ofSeconds(10);

    private final int limit;
    private final ExecutorService threads = new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE, // each lane starts as many as it may
            IDLE.toSeconds(),
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            Thread.ofPlatform().name("call-", 1).daemon().factory());

    /** All below is guarded by this. */
    private final Map<Lane, Turns> lanes = new EnumMap<>(Lane.class);

    /** Those that have not begun. */
    private final Set<Task> waiting = new LinkedHashSet<>();

    /** For each container with a call that runs or is about to: those that come after it. */
    private final Map<String, Deque<Task>> behind = new HashMap<>();

    private int running;
    private boolean closed;

    CallQueue(Limits limits) {
        this.limit = limits.waiting();
        limits.threads().forEach((lane, count) -> lanes.put(lane, new Turns(count)));
    }

    private Turns turns(Task task) {
        return Objects.requireNonNull(lanes.get(task.lane()));
    }

    /** Takes a call on; false if too many wait already, or after {@link #close}. */
    synchronized boolean submit(Task task) {
        Turns turns = turns(task);
        if (closed || turns.waiting >= limit) {
            return false;
        }
        turns.waiting++;
        waiting.add(task);
        Deque<Task> others = behind.get(task.containerId());
        if (others != null) {
            others.add(task);
            return true;
        }
        if (!task.containerId().isEmpty()) {
            behind.put(task.containerId(), new ArrayDeque<>(1));
        }
        ready(task);
        return true;
    }

    private void ready(Task task) {
        Turns turns = turns(task);
        turns.ready.add(task);
        startThread(turns);
    }

    /** If there is a call for it, and a place. */
    private void startThread(Turns turns) {
        if (!turns.ready.isEmpty() && turns.busy < turns.threads) {
            turns.busy++;
            threads.execute(() -> serve(turns));
        }
    }

    /** What a thread does: one call after another, until none is ready, or others have its place. */
    private void serve(Turns turns) {
        Optional<Task> task = next(turns);
        while (task.isPresent()) {
            boolean survived = false;
            try {
                serve(task.get());
                survived = true;
            } finally {
                if (!survived) {
                    replaceThread(turns);
                }
            }
            task = next(turns);
        }
    }

    private void serve(Task task) {
        boolean begins = begin(task);
        try {
            if (begins) {
                task.run(new Place(turns(task)));
            }
        } finally {
            end(task, begins);
        }
    }

    private synchronized Optional<Task> next(Turns turns) {
        boolean hasPlace = turns.busy <= turns.threads;
        Optional<Task> task = hasPlace ? Optional.ofNullable(turns.ready.poll()) : Optional.empty();
        if (task.isEmpty()) {
            turns.busy--;
        }
        return task;
    }

    /** A call may kill its thread, which is better than to go on in a namespace that is not ours. */
    private void replaceThread(Turns turns) {
        threads.execute(() -> serve(turns));
    }

    /** False if it was handed back meanwhile. */
    private synchronized boolean begin(Task task) {
        boolean begins = waiting.remove(task);
        if (begins) {
            turns(task).waiting--;
            turns(task).running++;
            running++;
        }
        return begins;
    }

    private synchronized void end(Task task, boolean ran) {
        if (ran) {
            turns(task).running--;
            running--;
        }
        Deque<Task> others = behind.get(task.containerId());
        if (others != null && others.isEmpty()) {
            behind.remove(task.containerId());
        } else if (others != null) {
            ready(others.remove());
        }
        notifyAll();
    }

    /** How many wait in a lane. */
    synchronized int depth(Lane lane) {
        return Optional.ofNullable(lanes.get(lane)).map(turns -> turns.waiting).orElse(0);
    }

    /** How busy each lane is. */
    synchronized List<LaneLoad> load() {
        List<LaneLoad> load = new ArrayList<>();
        lanes.forEach((lane, turns) -> load.add(
                new LaneLoad(lane.name().toLowerCase(Locale.ROOT), turns.waiting, turns.running, turns.threads)));
        return load;
    }

    /** How many are being carried out. */
    synchronized int running() {
        return running;
    }

    /** Takes no more calls. */
    synchronized void close() {
        closed = true;
    }

    /** Gives back all that wait. */
    void handBackWaiting() {
        List<Task> unmade;
        synchronized (this) {
            unmade = new ArrayList<>(waiting);
            waiting.clear();
            lanes.values().forEach(turns -> turns.waiting = 0);
            notifyAll();
        }
        unmade.forEach(Task::handBack);
    }

    /** Lets the threads end, each when it has nothing left to do. */
    void end() {
        threads.shutdown();
    }

    /** Waits until no call waits or runs; false if that takes longer than the limit. */
    synchronized boolean awaitIdle(Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (running > 0 || !waiting.isEmpty()) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return true;
    }
}
