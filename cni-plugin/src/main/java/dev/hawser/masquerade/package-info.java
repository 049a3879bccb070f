/**
 * Masquerading what containers send beyond their subnet ({@code ipMasq}): by nftables, or by iptables in the chains of the
 * reference plugins. The door is {@link dev.hawser.masquerade.Masquerade}. It must not know what kind of link a container has.
 */
@NullMarked
package dev.hawser.masquerade;

import org.jspecify.annotations.NullMarked;
