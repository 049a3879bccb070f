package dev.hawser.kernel;

import org.jspecify.annotations.Nullable;

/**
 * The kernel refused. The message says what was tried, on what, what the kernel said and, where it is known, what to
 * do: {@code add fd00::5/64 to eth0: EACCES (Permission denied): is IPv6 enabled?}
 */
public final class KernelException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int errno;

    /**
     * @param message what was tried, on what, and what came of it
     * @param errno the kernel's errno as a positive number; 0 if no system call failed
     */
    public KernelException(String message, int errno) {
        this(message, errno, null);
    }

    public KernelException(String message, int errno, @Nullable Throwable cause) {
        super(message, cause);
        this.errno = errno;
    }

    /** The kernel's errno as a positive number (errno(3)); 0 if no system call failed. */
    public int errno() {
        return errno;
    }
}
