/**
 * The {@code ipvlan} plugin: the container has addresses of its own on a link of the node, and that link's MAC.
 *
 * <p>{@link dev.hawser.plugin.ipvlan.IpvlanPlugin} is the door, and {@code IpvlanBlueprint} says what is particular to it; the
 * rest is {@link dev.hawser.addressed.AddressedLink}'s. This room knows no other plugin, no stdin and no exit status.
 */
@NullMarked
package dev.hawser.plugin.ipvlan;

import org.jspecify.annotations.NullMarked;
