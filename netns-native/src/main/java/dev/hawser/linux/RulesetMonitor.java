package dev.hawser.linux;

import dev.hawser.kernel.Errno;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.KernelException;
import dev.hawser.netfilter.ChainLinks;
import dev.hawser.netfilter.Nftables;
import dev.hawser.netlink.MalformedNetlink;
import dev.hawser.netlink.MessageReader;
import dev.hawser.netlink.Netlink;
import dev.hawser.sys.Fd;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Watches over our nftables rules for as long as it is open: when somebody else deletes them ({@code nft flush ruleset}, a
 * restart of nftables.service), makes them again from what the aliases of the links say. One daemon thread, which sleeps in
 * poll(2) until nf_tables changes.
 *
 * <p>A table, chain, set or rule of ours that goes is a loss, in whatever family. An element that goes is one only if another
 * process deleted it ({@code nft flush set}): our own DELs cost a look at the sender's port, and no dump.
 *
 * <p>Of others' tables only our {@link Doorway} is watched, which lives in one of iptables: its chain, the rules there, and what
 * leads into it. The older iptables, which is no front of nf_tables, tells nobody what it does: there the doorway is looked at
 * only when something of ours is lost.
 */
public final class RulesetMonitor implements AutoCloseable {

    /** What a notification says is gone. */
    private enum Loss {
        NONE(0),

        /**
         * The other process may be a plugin without a helper that takes back a failed ADD, elements first: its link goes next,
         * and with it what would be made again.
         */
        ELEMENTS(250),

        /**
         * Who clears iptables does that step by step, each a process: {@code iptables -F; iptables -X} would fail if the chain
         * were in use again in between.
         */
        DOORWAY(500),

        /** A flush comes with other changes, and often with a new ruleset of its maker's. */
        RULES(50);

        /** How long to wait until that is done. */
        private final int settleMillis;

        Loss(int settleMillis) {
            this.settleMillis = settleMillis;
        }

        Loss and(Loss other) {
            return compareTo(other) < 0 ? other : this;
        }
    }

    /**
     * Until a burst of changes is over, as an ADD is one: its thread would have to share the processor with ours each time. The
     * kernel keeps some two hundred changes for us meanwhile.
     */
    private static final int BURST_MILLIS = 5;

    private static final int FIRST_RETRY_MILLIS = 1_000;
    private static final int LAST_RETRY_MILLIS = 60_000;
    private static final int FOREVER = -1;

    /** linux/netfilter/nfnetlink.h. */
    private static final int NFNLGRP_NFTABLES = 7;

    private static final int MSG_TRUNC = 0x20;
    private static final int MSG_DONTWAIT = 0x40;

    /**
     * How what our rules have marked gets through the filters of iptables, in one family.
     *
     * @param adminChain the chain whose rules come first
     */
    public record Doorway(boolean ipv4, String adminChain) {}

    /**
     * Rules that were lost and are there again.
     *
     * @param masquerades how many addresses are masqueraded again
     * @param macGuards how many bridge ports are guarded again
     * @param publications how many containers have their published ports again
     * @param forwarded how many addresses are let through again
     * @param closedBridges how many bridges are closed again
     * @param doorways how many doorways are open again
     */
    public record Restored(
            int masquerades, int macGuards, int publications, int forwarded, int closedBridges, int doorways) {

        /** How many are elements of ours, those of a container's ports counted as one. */
        public int elements() {
            return masquerades + macGuards + publications + forwarded + closedBridges;
        }

        boolean isNothing() {
            return elements() == 0 && doorways == 0;
        }

        /** {@code 2 masqueraded addresses, 2 addresses that are let through}. */
        String words() {
            Map<String, Integer> counts = new LinkedHashMap<>();
            counts.put("masqueraded addresses", masquerades);
            counts.put("guarded ports", macGuards);
            counts.put("containers with published ports", publications);
            counts.put("addresses that are let through", forwarded);
            counts.put("closed bridges", closedBridges);
            counts.put("ways through the filters of iptables", doorways);
            return counts.entrySet().stream()
                    .filter(count -> count.getValue() > 0)
                    .map(count -> count.getValue() + " " + count.getKey())
                    .collect(Collectors.joining(", "));
        }
    }

    private final Consumer<String> log;
    private final Consumer<Restored> observed;
    private final Predicate<Doorway> mend;
    private final ByteBuffer buffer = NetlinkSocket.newBuffer();
    private final Namespace host = Namespace.own(NetlinkSocket.newBuffer());
    private final Fd notifications;
    private final Fd end;
    private final OwnPorts ownPorts = new OwnPorts();
    private final Thread thread;
    private volatile boolean closing;

