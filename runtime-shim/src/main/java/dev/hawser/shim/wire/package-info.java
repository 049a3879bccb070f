/**
 * The frames between launcher and helper: pure functions over bytes, drawn at {@link dev.hawser.shim.wire.CallFrame} and {@link
 * dev.hawser.shim.wire.AnswerFrame}. This room must not know sockets, nor what a call does.
 */
@NullMarked
package dev.hawser.shim.wire;

import org.jspecify.annotations.NullMarked;
