/**
 * Addresses as values, IPv4 and IPv6 alike.
 *
 * <p>{@link dev.hawser.ip.Cidr} is an address with its subnet, {@link dev.hawser.ip.IpRange} a run of addresses, and
 * {@link dev.hawser.ip.IpMath} reads, writes, compares and counts single ones. This room resolves no names and knows
 * neither pools nor kernels.
 */
@NullMarked
package dev.hawser.ip;

import org.jspecify.annotations.NullMarked;
