package dev.hawser.shim.observe;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

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

    /** Those of a container, oldest first. */
    List<CallRecord> of(String containerId) {
        return all().stream()
                .filter(call -> call.containerId().equals(containerId))
                .toList();
    }
}
