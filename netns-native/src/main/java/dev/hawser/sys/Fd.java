package dev.hawser.sys;

import static dev.hawser.kernel.Errno.EINTR;

import dev.hawser.kernel.Errno;
import dev.hawser.kernel.KernelException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * An open file descriptor with one owner, who closes it. Every method throws {@link KernelException} with the errno of the
 * system call that failed.
 */
public final class Fd implements AutoCloseable {

    /** asm-generic/fcntl.h. */
    public static final int O_RDONLY = 0;

    /** asm-generic/fcntl.h. */
    static final int O_RDWR = 2;

    /** asm-generic/fcntl.h. */
    public static final int O_CREAT = 0x40;

    /** asm-generic/fcntl.h. */
    public static final int O_CLOEXEC = 0x80000;

    /** asm-generic/fcntl.h. */
    static final int O_NONBLOCK = 0x800;

    private static final int F_DUPFD_CLOEXEC = 1030;

    private static final int F_GETFL = 3;

    private static final int F_SETFL = 4;

    /** {@code _IO(0xb7, 0x3)} of linux/nsfs.h. */
    private static final long NS_GET_NSTYPE = 0xb703;

    /** asm-generic/poll.h. */
    private static final short POLLIN = 1;

    private static final int POLLFD_BYTES = 8;

    /** linux/fcntl.h. */
    private static final int AT_EMPTY_PATH = 0x1000;

    // linux/stat.h: struct statx, as offsets of its members.
    private static final int STATX_INO = 0x100;
    private static final int STATX_BYTES = 256;
    private static final int STX_INO = 32;
    private static final int STX_DEV_MAJOR = 136;
    private static final int STX_DEV_MINOR = 140;

    /** asm-generic/fcntl.h. */
    private static final int LOCK_NB = 4;

    private static final int SOCK_CLOEXEC = O_CLOEXEC;

    /** asm-generic/socket.h. */
    private static final int SOL_SOCKET = 1;

    /** asm-generic/socket.h. */
    private static final int SO_ATTACH_FILTER = 26;

    // linux/filter.h: struct sock_fprog on 64-bit Linux, and one instruction.
    private static final int SOCK_FPROG_BYTES = 16;
    private static final int SOCK_FPROG_FILTER = 8;
    private static final int SOCK_FILTER_BYTES = 8;

    /** An {@code int}, never written to. */
    private static final ByteBuffer ONE = ByteBuffer.allocateDirect(Integer.BYTES)
            .order(ByteOrder.nativeOrder())
            .putInt(0, 1);

    private final int number;
    private final String subject;
    private final boolean owned;
    private boolean closed;

    private Fd(int number, String subject) {
        this(number, subject, true);
    }

    private Fd(int number, String subject, boolean owned) {
        this.number = number;
        this.subject = subject;
        this.owned = owned;
    }

    /**
     * Opens a file; O_CLOEXEC is always added.
     *
     * @param mode the permissions of a new file, before the umask
     */
    public static Fd open(Path path, int flags, int mode) {
        String name = path.toString();
        return new Fd(retrying("open", name, () -> Native.LIBC.open(name, flags | O_CLOEXEC, mode)), name);
    }

    /** Opens a socket (socket(2)); SOCK_CLOEXEC is always added. */
    public static Fd socket(int domain, int type, int protocol) {
        String subject = "a socket of domain " + domain + ", protocol " + protocol;
        return new Fd(
                retrying("open", subject, () -> Native.LIBC.socket(domain, type | SOCK_CLOEXEC, protocol)), subject);
    }

    /**
     * A descriptor that someone else opened, and closes after this; closing this closes nothing.
     *
     * @param descriptor open in this process
     */
    public static Fd borrowed(int descriptor) {
        return new Fd(descriptor, "descriptor " + descriptor, false);
    }

    /**
     * A second descriptor of what a descriptor that someone else owns is open for (fcntl(2), F_DUPFD_CLOEXEC). Whoever gets its
     * number closes it.
     */
    public static int duplicate(int borrowed) {
        return retrying("duplicate", "descriptor " + borrowed, () -> Native.LIBC.fcntl(borrowed, F_DUPFD_CLOEXEC, 0));
    }

