package dev.hawser.linux;

import dev.hawser.netlink.Netlink;
import dev.hawser.sys.Fd;
import dev.hawser.sys.Netns;
import dev.hawser.sys.NetnsThread;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.Callable;

/** One network namespace that we work on: its sockets and its thread, made when first needed and then kept. */
final class Namespace implements AutoCloseable {

    private final boolean own;
    private final ByteBuffer buffer;
    private Optional<Netns> netns;
    private Optional<NetnsThread> thread = Optional.empty();
    private Optional<NetlinkSocket> route = Optional.empty();
    private Optional<NetlinkSocket> netfilter = Optional.empty();

    private Namespace(Optional<Netns> netns, boolean own, ByteBuffer buffer) {
        this.netns = netns;
        this.own = own;
        this.buffer = buffer;
    }

    /**
     * The namespace of every thread that will call this.
     *
     * @param buffer for the datagrams of its sockets
     */
    static Namespace own(ByteBuffer buffer) {
        return new Namespace(Optional.empty(), true, buffer);
    }

    /**
     * A namespace that the calling threads are not in.
     *
     * @param netns closed with this
     * @param buffer for the datagrams of its sockets
     */
    static Namespace of(Netns netns, ByteBuffer buffer) {
        return new Namespace(Optional.of(netns), false, buffer);
    }

    /** Its descriptor, as IFLA_NET_NS_FD wants it; valid until this is closed. */
    Fd fd() {
        if (netns.isEmpty()) {
            netns = Optional.of(Netns.own());
        }
        return netns.get().fd();
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
        return own ? NetnsThread.here(task) : thread().call(task);
    }

    /** Kept, for starting one costs ten times what a task costs. */
    private NetnsThread thread() {
        if (thread.isEmpty()) {
            thread = Optional.of(NetnsThread.start(netns.orElseThrow()));
        }
        return thread.get();
    }

    @Override
    public void close() {
        route.ifPresent(NetlinkSocket::close);
        netfilter.ifPresent(NetlinkSocket::close);
        thread.ifPresent(NetnsThread::close);
        netns.ifPresent(Netns::close);
    }
}
