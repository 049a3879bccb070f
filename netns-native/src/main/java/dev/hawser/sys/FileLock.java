package dev.hawser.sys;

import dev.hawser.ipam.PoolLock;
import dev.hawser.kernel.KernelException;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Excludes other processes by flock(2), as host-local does. Java's own FileChannel.lock is fcntl(2)'s, which excludes nobody
 * who uses flock; and unlike it, flock excludes other threads of this process too, since each call opens the file anew.
 */
public final class FileLock implements PoolLock {

    /** sys/file.h. */
    private static final int LOCK_EX = 2;

    /** host-local's mode of a new lock file. */
    private static final int MODE = 0750;

    /** Waits for the lock. Closing the file gives it back, as does the end of the process. */
    @Override
    public Held acquire(Path lockFile) throws IOException {
        try {
            Fd file = Fd.open(lockFile, Fd.O_RDONLY | Fd.O_CREAT, MODE);
            try {
                file.flock(LOCK_EX);
            } catch (KernelException e) {
                file.close();
                throw e;
            }
            return file::close;
        } catch (KernelException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
