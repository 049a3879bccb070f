package dev.hawser.group;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.function.IntConsumer;

/**
 * Makes changes that arrive while an earlier one is being made share the next turn. The first to come goes at once, by
 * itself; whoever comes meanwhile joins the next group, which goes as one when the turn ends:
 *
 * <pre>
 *   A ──commit [A]──┐
 *      B waits ─────┤
 *      C waits ─────┴──commit [B, C]──┐
 *            D waits ─────────────────┴──commit [D]──
 * </pre>
 *
 * <p>There is no timer, and no thread of its own: the first of a group commits it, on its own thread, while the others
 * sleep. Thread-safe.
 *
 * @param <C> a change
 * @param <R> what became of it
 */
public final class GroupCommit<C, R> {

    /** A change on its way. Its turn completes with the group to lead, empty for those that another one leads. */
    private record Waiting<C, R>(C change, CompletableFuture<List<Waiting<C, R>>> turn, CompletableFuture<R> result) {

        static <C, R> Waiting<C, R> of(C change) {
            return new Waiting<>(change, new CompletableFuture<>(), new CompletableFuture<>());
        }
    }

    private final Function<List<C>, List<R>> committer;
    private final int limit;
    private final IntConsumer sizes;

    /** Guarded by this. */
    private List<Waiting<C, R>> next = new ArrayList<>();

    /** Guarded by this. */
    private boolean busy;

    /**
     * A meeting point; make one for each thing that takes turns.
     *
     * @param committer makes the changes of a group, in the order in which they came, and returns what became of each in the
     *     same order; never called by two threads at once. If it throws, that is the outcome of all of the group
     * @param limit the largest group, at least 1
     * @param sizes told the size of each group before it is committed
     */
    public GroupCommit(Function<List<C>, List<R>> committer, int limit, IntConsumer sizes) {
        if (limit < 1) {
            throw new IllegalArgumentException("a group of at most " + limit);
        }
        this.committer = committer;
        this.limit = limit;
        this.sizes = sizes;
    }

    /**
     * Makes one change, perhaps together with others. An interrupt does not end the wait, for the change would be made all
     * the same; it is kept for the caller.
     *
     * @return what became of it
     * @throws RuntimeException what the committer threw
     */
    public R commit(C change) {
        Waiting<C, R> own = Waiting.of(change);
        List<Waiting<C, R>> group = join(own);
        if (!group.isEmpty()) {
            lead(group);
        }
        return await(own.result());
    }

    /** Returns the group to lead, once it is its turn; an empty one if another leads. */
    private List<Waiting<C, R>> join(Waiting<C, R> own) {
        synchronized (this) {
            if (!busy) {
                busy = true;
                return List.of(own);
            }
            next.add(own);
        }
        return await(own.turn());
    }

    private void lead(List<Waiting<C, R>> group) {
        try {
            sizes.accept(group.size());
            List<R> results =
                    committer.apply(group.stream().map(Waiting::change).toList());
            requireOneEach(group, results);
            for (int i = 0; i < results.size(); i++) {
                group.get(i).result().complete(results.get(i));
            }
        } catch (RuntimeException | Error e) {
            group.forEach(waiting -> waiting.result().completeExceptionally(e));
        } finally {
            handOver();
        }
    }

    private void requireOneEach(List<Waiting<C, R>> group, List<R> results) {
        if (results.size() != group.size()) {
            throw new IllegalStateException(
                    "a group of " + group.size() + " changes had " + results.size() + " outcomes");
        }
    }

    /** Wakes the first of those who wait: it leads the next group. */
    private void handOver() {
        List<Waiting<C, R>> group;
        synchronized (this) {
            if (next.isEmpty()) {
                busy = false;
                return;
            }
            int size = Math.min(limit, next.size());
            group = List.copyOf(next.subList(0, size));
            next = new ArrayList<>(next.subList(size, next.size()));
        }
        group.stream().skip(1).forEach(follower -> follower.turn().complete(List.of()));
        group.getFirst().turn().complete(group);
    }

    private static <T> T await(CompletableFuture<T> future) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            throw rethrown(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The exception itself: callers tell kinds of failures apart by their types. */
    private static RuntimeException rethrown(ExecutionException e) {
        return switch (e.getCause()) {
            case RuntimeException failure -> failure;
            case Error error -> throw error;
            case null, default -> new CompletionException(e);
        };
    }
}
