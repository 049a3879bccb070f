/**
 * The {@code bandwidth} plugin: limits to what a container receives (<em>ingress</em>) and sends (<em>egress</em>). The host's
 * end of its veth sends to it through a token bucket; what it sends comes in by that end, is redirected to an ifb, and leaves
 * that through another one.
 *
 * <pre>
 *   the node ──► [tbf] veth ──► eth0      ingress
 *   the node ◄── ifb [tbf] ◄── veth ◄── eth0      egress
 * </pre>
 *
 * <p>{@link dev.hawser.plugin.bandwidth.BandwidthPlugin} is the door. It knows no other plugin, no stdin and no exit status.
 */
@NullMarked
package dev.hawser.plugin.bandwidth;

import org.jspecify.annotations.NullMarked;
