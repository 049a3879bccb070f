/**
 * What people start: the commands of {@code dev.hawser.app} and those that only a room below all others can have, the helper
 * among them. It joins the helper with the calls that it makes; neither knows the other.
 */
@NullMarked
package dev.hawser.shim;

import org.jspecify.annotations.NullMarked;
