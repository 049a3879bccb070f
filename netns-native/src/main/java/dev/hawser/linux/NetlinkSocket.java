package dev.hawser.linux;

import dev.hawser.kernel.Errno;
import dev.hawser.kernel.KernelException;
import dev.hawser.netlink.Ack;
import dev.hawser.netlink.AttrReader;
import dev.hawser.netlink.MalformedNetlink;
import dev.hawser.netlink.MessageReader;
import dev.hawser.netlink.Netlink;
import dev.hawser.netlink.NlMsgHdr;
import dev.hawser.netlink.Request;
import dev.hawser.sys.Fd;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A conversation with the kernel (netlink(7)). It belongs to the namespace of the thread that opened it, and serves one
 * thread at a time, whichever.
 *
 * <p>rtnetlink and nfnetlink answer inside of send(2), and go on dumping inside of recv(2). So no read here waits: an answer
 * that is not there yet will never come, and nothing can hang.
 */
final class NetlinkSocket implements AutoCloseable {

    /** Dumps come in datagrams of what the reader has shown room for, at most 32 KiB (af_netlink.c, netlink_dump). */
    private static final int BUFFER_BYTES = 32 * 1024;

    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;
    private static final int SOCKADDR_NL_BYTES = 12;
    private static final int SOL_NETLINK = 270;
    private static final int SOL_SOCKET = 1;
    private static final int SO_SNDBUFFORCE = 32;
    private static final int MSG_TRUNC = 0x20;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int[] OPTIONS = {
        Netlink.NETLINK_EXT_ACK, Netlink.NETLINK_CAP_ACK, Netlink.NETLINK_GET_STRICT_CHK
    };
    private static final int DUMP_ATTEMPTS = 10;

    /**
     * How many messages go in one datagram: the acknowledgements of all of them wait in the socket before the first is read,
     * each in a buffer of some 800 bytes, of the 208 KiB that sockets have by default (net.core.rmem_default).
     */
    private static final int MESSAGES_AT_ONCE = 64;

    private final Fd fd;
    private final ByteBuffer buffer;
    private int sequence;

    private NetlinkSocket(Fd fd, ByteBuffer buffer) {
        this.fd = fd;
        this.buffer = buffer;
    }

    /**
     * Opens a socket in the namespace of the calling thread.
     *
     * @param protocol NETLINK_ROUTE or NETLINK_NETFILTER
     * @param buffer from {@link #newBuffer}; sockets that serve the same thread may share it
     */
    static NetlinkSocket open(int protocol, ByteBuffer buffer) {
        Fd fd = Fd.socket(AF_NETLINK, SOCK_RAW, protocol);
        try {
            for (int option : OPTIONS) {
                fd.enable(SOL_NETLINK, option);
            }
            return new NetlinkSocket(fd, buffer);
        } catch (KernelException e) {
            fd.close();
            throw e;
        }
    }

    /**
     * A socket that takes the notifications of a multicast group, in the namespace of the calling thread. What is in it is for
     * the caller to read. It must be bound: one without a port is passed over by notifications that exclude port 0, nobody's
     * (af_netlink.c, do_one_broadcast).
     *
     * @param group 1 to 32
     */
    static Fd subscribe(int protocol, int group) {
        Fd fd = Fd.socket(AF_NETLINK, SOCK_RAW, protocol);
        try {
            fd.bind(address(1 << (group - 1)));
            return fd;
        } catch (KernelException e) {
            fd.close();
            throw e;
        }
    }

    /**
     * {@snippet lang=text :
     *  struct sockaddr_nl {
     *      __kernel_sa_family_t nl_family;
     *      unsigned short       nl_pad;
     *      __u32                nl_pid;      // 0: the kernel chooses
     *      __u32                nl_groups;   // one bit for each
     *  };
     * }
     */
    private static ByteBuffer address(int groups) {
        ByteBuffer address = ByteBuffer.allocateDirect(SOCKADDR_NL_BYTES).order(ByteOrder.nativeOrder());
        address.putShort((short) AF_NETLINK).putShort((short) 0).putInt(0).putInt(groups);
        return address.flip();
    }

