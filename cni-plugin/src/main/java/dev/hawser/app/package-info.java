/**
 * The program: what its name and environment mean, the commands that people type, and the wiring of the rooms.
 *
 * <p>{@link dev.hawser.app.Main} is the door. This is the only room that reads the environment, the clock and stdin, that writes
 * to stdout, and ({@link dev.hawser.app.Wiring}) that knows both LinuxKernel and the list of plugins.
 */
@NullMarked
package dev.hawser.app;

import org.jspecify.annotations.NullMarked;