    /**
     * Makes reads and accepts of a descriptor that someone else owns fail with EAGAIN where they would wait (fcntl(2),
     * O_NONBLOCK).
     */
    public static void setNonBlocking(int borrowed) {
        String subject = "descriptor " + borrowed;
        int flags = retrying("read the flags of", subject, () -> Native.LIBC.fcntl(borrowed, F_GETFL, 0));
        retrying("set the flags of", subject, () -> Native.LIBC.fcntl(borrowed, F_SETFL, flags | O_NONBLOCK));
    }

    /** Its number in this process, valid until it is closed. */
    public int number() {
        if (closed) {
            throw new IllegalStateException(subject + " is closed");
        }
        return number;
    }

    /** Sets an {@code int} option to 1 (setsockopt(2)). */
    public void enable(int level, int option) {
        retrying(
                "set option " + option + " of",
                subject,
                () -> Native.LIBC.setsockopt(number(), level, option, ONE, Integer.BYTES));
    }

    /**
     * Has a socket take only the packets that a classic BPF program lets through (socket(7), SO_ATTACH_FILTER).
     *
     * {@snippet lang=text :
     *  struct sock_fprog {
     *      unsigned short      len;      // how many instructions
     *      struct sock_filter *filter;
     *  };
     * }
     *
     * @param program instructions of 8 bytes in a direct buffer of native order, from its start to its limit
     */
    public void attachFilter(ByteBuffer program) {
        ByteBuffer fprog = ByteBuffer.allocateDirect(SOCK_FPROG_BYTES).order(ByteOrder.nativeOrder());
        fprog.putShort(0, (short) (program.limit() / SOCK_FILTER_BYTES));
        fprog.putLong(
                SOCK_FPROG_FILTER, MemorySegment.ofBuffer(program.rewind()).address());
        try {
            retrying(
                    "filter what comes to",
                    subject,
                    () -> Native.LIBC.setsockopt(number(), SOL_SOCKET, SO_ATTACH_FILTER, fprog, SOCK_FPROG_BYTES));
        } finally {
            // The kernel reads it by its address, of which the JVM does not know.
            Reference.reachabilityFence(program);
        }
    }

    /** Sets an {@code int} option to another value (setsockopt(2)). */
    public void setOption(int level, int option, int value) {
        ByteBuffer argument = ByteBuffer.allocateDirect(Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(0, value);
        retrying(
                "set option " + option + " of",
                subject,
                () -> Native.LIBC.setsockopt(number(), level, option, argument, Integer.BYTES));
    }

    /** Binds a socket to the address between position and limit of a direct buffer (bind(2)). */
    public void bind(ByteBuffer address) {
        int length = address.remaining();
        retrying("bind", subject, () -> Native.LIBC.bind(number(), address, length));
    }

    /** Sends what is between position and limit of a direct buffer as one datagram (send(2)). */
    public void send(ByteBuffer message) {
        int length = message.remaining();
        long sent = retrying("send to", subject, () -> (int) Native.LIBC.send(number(), message, length, 0));
        if (sent != length) {
            throw new KernelException("send to " + subject + ": only " + sent + " of " + length + " bytes went", 0);
        }
    }

    /**
     * Receives one datagram into a direct buffer, from its start (recv(2)).
     *
     * @param flags MSG_DONTWAIT …
     * @return how long it is, or with MSG_TRUNC would have been, in bytes; -1 if there is none (EAGAIN)
     */
    public int receive(ByteBuffer buffer, int flags) {
        buffer.clear();
        while (true) {
            long length = Native.LIBC.recv(number(), buffer, buffer.capacity(), flags);
            if (length >= 0) {
                return (int) length;
            }
            int errno = Native.errno();
            if (errno == Errno.EAGAIN) {
                return -1;
            }
            if (errno != EINTR) {
                throw failure("receive from", subject, errno);
            }
        }
    }

    /** A descriptor that can be read once it was {@linkplain #signal() signalled} (eventfd(2)). */
    public static Fd event() {
        return new Fd(retrying("make", "an eventfd", () -> Native.LIBC.eventfd(0, O_CLOEXEC)), "an eventfd");
    }

    /** Makes an {@link #event()} readable, for good. */
    public void signal() {
        ByteBuffer one = ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.nativeOrder());
        one.putLong(0, 1);
        retrying("signal", subject, () -> (int) Native.LIBC.write(number(), one, Long.BYTES));
    }

