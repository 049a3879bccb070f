package dev.hawser.kernel;

import java.util.OptionalInt;

/**
 * What the kernel knows of a tap device: a network interface whose other end is a file descriptor of a process, such as a
 * virtual machine (drivers/net/tun.c).
 *
 * @param owner the uid that may open it besides root, unsigned
 * @param group the gid that may open it besides root, unsigned
 * @param multiQueue whether several descriptors may be its other end at once (IFF_MULTI_QUEUE)
 * @param persistent whether it stays when nobody has it open (TUNSETPERSIST)
 */
public record Tap(OptionalInt owner, OptionalInt group, boolean multiQueue, boolean persistent) {}
