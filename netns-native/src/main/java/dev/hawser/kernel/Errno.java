package dev.hawser.kernel;

import java.util.Map;

/** The kernel's error numbers by name and meaning (errno(3), asm-generic/errno.h, linux/errno.h). */
public final class Errno {

    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int ESRCH = 3;
    public static final int EINTR = 4;
    public static final int EIO = 5;
    public static final int ENXIO = 6;
    public static final int EAGAIN = 11;
    public static final int EACCES = 13;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int ENODEV = 19;
    public static final int EINVAL = 22;
    public static final int ERANGE = 34;
    public static final int EOPNOTSUPP = 95;
    public static final int EADDRINUSE = 98;
    public static final int EADDRNOTAVAIL = 99;
    public static final int ENETDOWN = 100;
    public static final int ENETUNREACH = 101;
    public static final int ENOBUFS = 105;
    public static final int ENOTCONN = 107;
    public static final int EHOSTUNREACH = 113;

    /** Internal to the kernel, and yet some of its parts let it out. */
    public static final int ENOTSUPP = 524;

    private static final Map<Integer, String> TEXTS = Map.ofEntries(
            Map.entry(EPERM, "EPERM (Operation not permitted)"),
            Map.entry(ENOENT, "ENOENT (No such file or directory)"),
            Map.entry(ESRCH, "ESRCH (No such process)"),
            Map.entry(EINTR, "EINTR (Interrupted system call)"),
            Map.entry(EIO, "EIO (Input/output error)"),
            Map.entry(ENXIO, "ENXIO (No such device or address)"),
            Map.entry(7, "E2BIG (Argument list too long)"),
            Map.entry(9, "EBADF (Bad file descriptor)"),
            Map.entry(EAGAIN, "EAGAIN (Resource temporarily unavailable)"),
            Map.entry(12, "ENOMEM (Cannot allocate memory)"),
            Map.entry(EACCES, "EACCES (Permission denied)"),
            Map.entry(EBUSY, "EBUSY (Device or resource busy)"),
            Map.entry(EEXIST, "EEXIST (File exists)"),
            Map.entry(ENODEV, "ENODEV (No such device)"),
            Map.entry(20, "ENOTDIR (Not a directory)"),
            Map.entry(21, "EISDIR (Is a directory)"),
            Map.entry(EINVAL, "EINVAL (Invalid argument)"),
            Map.entry(23, "ENFILE (Too many open files in system)"),
            Map.entry(24, "EMFILE (Too many open files)"),
            Map.entry(28, "ENOSPC (No space left on device)"),
            Map.entry(30, "EROFS (Read-only file system)"),
            Map.entry(ERANGE, "ERANGE (Numerical result out of range)"),
            Map.entry(36, "ENAMETOOLONG (File name too long)"),
            Map.entry(38, "ENOSYS (Function not implemented)"),
            Map.entry(40, "ELOOP (Too many levels of symbolic links)"),
            Map.entry(61, "ENODATA (No data available)"),
            Map.entry(75, "EOVERFLOW (Value too large for defined data type)"),
            Map.entry(90, "EMSGSIZE (Message too long)"),
            Map.entry(93, "EPROTONOSUPPORT (Protocol not supported)"),
            Map.entry(EOPNOTSUPP, "EOPNOTSUPP (Operation not supported)"),
            Map.entry(97, "EAFNOSUPPORT (Address family not supported by protocol)"),
            Map.entry(EADDRINUSE, "EADDRINUSE (Address already in use)"),
            Map.entry(EADDRNOTAVAIL, "EADDRNOTAVAIL (Cannot assign requested address)"),
            Map.entry(ENETDOWN, "ENETDOWN (Network is down)"),
            Map.entry(ENETUNREACH, "ENETUNREACH (Network is unreachable)"),
            Map.entry(ENOBUFS, "ENOBUFS (No buffer space available)"),
            Map.entry(ENOTCONN, "ENOTCONN (Transport endpoint is not connected)"),
            Map.entry(110, "ETIMEDOUT (Connection timed out)"),
            Map.entry(EHOSTUNREACH, "EHOSTUNREACH (No route to host)"),
            Map.entry(ENOTSUPP, "ENOTSUPP (Operation not supported)"));

    private Errno() {}

    /** {@code EACCES (Permission denied)}; {@code errno 517} for one that has no name here. */
    public static String text(int errno) {
        return TEXTS.getOrDefault(errno, "errno " + errno);
    }
}
