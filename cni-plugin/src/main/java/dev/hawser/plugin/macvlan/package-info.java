/**
 * The {@code macvlan} plugin: the container has a MAC of its own on a link of the node.
 *
 * <p>{@link dev.hawser.plugin.macvlan.MacvlanPlugin} is the door, and {@code MacvlanBlueprint} says what is particular to it; the
 * rest is {@link dev.hawser.addressed.AddressedLink}'s. This room knows no other plugin, no stdin and no exit status.
 */
@NullMarked
package dev.hawser.plugin.macvlan;

import org.jspecify.annotations.NullMarked;
