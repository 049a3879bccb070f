/**
 * The {@code firewall} plugin: that what is forwarded from and to a pod passes the filters of the node, by elements of nftables,
 * by iptables in the chains of the reference plugin, or by firewalld; and {@code ingressPolicy}, what must not pass. The door is
 * {@link dev.hawser.plugin.firewall.FirewallPlugin}. It must not know what kind of link a container has.
 */
@NullMarked
package dev.hawser.plugin.firewall;

import org.jspecify.annotations.NullMarked;
