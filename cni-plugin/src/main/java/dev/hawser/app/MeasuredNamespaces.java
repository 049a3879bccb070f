package dev.hawser.app;

import dev.hawser.kernel.Kernel;
import dev.hawser.run.Namespaces;
import dev.hawser.run.Phases;
import dev.hawser.run.Phases.Phase;

/** Other namespaces, whose time, and that of their kernels, is measured. */
record MeasuredNamespaces(Namespaces namespaces, Phases phases) implements Namespaces {

    @Override
    public State state(String netns) {
        return phases.get(Phase.KERNEL, () -> namespaces.state(netns));
    }

    @Override
    public Kernel host() {
        return new MeasuredKernel(phases.get(Phase.KERNEL, namespaces::host), phases);
    }

    @Override
    public Kernel withPod(String netns) {
        return new MeasuredKernel(phases.get(Phase.KERNEL, () -> namespaces.withPod(netns)), phases);
    }
}
