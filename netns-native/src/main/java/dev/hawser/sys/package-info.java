/**
 * System calls: descriptors, network namespaces and file locks, through the C library.
 *
 * <p>{@link dev.hawser.sys.Fd}, {@link dev.hawser.sys.Netns}, {@link dev.hawser.sys.NetnsThread} and
 * {@link dev.hawser.sys.FileLock} are the doors, each a handful of calls whose errno becomes a
 * {@link dev.hawser.kernel.KernelException}. This is the only room that imports jnr; it knows nothing of netlink.
 */
@NullMarked
package dev.hawser.sys;

import org.jspecify.annotations.NullMarked;
