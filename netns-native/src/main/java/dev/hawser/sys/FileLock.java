package dev.hawser.sys;

import dev.hawser.ipam.PoolLock;
import dev.hawser.kernel.KernelException;
import java.io.IOException;
import java.nio.file.Path;

/**
 * flock(2), which the reference plugins use too. It belongs to the open file, not to the process: two threads that open the
 * file exclude each other as two processes do, and the kernel lets go when a holder dies.
 */
public final class FileLock implements PoolLock {

    /** asm-generic/fcntl.h. */
    private static final int LOCK_EX = 2;

    private static final int MODE = 0750;

    @Override
    public Held acquire(Path lockFile) throws IOException {
        try {
            return locked(Fd.open(lockFile, Fd.O_RDONLY | Fd.O_CREAT, MODE));
        } catch (KernelException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Closing the file unlocks it. */
    private static Held locked(Fd file) {
        try {
            file.flock(LOCK_EX);
            return file::close;
        } catch (KernelException e) {
            file.close();
            throw e;
        }
    }
}
