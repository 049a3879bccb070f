/**
 * The resident helper: a socket, the threads behind it, and their limits. {@link dev.hawser.shim.helper.Helper} is the door, {@link
 * dev.hawser.shim.helper.Calls} the way out, {@link dev.hawser.shim.helper.CallObserver} who is told: this room must not know what a plugin does.
 * That a call waits for a server of the network it hears from the call's phases, and lets others run meanwhile.
 */
@NullMarked
package dev.hawser.shim.helper;

import org.jspecify.annotations.NullMarked;
