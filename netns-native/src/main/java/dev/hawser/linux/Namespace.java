package dev.hawser.linux;

import dev.hawser.netlink.Netlink;
import dev.hawser.sys.Fd;
import dev.hawser.sys.Netns;
import dev.hawser.sys.NetnsThread;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.Callable;

/** One network namespace that we work on: its sockets, opened when first needed and then kept. */
final class Namespace implements AutoCloseable {

    private final Netns netns;
    private final boolean own;
    private final ByteBuffer buffer;
    private Optional<NetlinkSocket> route = Optional.empty();
    private Optional<NetlinkSocket> netfilter = Optional.empty();

    /**
     * A namespace to work on.
     *
     * @param netns closed with this
     * @param own whether every thread that calls this is in it already
     * @param buffer for the datagrams of its sockets
     */
    Namespace(Netns netns, boolean own, ByteBuffer buffer) {
        this.netns = netns;
        this.own = own;
        this.buffer = buffer;
    }

    /** Its descriptor, as IFLA_NET_NS_FD wants it. */
    Fd fd() {
        return netns.fd();
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

    /** What {@code task} returns when run inside, such as starting a process or opening a file of /proc/sys/net. */
    <T> T inside(Callable<T> task) {
        return NetnsThread.call(netns, task);
    }

    /** Whether {@link #inside} needs no other thread. */
    boolean isOwn() {
        return own;
    }

    private NetlinkSocket open(int protocol) {
        return own ? NetlinkSocket.open(protocol, buffer) : inside(() -> NetlinkSocket.open(protocol, buffer));
    }

    @Override
    public void close() {
        route.ifPresent(NetlinkSocket::close);
        netfilter.ifPresent(NetlinkSocket::close);
        netns.close();
    }
}
