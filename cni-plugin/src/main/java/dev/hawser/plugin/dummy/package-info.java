/**
 * The {@code dummy} plugin: the container has addresses on a link that leads nowhere.
 *
 * <p>{@link dev.hawser.plugin.dummy.DummyPlugin} is all that is particular to it; the rest is
 * {@link dev.hawser.addressed.AddressedLink}'s. This room knows no other plugin, no stdin and no exit status.
 */
@NullMarked
package dev.hawser.plugin.dummy;

import org.jspecify.annotations.NullMarked;
