/**
 * The IPAM plugins, {@code host-local}, {@code static} and {@code dhcp}, for callers that execute them themselves.
 *
 * <p>{@link dev.hawser.plugin.ipam.IpamPlugin} is the door; what it does is all in {@code dev.hawser.addressing}, which the
 * plugins with interfaces use in process. This room knows no kernel.
 */
@NullMarked
package dev.hawser.plugin.ipam;

import org.jspecify.annotations.NullMarked;
