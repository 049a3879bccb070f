/**
 * The real kernel: changes become netlink messages, replies become links, addresses and routes.
 *
 * <p>{@link dev.hawser.linux.LinuxKernel} is the door; it joins the bytes of dev.hawser.netlink and dev.hawser.netfilter
 * with the descriptors and threads of dev.hawser.sys. This room knows no plans, no plugins and no CNI.
 */
@NullMarked
package dev.hawser.linux;

import org.jspecify.annotations.NullMarked;