    private RulesetMonitor(
            Consumer<String> log, Consumer<Restored> observed, Predicate<Doorway> mend, Fd notifications, Fd end) {
        this.log = log;
        this.observed = observed;
        this.mend = mend;
        this.notifications = notifications;
        this.end = end;
        this.thread = Thread.ofPlatform().name("ruleset monitor").daemon().unstarted(this::watch);
    }

    /**
     * Starts watching the namespace of the calling thread, and first makes again what is lost already.
     *
     * @param log takes lines for a person, on the monitor's thread
     * @param observed told of each loss that was made good, on the monitor's thread
     * @param mend makes good what is missing of a doorway, and says whether something was; on the monitor's thread
     * @throws KernelException if nf_tables cannot be subscribed to
     */
    public static RulesetMonitor start(Consumer<String> log, Consumer<Restored> observed, Predicate<Doorway> mend) {
        Fd notifications = NetlinkSocket.subscribe(Netlink.NETLINK_NETFILTER, NFNLGRP_NFTABLES);
        try {
            RulesetMonitor monitor = new RulesetMonitor(log, observed, mend, notifications, Fd.event());
            monitor.thread.start();
            return monitor;
        } catch (KernelException e) {
            notifications.close();
            throw e;
        }
    }

    /** Ends the thread, and returns when it has ended; closing twice is harmless. */
    @Override
    public void close() {
        synchronized (this) {
            if (closing) {
                return;
            }
            closing = true;
            end.signal();
        }
        join();
        notifications.close();
        end.close();
    }

    @Override
    public String toString() {
        return "ruleset monitor, " + (thread.isAlive() ? "watching" : "ended");
    }

    private void join() {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void watch() {
        try (host) {
            Loss loss = Loss.RULES;
            int retryMillis = FIRST_RETRY_MILLIS;
            while (!closing) {
                boolean failed = loss != Loss.NONE && !restore();
                retryMillis = failed ? Math.min(2 * retryMillis, LAST_RETRY_MILLIS) : FIRST_RETRY_MILLIS;
                Fd.awaitReadable(List.of(notifications, end), failed ? retryMillis : FOREVER);
                Fd.awaitReadable(List.of(end), BURST_MILLIS);
                loss = drain(failed ? Loss.RULES : Loss.NONE);
                if (loss != Loss.NONE) {
                    Fd.awaitReadable(List.of(end), loss.settleMillis);
                    drain(loss);
                }
            }
        } catch (RuntimeException e) {
            log.accept("nobody watches over the nftables rules any more: " + e);
        }
    }

    /** Whether all is as it should be. */
    private boolean restore() {
        try {
            Restoration restoration = new Restoration(host);
            report(restoration.run());
            report(restoration.mendDoorways(mend));
            return true;
        } catch (KernelException | MalformedNetlink e) {
            log.accept("restore nftables rules: " + e.getMessage() + ": will try again");
            return false;
        }
    }

    private void report(Restored restored) {
        if (!restored.isNothing()) {
            log.accept("nftables rules were lost and are restored: " + restored.words());
            observed.accept(restored);
        }
    }

    /** Reads what there is to read; what is lost by that, or was {@code before}. */
    private Loss drain(Loss before) {
        Loss loss = before;
        while (true) {
            try {
                int length = notifications.receive(buffer, MSG_DONTWAIT | MSG_TRUNC);
                if (length < 0) {
                    return loss;
                }
                loss = length > buffer.capacity() ? Loss.RULES : lossIn(length, loss);
            } catch (KernelException e) {
                requireOverrun(e);
                loss = Loss.RULES;
            }
        }
    }

    /** ENOBUFS: so much happened that some of it was not told (netlink(7)). */
    private static void requireOverrun(KernelException e) {
        if (e.errno() != Errno.ENOBUFS) {
            throw e;
        }
    }

    private Loss lossIn(int length, Loss before) {
        MessageReader messages = new MessageReader(buffer.position(0).limit(length));
        Loss loss = before;
        while (messages.next()) {
            loss = loss.and(loss(messages, loss));
        }
        return loss;
    }

    /** Who deleted an element is asked only if that changes anything. */
    private Loss loss(MessageReader message, Loss before) {
        int type = message.header().type();
        if (Nftables.isLoss(type, message.body())) {
            return Loss.RULES;
        }
        if (ChainLinks.isLoss(FirewallChange.DOORWAY, type, message.body())) {
            return Loss.DOORWAY;
        }
        boolean lostElement = before == Loss.NONE
                && Nftables.isLostElement(type, message.body())
                && !ownPorts.contains(message.header().port());
        return lostElement ? Loss.ELEMENTS : Loss.NONE;
    }
}
