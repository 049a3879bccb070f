package dev.hawser.bench;

import dev.hawser.kernel.KernelException;
import dev.hawser.kernel.Side;
import dev.hawser.linux.LinuxKernel;
import java.nio.file.Path;

/**
 * A network namespace that stands in for a pod. It is made outside of all measuring, and used again and again.
 *
 * @param netns the file that it is bound to
 * @param kernel our own eye on node and pod
 */
record Pod(Path netns, LinuxKernel kernel) implements AutoCloseable {

    /** The interface that runtimes ask for. */
    static final String INTERFACE = "eth0";

    static Pod open(Path netns) {
        return new Pod(netns, LinuxKernel.open(netns));
    }

    /** What a DEL has to leave. */
    void requireNoLink() {
        if (kernel.link(Side.POD, INTERFACE).isPresent()) {
            throw new KernelException("DEL left " + INTERFACE + " in " + netns, 0);
        }
    }

    @Override
    public void close() {
        kernel.close();
    }
}
