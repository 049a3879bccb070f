/**
 * Several plugins in one call: one exec, one transaction, one rollback. {@link dev.hawser.plugin.fused.FusedPlugin} carries it
 * out, {@link dev.hawser.plugin.fused.FusedForm} says what its configuration means in terms of the plugins that it stands for.
 * It must not know what these plugins do.
 */
@NullMarked
package dev.hawser.plugin.fused;

import org.jspecify.annotations.NullMarked;
