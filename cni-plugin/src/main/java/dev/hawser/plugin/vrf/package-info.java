/**
 * The {@code vrf} plugin: the interface becomes a port of a VRF of its container, whose ports route by a table of their own.
 *
 * <p>{@link dev.hawser.plugin.vrf.VrfPlugin} is the door. Several interfaces of a container may share a VRF: the first one makes
 * it, and the last one takes it along. It knows nothing of the plugin that made the interface, but what prevResult and the kernel
 * say.
 */
@NullMarked
package dev.hawser.plugin.vrf;

import org.jspecify.annotations.NullMarked;
