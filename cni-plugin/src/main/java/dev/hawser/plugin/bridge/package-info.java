/**
 * The {@code bridge} plugin: a veth pair between the container and a bridge of the node, with addresses, routes, a gateway
 * and masquerading as the configuration says.
 *
 * <p>{@link dev.hawser.plugin.bridge.BridgePlugin} is the door. {@code BridgeConf} reads the configuration, {@code BridgePlan}
 * turns it into steps, {@code BridgeCheck} looks whether they still hold, {@code BridgeRemoval} takes them down, and
 * {@code ReferenceTraces} finds what the reference plugin left for a container. This room knows no other plugin, no stdin
 * and no exit status.
 */
@NullMarked
package dev.hawser.plugin.bridge;

import org.jspecify.annotations.NullMarked;
