package dev.hawser.app;

import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.KernelException;
import dev.hawser.linux.LinuxKernel;
import dev.hawser.run.Namespaces;
import dev.hawser.sys.Netns;
import java.nio.file.Files;
import java.nio.file.Path;

/** The real namespaces of this node. */
final class LinuxNamespaces implements Namespaces {

    @Override
    public State state(String netns) {
        if (Files.notExists(Path.of(netns))) {
            return State.MISSING;
        }
        try (Netns pod = Netns.open(Path.of(netns));
                Netns own = Netns.own()) {
            return pod.sameAs(own) ? State.OWN : State.PRESENT;
        } catch (KernelException notOne) {
            return State.NOT_A_NAMESPACE;
        }
    }

    @Override
    public Kernel host() {
        return LinuxKernel.open();
    }

    @Override
    public Kernel withPod(String netns) {
        return LinuxKernel.open(Path.of(netns));
    }
}
