package dev.hawser.ipam;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/** Does within this JVM what flock(2) does on a host; not re-entrant either. */
final class InJvmLock implements PoolLock {

    private final Map<Path, Semaphore> locks = new ConcurrentHashMap<>();

    @Override
    public Held acquire(Path lockFile) throws IOException {
        if (!Files.exists(lockFile)) {
            Files.write(lockFile, new byte[0]);
        }
        Semaphore lock = locks.computeIfAbsent(lockFile, file -> new Semaphore(1));
        lock.acquireUninterruptibly();
        return lock::release;
    }
}
