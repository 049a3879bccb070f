/**
 * Where a container's addresses come from: a file-backed pool of ours, a fixed list, DHCP servers, another IPAM plugin from CNI_PATH, or
 * nowhere.
 *
 * <p>{@link dev.hawser.addressing.AddressSource} is the door: it reads the {@code ipam} part of a configuration and does the
 * verbs for it. {@code host-local}, {@code static} and {@code dhcp} run in this process, whichever plugin asks; every other type is
 * executed. This room knows no links, and no plugin that uses it.
 */
@NullMarked
package dev.hawser.addressing;

import org.jspecify.annotations.NullMarked;
