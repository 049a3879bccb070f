/** Tests of the frames, and a writer of calls that knows only their drawing. */
@NullMarked
package dev.hawser.shim.wire;

import org.jspecify.annotations.NullMarked;
