/**
 * The {@code tap} plugin: an interface of the container whose other end is a process, such as a virtual machine.
 *
 * <p>{@link dev.hawser.plugin.tap.TapPlugin} is the door: conf, steps, CHECK. It knows nothing of who opens the device.
 */
@NullMarked
package dev.hawser.plugin.tap;

import org.jspecify.annotations.NullMarked;
