package dev.hawser.sys;

import dev.hawser.ipam.PoolLock;
import dev.hawser.kernel.Errno;
import dev.hawser.kernel.KernelException;
import dev.hawser.sys.Fd.Identity;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * flock(2), which the reference plugins use too. It belongs to the open file, not to the process: two threads that open the
 * file exclude each other as two processes do, and the kernel lets go when a holder dies.
 *
 * <p>There is no limit to a wait, but one of more than a second is told, with whom it waits for.
 */
public final class FileLock implements PoolLock {

    /** asm-generic/fcntl.h. */
    private static final int LOCK_SH = 1;

    /** asm-generic/fcntl.h. */
    private static final int LOCK_EX = 2;

    private static final int MODE = 0750;

    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Consumer<String> log;

    private final Set<Wait> waits = ConcurrentHashMap.newKeySet();

    /** @param log takes a line for a person for each long wait, on any thread */
    public FileLock(Consumer<String> log) {
        this.log = log;
    }

    /** Somebody's wait for a file; no two are equal. */
    private static final class Wait {

        private final Fd file;
        private final Identity identity;
        private final long sinceNanos = System.nanoTime();

        /** Once it has been asked for. */
        private volatile Optional<String> holder = Optional.empty();

        Wait(Fd file) {
            this.file = file;
            this.identity = file.identity();
        }

        /** Reads all locks of the node: not for waits that end at once. */
        void findHolder() {
            holder = Optional.of(LockHolder.of(identity));
        }

        Optional<String> told() {
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - sinceNanos);
            return holder.map(sentence -> "waiting for the lock " + file + " for " + seconds + " s: " + sentence);
        }
    }

    @Override
    public Held acquire(Path lockFile) throws IOException {
        try {
            return locked(Fd.open(lockFile, Fd.O_RDONLY | Fd.O_CREAT, MODE));
        } catch (KernelException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /**
     * A mark that a process is there, which goes with it however it ends: a lock that any number may hold, and that {@link
     * #isFree} sees.
     *
     * @param lockFile created if it does not exist; its directory does
     * @throws KernelException if the file cannot be opened or locked
     */
    public static Fd share(Path lockFile) {
        Fd file = Fd.open(lockFile, Fd.O_RDONLY | Fd.O_CREAT, MODE);
        try {
            file.flock(LOCK_SH);
            return file;
        } catch (KernelException e) {
            file.close();
            throw e;
        }
    }

    /** Whether nobody {@linkplain #share shares} this file, or there is none. Waits for nobody. */
    public static boolean isFree(Path lockFile) {
        try (Fd file = Fd.open(lockFile, Fd.O_RDONLY, 0)) {
            return file.tryFlock(LOCK_EX);
        } catch (KernelException e) {
            if (e.errno() == Errno.ENOENT) {
                return true;
            }
            throw e;
        }
    }

    /** Closing the file unlocks it. */
    private Held locked(Fd file) {
        try {
            if (!file.tryFlock(LOCK_EX)) {
                await(file);
            }
            return file::close;
        } catch (KernelException e) {
            file.close();
            throw e;
        }
    }

    private void await(Fd file) {
        Wait wait = new Wait(file);
        waits.add(wait);
        Future<?> telling =
                ForkJoinPool.commonPool().schedule(() -> tell(wait), PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        try {
            file.flock(LOCK_EX);
        } finally {
            telling.cancel(false);
            waits.remove(wait);
        }
    }

    private void tell(Wait wait) {
        wait.findHolder();
        wait.told().ifPresent(log);
    }

    /** A sentence for each wait that goes on and has been told. Waits for nothing. */
    public List<String> longWaits() {
        return waits.stream().flatMap(wait -> wait.told().stream()).toList();
    }
}
