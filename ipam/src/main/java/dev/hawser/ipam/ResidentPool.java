package dev.hawser.ipam;

import dev.hawser.group.GroupCommit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntConsumer;

/** Lets tasks that wait together share one turn under the lock, and remembers the leases from turn to turn. Thread-safe. */
final class ResidentPool implements Turns {

    /** So that neither the first of a group nor another process waits long. */
    private static final int LARGEST_GROUP = 64;

    private final PoolFiles files;
    private final PoolLock lock;
    private final Runnable gone;
    private final RememberedLeases leases;
    private final GroupCommit<Turn<?>, Turn<?>> group;
    private volatile OptionalLong taken = OptionalLong.empty();

    /** @param gone told when there is no directory any more, or never was one */
    ResidentPool(PoolFiles files, PoolLock lock, IntConsumer groupSizes, Runnable gone) {
        this.files = files;
        this.lock = lock;
        this.gone = gone;
        this.leases = new RememberedLeases(files);
        this.group = new GroupCommit<>(this::commit, LARGEST_GROUP, groupSizes);
    }

    /** A task on its way. Whoever leads its group sets what it comes to, and {@link GroupCommit} passes that on. */
    private static final class Turn<T> {

        private final Task<T> task;
        private Optional<T> result = Optional.empty();
        private Optional<RuntimeException> failure = Optional.empty();

        Turn(Task<T> task) {
            this.task = task;
        }

        boolean makesPool() {
            return task.withoutPool().isEmpty();
        }

        boolean isEnded() {
            return result.isPresent() || failure.isPresent();
        }

        void takeWith(RememberedLeases leases, Path pool) {
            leases.warn(task.warnings());
            try {
                result = Optional.of(task.work().with(leases));
            } catch (IOException e) {
                fail(pool, e);
            } catch (RuntimeException e) {
                failure = Optional.of(e);
            }
        }

        void fail(Path pool, IOException e) {
            failure = Optional.of(PoolException.io(task.name(), pool, e));
        }

        void endWithoutPool() {
            result = task.withoutPool();
        }

        void warn(String line) {
            task.warnings().accept(line);
        }

        T outcome() {
            if (failure.isPresent()) {
                throw failure.get();
            }
            return result.orElseThrow();
        }
    }

    @Override
    public <T> T take(Task<T> task) {
        Turn<T> turn = new Turn<>(task);
        group.commit(turn);
        return turn.outcome();
    }

    private List<Turn<?>> commit(List<Turn<?>> turns) {
        try {
            Optional<PoolLock.Held> entered = enter(turns);
            if (entered.isPresent()) {
                takeUnder(entered.get(), turns);
            } else {
                endWithoutPool(turns);
            }
        } catch (IOException e) {
            fail(turns, e);
        }
        return turns;
    }

    /** Nothing if there is no pool, and none could be made, or need be. */
    private Optional<PoolLock.Held> enter(List<Turn<?>> turns) throws IOException {
        try {
            return Optional.of(lock.acquire(files.lockFile()));
        } catch (IOException e) {
            if (files.isDirectory()) {
                throw e;
            }
        }
        List<Turn<?>> makers = turns.stream().filter(Turn::makesPool).toList();
        try {
            if (!makers.isEmpty()) {
                files.createDirectories();
            }
        } catch (IOException e) {
            fail(makers, e);
            return Optional.empty();
        }
        return makers.isEmpty() ? Optional.empty() : Optional.of(lock.acquire(files.lockFile()));
    }

    private void takeUnder(PoolLock.Held held, List<Turn<?>> turns) throws IOException {
        boolean finished = false;
        try (held) {
            leases.start();
            turns.forEach(turn -> turn.takeWith(leases, files.directory()));
            leases.finish();
            taken = OptionalLong.of(leases.size());
            finished = true;
        } finally {
            if (!finished) {
                leases.doubt();
            }
        }
    }

    private void endWithoutPool(List<Turn<?>> turns) {
        leases.doubt();
        taken = OptionalLong.empty();
        gone.run();
        turns.stream().filter(turn -> !turn.isEnded()).forEach(Turn::endWithoutPool);
    }

    /** What has come to something already is not undone by a lock that cannot be closed. */
    private void fail(List<Turn<?>> turns, IOException e) {
        for (Turn<?> turn : turns) {
            if (turn.isEnded()) {
                turn.warn("let others into " + files.directory() + ": " + PoolException.explain(e));
            } else {
                turn.fail(files.directory(), e);
            }
        }
    }

    /** How many addresses are taken; nothing if that is not known yet. Waits for nobody. */
    OptionalLong taken() {
        return taken;
    }

    /**
     * Writes down what is known for processes that remember nothing.
     *
     * @throws PoolException of kind IO if that cannot be done
     */
    void writeIndex(Path place) {
        take(new Task<>("keep an index of the leases in", _ -> {}, Optional.of(true), _ -> {
            leases.writeTo(new LeaseIndex(place, files));
            return true;
        }));
    }
}
