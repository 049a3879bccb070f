package dev.hawser.ipam;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Keeps all others out of a pool: threads of this process, other processes, and the reference plugins.
 *
 * <p>The reference uses {@code flock(2)} on a file in the pool. {@link java.nio.channels.FileChannel#lock()} would not
 * do: it takes a lock of {@code fcntl(2)}, which does not see those of {@code flock(2)}.
 */
public interface PoolLock {

    /**
     * Waits until nobody else holds the lock, and holds it.
     *
     * @param lockFile created, empty and with mode 0750, if it does not exist; its directory does
     * @throws IOException if the file cannot be opened or locked
     */
    Held acquire(Path lockFile) throws IOException;

    /** A lock that is held until it is closed. */
    interface Held extends AutoCloseable {
        @Override
        void close() throws IOException;
    }
}
