package dev.hawser.linux;

import static dev.hawser.kernel.Errno.ENODEV;

import dev.hawser.group.GroupCommit;
import dev.hawser.netlink.Ack;
import dev.hawser.netlink.LinkCodec;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * The end of links of one namespace, those that wait together by one message. The end of a link takes the kernel some 20 ms,
 * nearly all of it waiting for RCU (unregister_netdevice_many); that of a hundred links takes one such wait. Thread-safe.
 */
final class LinkDeletes {

    /** Some 80 ms, in which nobody else in this kernel can touch any link (rtnl_lock). */
    private static final int MAX_GROUP = 128;

    /** The interface group of links that are in none. */
    private static final int NO_GROUP = 0;

    /** Groups that people make have small numbers (/etc/iproute2/group). */
    private static final int LOWEST_GROUP = 1 << 30;

    private final Namespace namespace;
    private final GroupCommit<List<String>, Ack> commit;

    /**
     * The end of links.
     *
     * @param namespace used by one thread at a time, and by nobody else
     * @param sizes told the size of each group
     */
    LinkDeletes(Namespace namespace, IntConsumer sizes) {
        this.namespace = namespace;
        this.commit = new GroupCommit<>(this::deleteGroup, MAX_GROUP, sizes);
    }

    /** Deletes the links of these names, as far as there are any. */
    void delete(List<String> names) {
        commit.commit(names).orFail("delete link", String.join(", ", names));
    }

    /** The links of several calls: one answer for each call. */
    private List<Ack> deleteGroup(List<List<String>> calls) {
        Deque<Ack> acks =
                new ArrayDeque<>(deleteAll(calls.stream().flatMap(List::stream).toList()));
        return calls.stream()
                .map(names -> names.stream().map(name -> acks.remove()).reduce(Ack.OK, LinkDeletes::firstFailure))
                .toList();
    }

    private List<Ack> deleteAll(List<String> names) {
        return names.size() == 1 ? List.of(deleteAlone(names.getFirst())) : deleteTogether(names);
    }

    private Ack deleteAlone(String name) {
        return socket().execute(LinkCodec.delete(name)).ignoring(ENODEV);
    }

    /** An interface group of their own, then the end of that group (net/core/rtnetlink.c, rtnl_group_dellink). */
    private List<Ack> deleteTogether(List<String> names) {
        int group = ThreadLocalRandom.current().nextInt(LOWEST_GROUP, Integer.MAX_VALUE);
        List<Ack> joined = socket().executeEach(names.stream()
                .map(name -> LinkCodec.setGroup(name, group))
                .toList());
        boolean deleted =
                socket().execute(LinkCodec.deleteGroup(group)).ignoring(ENODEV).isOk();
        return IntStream.range(0, names.size())
                .mapToObj(i -> deleted && joined.get(i).ignoring(ENODEV).isOk() ? Ack.OK : deleteAfterAll(names.get(i)))
                .toList();
    }

    /** The group could not be deleted, or this link did not join it. What cannot be deleted must not stay in the group. */
    private Ack deleteAfterAll(String name) {
        Ack ack = deleteAlone(name);
        return ack.isOk() ? ack : firstFailure(ack, socket().execute(LinkCodec.setGroup(name, NO_GROUP)));
    }

    private static Ack firstFailure(Ack first, Ack second) {
        return first.isOk() ? second : first;
    }

    private NetlinkSocket socket() {
        return namespace.route();
    }
}
