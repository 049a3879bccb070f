package dev.hawser.shim.observe;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;

/** The calls that ended last, as many as there is room for. Thread-safe. */
final class LastCalls {

    private final int room;

    /** Oldest first. Guarded by this. */
    private final Deque<CallRecord> calls;

    LastCalls(int room) {
        this.room = room;
        this.calls = new ArrayDeque<>(room);
    }

    synchronized void add(CallRecord call) {
        if (calls.size() == room) {
            calls.removeFirst();
        }
        calls.addLast(call);
    }

    /** All of them, oldest first. */
    synchronized List<CallRecord> all() {
        return new ArrayList<>(calls);
    }

    /** Those of a container, oldest first; if it has none, those of containers whose id begins so. */
    List<CallRecord> of(String containerId) {
        List<CallRecord> calls = those(call -> call.containerId().equals(containerId));
        return calls.isEmpty() && !containerId.isEmpty()
                ? those(call -> call.containerId().startsWith(containerId))
                : calls;
    }

    private List<CallRecord> those(Predicate<CallRecord> wanted) {
        return all().stream().filter(wanted).toList();
    }
}
