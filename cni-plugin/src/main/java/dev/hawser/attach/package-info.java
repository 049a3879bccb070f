/**
 * What plugins that attach a container have in common: the names of a veth pair, what is done to the interface inside the
 * container, and how CHECK looks at it. The doors are {@link dev.hawser.attach.ContainerLink} and
 * {@link dev.hawser.attach.ContainerCheck}. It must not know any single plugin, nor how an address was leased.
 */
@NullMarked
package dev.hawser.attach;

import org.jspecify.annotations.NullMarked;
