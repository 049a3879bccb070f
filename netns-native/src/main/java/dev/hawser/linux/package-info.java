/**
 * The real kernel: changes become netlink messages, replies become links, addresses and routes.
 *
 * <p>{@link dev.hawser.linux.LinuxKernel} is the door for one call and {@link dev.hawser.linux.LinuxHost} that for many; they join the bytes of dev.hawser.netlink and dev.hawser.netfilter
 * with the descriptors and threads of dev.hawser.sys. This room knows no plans, no plugins and no CNI.
 */
@NullMarked
package dev.hawser.linux;

import org.jspecify.annotations.NullMarked;
