/**
 * Plugins whose work is one link in the container, with addresses: macvlan, ipvlan, vlan, dummy, and the container's end of a
 * veth.
 *
 * <p>{@link dev.hawser.addressed.AddressedLink} is the door: it does the verbs, and is told by a
 * {@link dev.hawser.addressed.Blueprint} what is particular to one plugin; {@link dev.hawser.addressed.MasterBlueprint} is that of a
 * view on another link. {@link dev.hawser.addressed.VethRemoval} takes a veth pair down again, by either end. This room knows where addresses come from, but no single plugin.
 */
@NullMarked
package dev.hawser.addressed;

import org.jspecify.annotations.NullMarked;
