package dev.hawser.app;

import dev.hawser.kernel.Errno;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.KernelException;
import dev.hawser.linux.LinuxHost;
import dev.hawser.run.Namespaces;
import dev.hawser.sys.Netns;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The namespaces of a call that was made for another process. That one has opened CNI_NETNS: its path may mean something
 * else here, and by now something else there too. One instance serves one call, on one thread.
 */
final class PassedNamespaces implements Namespaces {

    private final LinuxHost node;
    private final OptionalInt netns;
    private final int errno;

    /** What a descriptor is does not change: it is looked at once. */
    private Optional<State> known = Optional.empty();

    /**
     * The namespaces of one call.
     *
     * @param node what is kept open between calls
     * @param netns the descriptor of what CNI_NETNS names
     * @param errno why there is none
     */
    PassedNamespaces(LinuxHost node, OptionalInt netns, int errno) {
        this.node = node;
        this.netns = netns;
        this.errno = errno;
    }

    @Override
    public State state(String path) {
        State state = known.orElseGet(this::look);
        known = Optional.of(state);
        return state;
    }

    private State look() {
        if (netns.isEmpty()) {
            return errno == Errno.ENOENT ? State.MISSING : State.NOT_A_NAMESPACE;
        }
        try (Netns pod = Netns.borrowed(netns.getAsInt())) {
            return node.isItself(pod) ? State.OWN : State.PRESENT;
        } catch (KernelException notOne) {
            return State.NOT_A_NAMESPACE;
        }
    }

    @Override
    public Kernel host() {
        return node.kernel();
    }

    @Override
    public Kernel withPod(String path) {
        return node.kernel(Netns.borrowed(netns.orElseThrow()));
    }
}
