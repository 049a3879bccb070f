package dev.hawser.sys;

import dev.hawser.kernel.KernelException;
import java.nio.file.Path;

/** An open network namespace (network_namespaces(7)). It lives at least as long as this is open. */
public final class Netns implements AutoCloseable {

    /** linux/magic.h. */
    private static final long NSFS_MAGIC = 0x6e736673;

    /** linux/magic.h: what namespace files were on before Linux 3.19. */
    private static final long PROC_SUPER_MAGIC = 0x9fa0;

    /** linux/sched.h. */
    static final int CLONE_NEWNET = 0x40000000;

    /** asm-generic/fcntl.h. */
    private static final int LOCK_EX = 2;

    /** asm-generic/fcntl.h. */
    private static final int LOCK_UN = 8;

    private static final Path OWN = Path.of("/proc/thread-self/ns/net");

    private final Fd fd;

    private Netns(Fd fd) {
        this.fd = fd;
    }

    /**
     * Opens the namespace that this file is bound to, such as {@code /run/netns/x} or {@code /proc/42/ns/net}. Whatever the path
     * names, a FIFO for instance, opening it does not wait.
     *
     * @throws KernelException ENOENT if there is no such file; without errno if it is no network namespace
     */
    public static Netns open(Path path) {
        return checked(Fd.open(path, Fd.O_RDONLY | Fd.O_NONBLOCK, 0));
    }

    /**
     * A namespace by a descriptor that someone else opened, and closes after this.
     *
     * @throws KernelException without errno if it is no network namespace
     */
    public static Netns borrowed(int descriptor) {
        return checked(Fd.borrowed(descriptor));
    }

    /** The namespace of the calling thread. */
    public static Netns own() {
        return open(OWN);
    }

    private static Netns checked(Fd fd) {
        try {
            long magic = fd.fileSystemMagic();
            if (magic != NSFS_MAGIC && magic != PROC_SUPER_MAGIC) {
                throw new KernelException(
                        fd + " is not a network namespace: unknown FS magic 0x" + Long.toHexString(magic), 0);
            }
            if (fd.namespaceType() != CLONE_NEWNET) {
                throw new KernelException(fd + " is a namespace, but not a network namespace", 0);
            }
            return new Netns(fd);
        } catch (KernelException e) {
            fd.close();
            throw e;
        }
    }

    /** Its descriptor, valid while this is open. */
    public Fd fd() {
        return fd;
    }

    /** Waits until nobody else has locked this namespace, and locks it (flock(2)), whichever file stands for it. */
    public void lock() {
        fd.flock(LOCK_EX);
    }

    /** Unlocks it: the descriptor may be a launcher's too, and then closing it would not. */
    public void unlock() {
        fd.flock(LOCK_UN);
    }

    /** Whether both are the same namespace: device and inode agree (namespaces(7), "The /proc/pid/ns/ directory"). */
    public boolean sameAs(Netns other) {
        return fd.identity().equals(other.fd.identity());
    }

    @Override
    public String toString() {
        return fd.toString();
    }

    @Override
    public void close() {
        fd.close();
    }
}
