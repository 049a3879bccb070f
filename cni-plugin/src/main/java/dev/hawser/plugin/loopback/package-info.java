/**
 * The {@code loopback} plugin: the container's {@code lo} is up.
 *
 * <p>{@link dev.hawser.plugin.loopback.LoopbackPlugin} is all of it. This room knows no other plugin, no addresses but those
 * that the kernel gives {@code lo}, no stdin and no exit status.
 */
@NullMarked
package dev.hawser.plugin.loopback;

import org.jspecify.annotations.NullMarked;
