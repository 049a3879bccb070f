/**
 * Netlink as bytes: requests are written into buffers and replies read out of them, by pure functions.
 *
 * <p>A {@link dev.hawser.netlink.Request} is what to ask, made by {@link dev.hawser.netlink.LinkCodec} and its siblings;
 * {@link dev.hawser.netlink.MessageReader} and {@link dev.hawser.netlink.AttrReader} take a reply apart and answer any
 * garbage with {@link dev.hawser.netlink.MalformedNetlink}. This room knows no sockets: see dev.hawser.linux for those.
 */
@NullMarked
package dev.hawser.netlink;

import org.jspecify.annotations.NullMarked;
