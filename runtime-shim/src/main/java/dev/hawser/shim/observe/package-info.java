/**
 * What the helper tells about its calls: log lines, Prometheus metrics, the last calls, spans, and its state over HTTP.
 *
 * <p>{@link dev.hawser.shim.observe.Observation} is the door. Nothing here waits for a call, a pool or a reader of the log: it is
 * asked on the event loop, and told by the threads of the calls after they have answered. This room must not know how a call is
 * made.
 */
@NullMarked
package dev.hawser.shim.observe;

import org.jspecify.annotations.NullMarked;