    /**
     * Waits until one of them can be read, or has failed (poll(2)).
     *
     * {@snippet lang=text :
     *  struct pollfd {
     *      int   fd;
     *      short events;    // POLLIN
     *      short revents;
     *  };
     * }
     *
     * @param timeoutMillis how long to wait at most; -1 for as long as it takes
     */
    public static void awaitReadable(List<Fd> fds, int timeoutMillis) {
        ByteBuffer pollfds =
                ByteBuffer.allocateDirect(POLLFD_BYTES * fds.size()).order(ByteOrder.nativeOrder());
        fds.forEach(fd -> pollfds.putInt(fd.number()).putShort(POLLIN).putShort((short) 0));
        pollfds.flip();
        retrying("wait for", fds.toString(), () -> Native.LIBC.poll(pollfds, fds.size(), timeoutMillis));
    }

    /** The f_type of the file system that the file is on (fstatfs(2), linux/magic.h). */
    long fileSystemMagic() {
        // struct statfs { __fsword_t f_type; … }: 120 bytes on 64-bit Linux, f_type in the first eight.
        ByteBuffer statfs = ByteBuffer.allocateDirect(256).order(ByteOrder.nativeOrder());
        retrying("ask for the file system of", subject, () -> Native.LIBC.fstatfs(number(), statfs));
        return statfs.getLong(0);
    }

    /** Which file this is: its device and its inode (statx(2); its struct is the same on every architecture). */
    Identity identity() {
        ByteBuffer statx = ByteBuffer.allocateDirect(STATX_BYTES).order(ByteOrder.nativeOrder());
        retrying("identify", subject, () -> Native.LIBC.statx(number(), "", AT_EMPTY_PATH, STATX_INO, statx));
        return new Identity(statx.getInt(STX_DEV_MAJOR), statx.getInt(STX_DEV_MINOR), statx.getLong(STX_INO));
    }

    /** The same for all descriptors of one file, and for no other. */
    record Identity(int deviceMajor, int deviceMinor, long inode) {}

    /** Which kind of namespace this is: its CLONE_NEW* flag (ioctl_ns(2), NS_GET_NSTYPE of linux/nsfs.h). */
    int namespaceType() {
        return retrying("ask for the type of", subject, () -> Native.LIBC.ioctl(number(), NS_GET_NSTYPE));
    }

    /** ioctl(2) with a struct, in a direct buffer. */
    void ioctl(String verb, long request, ByteBuffer argument) {
        retrying(verb, subject, () -> Native.LIBC.ioctl(number(), request, argument));
    }

    /** ioctl(2) with a number. */
    void ioctl(String verb, long request, int argument) {
        retrying(verb, subject, () -> Native.LIBC.ioctl(number(), request, (long) argument));
    }

    /** flock(2); false if it would have to wait. */
    boolean tryFlock(int operation) {
        try {
            flock(operation | LOCK_NB);
            return true;
        } catch (KernelException e) {
            if (e.errno() == Errno.EAGAIN) {
                return false;
            }
            throw e;
        }
    }

    /** flock(2), waiting if it must. */
    void flock(int operation) {
        retrying("lock", subject, () -> Native.LIBC.flock(number(), operation));
    }

    /** Moves the calling thread into this namespace (setns(2)). */
    void enterAsNamespace(int namespaceType) {
        retrying("enter the network namespace", subject, () -> Native.LIBC.setns(number(), namespaceType));
    }

    @Override
    public String toString() {
        return subject;
    }

    /** Closes it; closing twice is harmless. Linux releases the number even if close(2) reports an error. */
    @Override
    public void close() {
        boolean closes = owned && !closed;
        closed = true;
        if (closes) {
            Native.LIBC.close(number);
        }
    }

    private static int retrying(String verb, String subject, IntSupplier call) {
        while (true) {
            int result = call.getAsInt();
            if (result >= 0) {
                return result;
            }
            int errno = Native.errno();
            if (errno != EINTR) {
                throw failure(verb, subject, errno);
            }
        }
    }

    private static KernelException failure(String verb, String subject, int errno) {
        return new KernelException(verb + " " + subject + ": " + Errno.text(errno), errno);
    }
}
