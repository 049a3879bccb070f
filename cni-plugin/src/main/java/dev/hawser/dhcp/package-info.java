/**
 * DHCPv4: leases for links in containers, from the first DISCOVER to the RELEASE (RFC 2131, 2132, 3396, 3442).
 *
 * <p>{@link dev.hawser.dhcp.Dhcp} is the door for calls, {@link dev.hawser.dhcp.Keeper} renews what they have leased; both
 * know of each other only through the lease's file ({@link dev.hawser.dhcp.LeaseFiles}), so that either may be another process.
 * What the wire carries is pure ({@code Message}, {@code Packet}), and so is the client but for its {@code Wire} and its
 * {@link dev.hawser.dhcp.Clocks}. This room knows no plugin, and of the kernel only links and their frames.
 */
@NullMarked
package dev.hawser.dhcp;

import org.jspecify.annotations.NullMarked;
