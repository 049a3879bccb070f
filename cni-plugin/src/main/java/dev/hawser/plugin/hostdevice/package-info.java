/**
 * The {@code host-device} plugin: a device of the node moves into the container, and back.
 *
 * <p>{@link dev.hawser.plugin.hostdevice.HostDevicePlugin} is the door: conf, how the device is found, steps, CHECK and DEL. A
 * device says in its alias what it is called on the node, so that DEL needs no state; it knows of a device what the kernel and
 * sysfs say, and nothing of its driver.
 */
@NullMarked
package dev.hawser.plugin.hostdevice;

import org.jspecify.annotations.NullMarked;
