/**
 * Black-box tests of the CNI plugin files on the real kernel: each test gets a host namespace and pod namespaces of its own.
 * Most run twice: each call in a JVM of its own, and made by a helper that lives in the host namespace ({@link
 * dev.hawser.resident.ThisRun}).
 *
 * <p>The one door is {@link dev.hawser.netns.TestNode}. This package must not know Hawser's classes: it executes the
 * installed plugin files, or those of the directory that {@code HAWSER_CNI_BIN} names, as a runtime does, and looks at the
 * kernel with {@code ip -j}, {@code bridge -j} and {@code nft -j}. What the reference plugins do well they do here, too: a
 * comment says where they do not. Two classes come from other rooms: what a test needs of the kernel that not every kernel has, it
 * says with {@link dev.hawser.kernel.KernelFeature}, and sockets in a namespace are made on a {@link dev.hawser.sys.NetnsThread}.
 */
@NullMarked
package dev.hawser.netns;

import org.jspecify.annotations.NullMarked;
