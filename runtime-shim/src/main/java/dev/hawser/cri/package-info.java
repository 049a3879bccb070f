/**
 * The client of a container runtime's CRI service.
 *
 * <p>{@link dev.hawser.cri.CriClient} is the door: over the runtime's Unix socket it asks who is alive, and runs pods.
 * No generated message and no gRPC type leaves this room, and the room knows nothing of CNI or the kernel.
 */
@NullMarked
package dev.hawser.cri;

import org.jspecify.annotations.NullMarked;
