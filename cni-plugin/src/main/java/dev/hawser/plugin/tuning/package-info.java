/**
 * The {@code tuning} plugin: kernel parameters of the container's network, and MAC, MTU, promiscuity, allmulticast and transmit
 * queue of its interface. What it changes it writes down first, and DEL puts it back.
 *
 * <p>{@link dev.hawser.plugin.tuning.TuningPlugin} is the door. It knows no other plugin, no stdin and no exit status.
 */
@NullMarked
package dev.hawser.plugin.tuning;

import org.jspecify.annotations.NullMarked;
