/**
 * One call from its environment to its answer, whatever the plugin.
 *
 * <p>{@link dev.hawser.run.Dispatcher} is the door: it checks the call, lets the {@link dev.hawser.run.Plugin} that the type
 * names do its verb inside a {@link dev.hawser.run.Transaction} or a {@link dev.hawser.run.Cleanup}, and turns every
 * outcome into the one document that the runtime expects. This room knows no single plugin, opens no sockets and reads
 * neither environment nor clock: what a call needs of the world is in its {@link dev.hawser.run.Node}.
 */
@NullMarked
package dev.hawser.run;

import org.jspecify.annotations.NullMarked;
