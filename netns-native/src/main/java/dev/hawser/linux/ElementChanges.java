package dev.hawser.linux;

import dev.hawser.group.GroupCommit;
import dev.hawser.netfilter.Nftables;
import dev.hawser.netlink.Ack;
import dev.hawser.netlink.Request;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/** How changes of nf_tables get there: each in a transaction of its own, or those that wait together in one. */
interface ElementChanges {

    /** Has the kernel make all of these changes, or none of them. */
    Ack execute(List<Request> changes);

    /** What {@code load} returns when nobody else here loads the ruleset. */
    Ack loading(Supplier<Ack> load);

    /** Each in a transaction of its own. */
    static ElementChanges alone(Namespace host) {
        return new Alone(host);
    }

    /**
     * Those that wait together in one transaction; thread-safe.
     *
     * @param host used by one thread at a time, and by nobody else
     * @param sizes told the size of each group
     */
    static ElementChanges together(Namespace host, IntConsumer sizes) {
        return new Together(host, sizes);
    }

    /** Each alone. */
    record Alone(Namespace host) implements ElementChanges {

        @Override
        public Ack execute(List<Request> changes) {
            return host.netfilter().executeAll(Nftables.batch(changes));
        }

        @Override
        public Ack loading(Supplier<Ack> load) {
            return load.get();
        }
    }

    /** By {@link GroupCommit}. */
    final class Together implements ElementChanges {

        /** So many changes, each of a few messages of 250 bytes at most, fit into the buffer of a socket. */
        private static final int MAX_GROUP = 32;

        private final Alone alone;
        private final GroupCommit<List<Request>, Ack> commit;
        private final ReentrantLock loading = new ReentrantLock();

        private Together(Namespace host, IntConsumer sizes) {
            this.alone = new Alone(host);
            this.commit = new GroupCommit<>(this::commit, MAX_GROUP, sizes);
        }

        @Override
        public Ack execute(List<Request> changes) {
            return commit.commit(changes);
        }

        /** If one cannot be made, none of the group is: then each is tried alone, and has an outcome of its own. */
        private List<Ack> commit(List<List<Request>> group) {
            boolean done = group.size() > 1
                    && alone.execute(group.stream().flatMap(List::stream).toList())
                            .isOk();
            return group.stream()
                    .map(changes -> done ? Ack.OK : alone.execute(changes))
                    .toList();
        }

        @Override
        public Ack loading(Supplier<Ack> load) {
            loading.lock();
            try {
                return load.get();
            } finally {
                loading.unlock();
            }
        }
    }
}
