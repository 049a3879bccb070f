/**
 * Group commit: those that wait for the same thing go on together. One public type, {@link dev.hawser.group.GroupCommit}. This
 * room must not know what is committed.
 */
@NullMarked
package dev.hawser.group;

import org.jspecify.annotations.NullMarked;
