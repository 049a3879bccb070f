/**
 * The {@code sbr} plugin: source based routing, for a container with several networks.
 *
 * <p>{@link dev.hawser.plugin.sbr.SbrPlugin} is the door. The routes of the interface move to tables of its own, one for each
 * of its addresses, and a rule sends there what has such an address as its source: an answer leaves by the interface that the
 * question came in by. It knows nothing of the plugin that made the interface, but what prevResult and the kernel say.
 */
@NullMarked
package dev.hawser.plugin.sbr;

import org.jspecify.annotations.NullMarked;
