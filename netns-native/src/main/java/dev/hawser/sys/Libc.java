package dev.hawser.sys;

import java.nio.ByteBuffer;

/**
 * The functions of the C library that we call, as jnr-ffi binds them. Public only because the binding needs it: {@link Fd},
 * {@link Netns} and {@link NetnsThread} are the doors.
 *
 * <p>No jnr annotations: without generated stubs ({@code jnr.ffi.asm.enabled=false}) each annotation type costs the JVM a
 * proxy class at its start. Buffers are therefore direct ones, passed by address, and never arrays, which would be copied
 * both ways.
 */
@SuppressWarnings("MissingSummary")
public interface Libc {

    /** open(2). */
    int open(String path, int flags, int mode);

    /** close(2). */
    int close(int fd);

    /** fcntl(2), for commands that take a number. */
    int fcntl(int fd, int command, int argument);

    /** socket(2). */
    int socket(int domain, int type, int protocol);

    /** setsockopt(2). */
    int setsockopt(int fd, int level, int option, ByteBuffer value, int length);

    /** bind(2). */
    int bind(int fd, ByteBuffer address, int length);

    /** send(2). */
    long send(int fd, ByteBuffer message, long length, int flags);

    /** recv(2). */
    long recv(int fd, ByteBuffer buffer, long length, int flags);

    /** eventfd(2). */
    int eventfd(int initial, int flags);

    /** write(2). */
    long write(int fd, ByteBuffer bytes, long length);

    /** poll(2). */
    int poll(ByteBuffer fds, long count, int timeoutMillis);

    /** statx(2). */
    int statx(int directory, String path, int flags, int mask, ByteBuffer statx);

    /** setns(2). */
    int setns(int fd, int namespaceType);

    /** flock(2). */
    int flock(int fd, int operation);

    /** ioctl(2), for requests that take no argument. */
    int ioctl(int fd, long request);

    /** ioctl(2), for requests that take a number. */
    int ioctl(int fd, long request, long argument);

    /** ioctl(2), for requests that take a struct. */
    int ioctl(int fd, long request, ByteBuffer argument);

    /** fstatfs(2). */
    int fstatfs(int fd, ByteBuffer statfs);
}
