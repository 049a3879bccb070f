/** Tests of the helper: its queue, and its socket. */
@NullMarked
package dev.hawser.shim.helper;

import org.jspecify.annotations.NullMarked;
