package dev.hawser.ipam;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

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
                return task.withoutPool().get();
            }
            return locked(task);
        } catch (IOException e) {
            throw PoolException.io(task.name(), files.directory(), e);
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
