package dev.hawser.linux;

import dev.hawser.kernel.Kernel;
import dev.hawser.sys.Netns;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * The node, for a process that serves many calls at once: its sockets stay open from call to call, and changes that wait
 * together go together. Thread-safe; all threads that use it or one of its kernels are platform threads of the namespace
 * that it was opened in.
 */
public final class LinuxHost implements AutoCloseable {

    /** Of {@link GroupSizes}: links that were deleted. */
    public static final String LINK_DELETES = "link deletes";

    /** Of {@link GroupSizes}: changes of nf_tables' elements. */
    public static final String NFT_ELEMENTS = "nft elements";

    /** As many kernels are at work at once as a helper has threads; what is more is closed after use. */
    private static final int MOST_IDLE = 32;

    /** Takes the sizes of groups. */
    @FunctionalInterface
    public interface GroupSizes {

        /**
         * A group is about to be committed. Called by the thread that commits it.
         *
         * @param what {@link #LINK_DELETES} or {@link #NFT_ELEMENTS}
         * @param size how many changes it has, at least 1
         */
        void committed(String what, int size);
    }

    private final Netns itself = Netns.own();

    /** Used by the leader of a group of deletes only. */
    private final Namespace deleting = Namespace.own(NetlinkSocket.newBuffer());

    /** Used by the leader of a group of elements only. */
    private final Namespace filtering = Namespace.own(NetlinkSocket.newBuffer());

    private final LinkDeletes deletes;
    private final ElementChanges elements;

    /** Namespaces with their sockets, that no kernel uses. Guarded by itself. */
    private final Deque<Namespace> idle = new ArrayDeque<>();

    /** Guarded by idle. */
    private boolean closed;

    private LinuxHost(GroupSizes sizes) {
        this.deletes = new LinkDeletes(deleting, size -> sizes.committed(LINK_DELETES, size));
        this.elements = ElementChanges.together(filtering, size -> sizes.committed(NFT_ELEMENTS, size));
    }

    /**
     * The node that is the namespace of the calling thread.
     *
     * @throws dev.hawser.kernel.KernelException if no netlink socket can be opened
     */
    public static LinuxHost open(GroupSizes sizes) {
        LinuxHost host = new LinuxHost(sizes);
        host.deleting.route();
        return host;
    }

    /** Whether this is the namespace that the node is. */
    public boolean isItself(Netns netns) {
        return itself.sameAs(netns);
    }

    /** The node alone. Closing the kernel gives its sockets back for the next one. */
    public Kernel kernel() {
        return kernel(take(), Optional.empty());
    }

    /**
     * The node and a container.
     *
     * @param pod the container's namespace; closed with the kernel
     */
    public Kernel kernel(Netns pod) {
        Namespace host = take();
        return kernel(host, Optional.of(Namespace.visited(pod, host)));
    }

    private Kernel kernel(Namespace host, Optional<Namespace> pod) {
        Firewall firewall = new Firewall(host, elements, Command.DIRECTORIES);
        return new LinuxKernel(host, pod, firewall, deletes::delete, this::giveBack);
    }

    /** The one that was used last, for what is still in the processor's caches. */
    private Namespace take() {
        synchronized (idle) {
            if (closed) {
                throw new IllegalStateException("the host is closed");
            }
            return idle.isEmpty() ? Namespace.own(NetlinkSocket.newBuffer()) : idle.pop();
        }
    }

    private void giveBack(Namespace host) {
        host.indexes().clear();
        synchronized (idle) {
            if (!closed && idle.size() < MOST_IDLE) {
                idle.push(host);
                return;
            }
        }
        host.close();
    }

    /** Closes the sockets. Only when no kernel is open any more. */
    @Override
    public void close() {
        synchronized (idle) {
            if (closed) {
                return;
            }
            closed = true;
            idle.forEach(Namespace::close);
            idle.clear();
        }
        deleting.close();
        filtering.close();
        itself.close();
    }
}
