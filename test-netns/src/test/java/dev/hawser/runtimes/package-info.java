/**
 * Real container runtimes, driven as their users drive them: containerd through CRI, podman through its command line, and
 * the plugins' executables as a runtime executes them.
 *
 * <p>Each test has a host of its own, a network namespace, and all files below a directory of its own. What is left on that
 * host is read with {@code ip -j} and {@code nft -j}; nothing here knows how the plugins work.
 */
@NullMarked
package dev.hawser.runtimes;

import org.jspecify.annotations.NullMarked;
