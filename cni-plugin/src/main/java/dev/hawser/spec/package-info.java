/**
 * The wire of CNI: what a runtime hands to a plugin, and what a plugin answers, as values.
 *
 * <p>{@link dev.hawser.spec.Invocation} is the door on the way in: the CNI_* variables and the network configuration of
 * one call, checked. {@link dev.hawser.spec.CniResult}, {@link dev.hawser.spec.CniError} and
 * {@link dev.hawser.spec.VersionReport} are what goes out. This room is given maps and bytes; it knows no files, no
 * kernel, no plugin, and reads no environment.
 *
 * <p>The rules are those of the <a href="https://www.cni.dev/docs/spec/">CNI specification</a> 0.1.0 to 1.1.0, and where
 * that is silent, of the Go library that every runtime and reference plugin is built with.
 */
@NullMarked
package dev.hawser.spec;

import org.jspecify.annotations.NullMarked;
