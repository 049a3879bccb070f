/**
 * The list of the plugins.
 *
 * <p>{@link dev.hawser.plugin.Plugins} is the door, and the one line that a new plugin needs besides its own package.
 */
@NullMarked
package dev.hawser.plugin;

import org.jspecify.annotations.NullMarked;
