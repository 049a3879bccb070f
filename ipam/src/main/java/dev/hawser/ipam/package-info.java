/**
 * Pools of addresses in files, shared with the reference plugin {@code host-local}.
 *
 * <p>{@link dev.hawser.ipam.Pools} is the door; the {@link dev.hawser.ipam.AddressPool} behind it leases, releases and finds addresses in a directory whose format and lock are
 * those of {@code host-local}, so that both can serve one pool at once. The files are the truth, and what is kept beside
 * them only saves reading them all. This room knows neither CNI, JSON nor the kernel: the lock is handed in.
 */
@NullMarked
package dev.hawser.ipam;

import org.jspecify.annotations.NullMarked;
