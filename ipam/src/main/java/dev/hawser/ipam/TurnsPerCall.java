package dev.hawser.ipam;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One turn under the lock for each task.
 *
 * @param index where the index of the pool is kept, if anywhere
 */
record TurnsPerCall(PoolFiles files, PoolLock lock, Optional<Path> index) implements Turns {

    @Override
    public <T> T take(Task<T> task) {
        try {
            if (task.withoutPool().isEmpty()) {
                files.createDirectories();
            } else if (!files.exists()) {
                forgetIndex(task.warnings());
                return task.withoutPool().get();
            }
            return locked(task);
        } catch (IOException e) {
            throw PoolException.io(task.name(), files.directory(), e);
        }
    }

    /** A pool that is not there (any more) needs no index. */
    private void forgetIndex(Consumer<String> warnings) {
        try {
            if (index.isPresent()) {
                new LeaseIndex(index.get(), files).remove();
            }
        } catch (IOException e) {
            warnings.accept("remove the index of the leases in " + files.directory() + ", which is gone: "
                    + PoolException.explain(e));
        }
    }

    private <T> T locked(Task<T> task) throws IOException {
        try (PoolLock.Held _ = lock.acquire(files.lockFile())) {
            FiledLeases leases =
                    new FiledLeases(files, index.map(place -> new LeaseIndex(place, files)), task.warnings());
            try {
                return task.work().with(leases);
            } finally {
                leases.finish();
            }
        }
    }
}
