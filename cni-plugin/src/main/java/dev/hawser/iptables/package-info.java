/**
 * Rules of iptables as texts: what a table has, and what one iptables-restore has to say to change that. The door is
 * {@link dev.hawser.iptables.IptablesTable}. It must not know what the rules are for.
 */
@NullMarked
package dev.hawser.iptables;

import org.jspecify.annotations.NullMarked;
