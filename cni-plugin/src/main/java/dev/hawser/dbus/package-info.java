/**
 * As much of D-Bus as calling a method with texts takes: connecting to a bus by a Unix socket, one call at a time, and no
 * signals. The door is {@link dev.hawser.dbus.SystemBus}. A library would be ten times as much code, and start threads; this
 * room knows the JDK only, and nothing of whom it calls.
 */
@NullMarked
package dev.hawser.dbus;

import org.jspecify.annotations.NullMarked;
