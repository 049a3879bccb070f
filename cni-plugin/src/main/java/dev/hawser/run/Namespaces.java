package dev.hawser.run;

import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.KernelException;

/** The network namespaces of this node. */
public interface Namespaces {

    /** What CNI_NETNS names. */
    enum State {
        /** A network namespace that is not ours. */
        PRESENT,
        /** The namespace that we were executed in. */
        OWN,
        /** Nothing is there. */
        MISSING,
        /** Something else: a plain file is what an unmounted namespace leaves behind. */
        NOT_A_NAMESPACE
    }

    /** Looks at a path, and enters nothing. */
    State state(String netns);

    /** A kernel with a host side only. */
    Kernel host();

    /**
     * A kernel with both sides.
     *
     * @throws KernelException if {@code netns} cannot be opened or is not a network namespace
     */
    Kernel withPod(String netns);
}