    /** A buffer for the datagrams of one thread. */
    static ByteBuffer newBuffer() {
        return ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.nativeOrder());
    }

    /** Has the kernel do something. */
    Ack execute(Request request) {
        return execute(request, body -> {});
    }

    /**
     * Has the kernel do something.
     *
     * @param onEcho takes what came of it, as NLM_F_ECHO asks for; older kernels say nothing
     */
    Ack execute(Request request, Consumer<AttrReader> onEcho) {
        return exchange(List.of(request), onEcho);
    }

    /**
     * Sends these messages as one datagram, as nf_tables wants its transactions.
     *
     * @param requests of which at least one is acknowledged
     * @return the first error, or success
     */
    Ack executeAll(List<Request> requests) {
        return exchange(requests, body -> {});
    }

    /**
     * Has the kernel do several things that have nothing to do with each other.
     *
     * @param requests acknowledged ones, of a hundred bytes or so each
     * @return what became of each, in the same order
     */
    List<Ack> executeEach(List<Request> requests) {
        List<Ack> acks = new ArrayList<>(requests.size());
        for (int start = 0; start < requests.size(); start += MESSAGES_AT_ONCE) {
            int end = Math.min(requests.size(), start + MESSAGES_AT_ONCE);
            acks.addAll(exchangeEach(requests.subList(start, end)));
        }
        return acks;
    }

    /**
     * Looks one thing up.
     *
     * @param request a {@linkplain Request#question question}
     * @param decoder reads the answer's body, and keeps no view of it
     * @param missing the errno by which the kernel says that there is no such thing
     * @param subject the words of an error: {@code link eth0}
     */
    <T> Optional<T> find(Request request, Function<AttrReader, T> decoder, int missing, String subject) {
        return find(request, decoder, Set.of(missing), subject);
    }

    /** As {@link #find(Request, Function, int, String)}, if the kernel has several ways to say that there is no such thing. */
    <T> Optional<T> find(Request request, Function<AttrReader, T> decoder, Set<Integer> missing, String subject) {
        send(List.of(request));
        while (receive()) {
            MessageReader messages = new MessageReader(buffer);
            while (messages.next()) {
                NlMsgHdr header = messages.header();
                if (header.sequence() != sequence) {
                    continue; // left over from an earlier request
                }
                if (header.type() != Netlink.NLMSG_ERROR) {
                    return Optional.of(decoder.apply(messages.body()));
                }
                Ack ack = messages.ack();
                if (!missing.contains(ack.errno())) {
                    ack.orFail("look up", subject);
                }
                return Optional.empty();
            }
        }
        throw noAnswer();
    }

    /**
     * All answers to a dump; one that was interrupted by a change is asked for again (NLM_F_DUMP_INTR).
     *
     * @param decoder reads one answer's body, and keeps no view of it
     * @param subject the words of an error: {@code links}
     */
    <T> List<T> dump(Request request, Function<AttrReader, T> decoder, String subject) {
        for (int attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
            List<T> found = new ArrayList<>();
            if (wholeDump(request, body -> found.add(decoder.apply(body)), subject)) {
                return found;
            }
        }
        throw new KernelException(
                "list " + subject + ": they changed while being read, " + DUMP_ATTEMPTS + " times in a row", 0);
    }

    @Override
    public void close() {
        fd.close();
    }

    private Ack exchange(List<Request> requests, Consumer<AttrReader> onReply) {
        int first = sequence + 1;
        int lastAcknowledged = send(requests);
        Ack answer = Ack.OK;
        while (receive()) {
            MessageReader messages = new MessageReader(buffer);
            while (messages.next()) {
                NlMsgHdr header = messages.header();
                if (header.sequence() - first < 0) {
                    continue; // left over from a request that failed half-way
                }
                if (header.type() != Netlink.NLMSG_ERROR) {
                    onReply.accept(messages.body());
                    continue;
                }
                Ack ack = messages.ack();
                answer = answer.isOk() ? ack : answer;
                if (header.sequence() == lastAcknowledged) {
                    return answer;
                }
            }
        }
        if (answer.isOk()) {
            throw noAnswer();
        }
        return answer;
    }

    private List<Ack> exchangeEach(List<Request> requests) {
        int first = sequence + 1;
        send(requests);
        List<Ack> acks = new ArrayList<>(requests.size());
        while (acks.size() < requests.size() && receive()) {
            MessageReader messages = new MessageReader(buffer);
            while (messages.next()) {
                NlMsgHdr header = messages.header();
                if (header.type() == Netlink.NLMSG_ERROR && header.sequence() == first + acks.size()) {
                    acks.add(messages.ack());
                }
            }
        }
        if (acks.size() < requests.size()) {
            throw noAnswer();
        }
        return acks;
    }

    /** Whether the dump was consistent. */
    private boolean wholeDump(Request request, Consumer<AttrReader> onReply, String subject) {
        send(List.of(request));
        boolean consistent = true;
        while (receive()) {
            MessageReader messages = new MessageReader(buffer);
            while (messages.next()) {
                NlMsgHdr header = messages.header();
                if (header.sequence() != sequence) {
                    continue;
                }
                consistent &= !header.has(Netlink.NLM_F_DUMP_INTR);
                switch (header.type()) {
                    case Netlink.NLMSG_DONE, Netlink.NLMSG_ERROR -> {
                        messages.ack().orFail("list", subject);
                        return consistent;
                    }
                    default -> onReply.accept(messages.body());
                }
            }
        }
        throw noAnswer();
    }

    /** Returns the sequence number of the last message that is acknowledged. */
    private int send(List<Request> requests) {
        int lastAcknowledged = 0;
        ByteBuffer out = written(requests, sequence + 1);
        for (Request request : requests) {
            sequence++;
            lastAcknowledged = request.isAcknowledged() ? sequence : lastAcknowledged;
        }
        fd.send(out);
        return lastAcknowledged;
    }

    /** In the usual buffer, if they fit: a transaction of some thousand elements is larger than any answer. */
    private ByteBuffer written(List<Request> requests, int firstSequence) {
        ByteBuffer out = buffer.clear();
        while (true) {
            try {
                int number = firstSequence;
                for (Request request : requests) {
                    request.writeTo(out, number++);
                }
                return out.flip();
            } catch (BufferOverflowException e) {
                out = ByteBuffer.allocateDirect(2 * out.capacity()).order(ByteOrder.nativeOrder());
                fd.setOption(SOL_SOCKET, SO_SNDBUFFORCE, 2 * out.capacity());
            }
        }
    }

    /** Fills the buffer with the next datagram; false if there is none. */
    private boolean receive() {
        int length = fd.receive(buffer, MSG_DONTWAIT | MSG_TRUNC);
        if (length > buffer.capacity()) {
            throw new MalformedNetlink("a datagram of " + length + " bytes, for which there is no room");
        }
        buffer.position(0).limit(Math.max(0, length));
        return length >= 0;
    }

    private static KernelException noAnswer() {
        return new KernelException("the kernel sent no answer to a netlink request", Errno.EAGAIN);
    }
}
