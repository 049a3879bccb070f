/**
 * The {@code vlan} plugin: the container has what of a link of the node is in one VLAN.
 *
 * <p>{@link dev.hawser.plugin.vlan.VlanPlugin} is the door, and {@code VlanBlueprint} says what is particular to it; the rest is
 * {@link dev.hawser.addressed.AddressedLink}'s. This room knows no other plugin, no stdin and no exit status.
 */
@NullMarked
package dev.hawser.plugin.vlan;

import org.jspecify.annotations.NullMarked;
