/**
 * nftables as bytes and as text: what one attachment adds to the node's ruleset, and the ruleset itself.
 *
 * <p>{@link dev.hawser.netfilter.Nftables} is the door: it writes the requests that become one atomic batch, and reads
 * the kernel's answers; {@link dev.hawser.netfilter.Ruleset} is the text that nft(8) loads once. A pod is never a rule,
 * only an element of a hash map, so the cost of a packet does not grow with the pods.
 *
 * <p>This room opens no socket and starts no process; it knows no plugin.
 */
@NullMarked
package dev.hawser.netfilter;

import org.jspecify.annotations.NullMarked;
