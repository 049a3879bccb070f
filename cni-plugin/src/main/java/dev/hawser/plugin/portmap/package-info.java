/**
 * The {@code portmap} plugin: ports of the host that lead to ports of the container, by nftables, or by iptables in the chains
 * of the reference plugin.
 *
 * <p>{@link dev.hawser.plugin.portmap.PortmapPlugin} is the door. {@code PortmapConf} reads the configuration,
 * {@code PortmapPlan} turns it into steps, {@code PortmapCheck} looks whether they still hold, {@code PortmapRemoval} takes down
 * what an attachment has, whoever made it. {@code IptablesPorts} knows the chains. This room knows no other plugin, no stdin
 * and no exit status.
 */
@NullMarked
package dev.hawser.plugin.portmap;

import org.jspecify.annotations.NullMarked;
