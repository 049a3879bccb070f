package dev.hawser.linux;

import dev.hawser.netlink.Netlink;
import dev.hawser.sys.Fd;
import dev.hawser.sys.Netns;
import dev.hawser.sys.NetnsThread;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/** One network namespace that we work on: its sockets and its thread, made when first needed and then kept. */
final class Namespace implements AutoCloseable {

    /** How something gets done inside. */
    private sealed interface Way {

        /** The calling thread is there. */
        record Here() implements Way {}

        /** The calling thread goes there, and comes back to where it was. */
        record Visit(Namespace home) implements Way {}

        /** A thread is kept there. */
        record Kept() implements Way {}
    }

    private final Way way;
    private final ByteBuffer buffer;
    private final Map<String, Integer> indexes = new HashMap<>();
    private Optional<Netns> netns;
    private Optional<NetnsThread> thread = Optional.empty();
    private Optional<NetlinkSocket> route = Optional.empty();
    private Optional<NetlinkSocket> netfilter = Optional.empty();
    private boolean locked;

    private Namespace(Optional<Netns> netns, Way way, ByteBuffer buffer) {
        this.netns = netns;
        this.way = way;
        this.buffer = buffer;
    }

    /**
     * The namespace of every thread that will call this.
     *
     * @param buffer for the datagrams of its sockets
     */
    static Namespace own(ByteBuffer buffer) {
        return new Namespace(Optional.empty(), new Way.Here(), buffer);
    }

    /**
     * A namespace that the calling threads are not in.
     *
     * @param netns closed with this
     * @param buffer for the datagrams of its sockets
     */
    static Namespace of(Netns netns, ByteBuffer buffer) {
        return new Namespace(Optional.of(netns), new Way.Kept(), buffer);
    }

    /**
     * A namespace that the calling threads are not in, but enter: three times cheaper than a thread that is started for it.
     *
     * @param netns closed with this
     * @param home the namespace of the calling threads, whose buffer serves here too; used while this is open
     */
    static Namespace visited(Netns netns, Namespace home) {
        return new Namespace(Optional.of(netns), new Way.Visit(home), home.buffer);
    }

    /** Its descriptor, as IFLA_NET_NS_FD wants it; valid until this is closed. */
    Fd fd() {
        return netns().fd();
    }

    /** Waits until nobody else has it locked, and locks it; closing this unlocks it. */
    void lock() {
        locked = true;
        netns().lock();
    }

    private Netns netns() {
        if (netns.isEmpty()) {
            netns = Optional.of(Netns.own());
        }
        return netns.get();
    }

    /** The indexes of links as they were last seen. An index is never given to another link; one that is gone is an error. */
    Map<String, Integer> indexes() {
        return indexes;
    }

    /** The socket of links, addresses and routes. */
    NetlinkSocket route() {
        if (route.isEmpty()) {
            route = Optional.of(open(Netlink.NETLINK_ROUTE));
        }
        return route.get();
    }

    /** The socket of nf_tables. */
    NetlinkSocket netfilter() {
        if (netfilter.isEmpty()) {
            netfilter = Optional.of(open(Netlink.NETLINK_NETFILTER));
        }
        return netfilter.get();
    }

    private NetlinkSocket open(int protocol) {
        return inside(() -> NetlinkSocket.open(protocol, buffer));
    }

    /** What {@code task} returns when run inside, such as starting a process or opening a file of /proc/sys/net. */
    <T> T inside(Callable<T> task) {
        return switch (way) {
            case Way.Here() -> NetnsThread.here(task);
            case Way.Visit(Namespace home) -> NetnsThread.visit(netns(), home.netns(), task);
            case Way.Kept() -> thread().call(task);
        };
    }

    /** Kept, for starting one costs ten times what a task costs. */
    private NetnsThread thread() {
        if (thread.isEmpty()) {
            thread = Optional.of(NetnsThread.start(netns()));
        }
        return thread.get();
    }

    @Override
    public void close() {
        route.ifPresent(NetlinkSocket::close);
        netfilter.ifPresent(NetlinkSocket::close);
        thread.ifPresent(NetnsThread::close);
        if (locked) {
            netns().unlock();
        }
        netns.ifPresent(Netns::close);
    }
}
