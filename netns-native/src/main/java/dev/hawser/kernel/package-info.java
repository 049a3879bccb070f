/**
 * The vocabulary of the network: what can be said about a kernel, and asked of it, as plain values.
 *
 * <p>{@link dev.hawser.kernel.Kernel} is the door: it carries out {@link dev.hawser.kernel.Change}s on a
 * {@link dev.hawser.kernel.Side} and answers look-ups. This room knows no bytes, no sockets and no plugin; a plan made
 * of its words can be printed, compared and undone without touching anything.
 */
@NullMarked
package dev.hawser.kernel;

import org.jspecify.annotations.NullMarked;
