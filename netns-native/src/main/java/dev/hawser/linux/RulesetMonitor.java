package dev.hawser.linux;

import dev.hawser.kernel.Errno;
import dev.hawser.kernel.KernelException;
import dev.hawser.netfilter.Nftables;
import dev.hawser.netlink.MalformedNetlink;
import dev.hawser.netlink.MessageReader;
import dev.hawser.netlink.Netlink;
import dev.hawser.sys.Fd;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;

/**
 * Watches over our nftables rules for as long as it is open: when somebody else deletes them ({@code nft flush ruleset}, a
 * restart of nftables.service), makes them again from what the aliases of the links say. One daemon thread, which sleeps in
 * poll(2) until nf_tables changes.
 *
 * <p>A table, chain, set or rule of ours that goes is a loss. An element that goes is none: that is what DEL does.
 */
public final class RulesetMonitor implements AutoCloseable {

    /** A flush comes with other changes, and often with a new ruleset of its maker's: wait until that is done. */
    private static final int SETTLE_MILLIS = 50;

    private static final int FIRST_RETRY_MILLIS = 1_000;
    private static final int LAST_RETRY_MILLIS = 60_000;
    private static final int FOREVER = -1;

    /** linux/netfilter/nfnetlink.h. */
    private static final int NFNLGRP_NFTABLES = 7;

    private static final int MSG_TRUNC = 0x20;
    private static final int MSG_DONTWAIT = 0x40;

    /**
     * Rules that were lost and are there again.
     *
     * @param masquerades how many addresses are masqueraded again
     * @param macGuards how many bridge ports are guarded again
     */
    public record Restored(int masquerades, int macGuards) {

        boolean isNothing() {
            return masquerades == 0 && macGuards == 0;
        }
    }

    private final Consumer<String> log;
    private final Consumer<Restored> observed;
    private final ByteBuffer buffer = NetlinkSocket.newBuffer();
    private final Namespace host = Namespace.own(NetlinkSocket.newBuffer());
    private final Fd notifications;
    private final Fd end;
    private final Thread thread;
    private volatile boolean closing;

    private RulesetMonitor(Consumer<String> log, Consumer<Restored> observed, Fd notifications, Fd end) {
        this.log = log;
        this.observed = observed;
        this.notifications = notifications;
        this.end = end;
        this.thread = Thread.ofPlatform().name("ruleset monitor").daemon().unstarted(this::watch);
    }

    /**
     * Starts watching the namespace of the calling thread, and first makes again what is lost already.
     *
     * @param log takes lines for a person, on the monitor's thread
     * @param observed told of each loss that was made good, on the monitor's thread
     * @throws KernelException if nf_tables cannot be subscribed to
     */
    public static RulesetMonitor start(Consumer<String> log, Consumer<Restored> observed) {
        Fd notifications = NetlinkSocket.subscribe(Netlink.NETLINK_NETFILTER, NFNLGRP_NFTABLES);
        try {
            RulesetMonitor monitor = new RulesetMonitor(log, observed, notifications, Fd.event());
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
            boolean lost = true;
            int retryMillis = FIRST_RETRY_MILLIS;
            while (!closing) {
                boolean failed = lost && !restore();
                retryMillis = failed ? Math.min(2 * retryMillis, LAST_RETRY_MILLIS) : FIRST_RETRY_MILLIS;
                Fd.awaitReadable(List.of(notifications, end), failed ? retryMillis : FOREVER);
                lost = drain() || failed;
                if (lost) {
                    Fd.awaitReadable(List.of(end), SETTLE_MILLIS);
                    drain();
                }
            }
        } catch (RuntimeException e) {
            log.accept("nobody watches over the nftables rules any more: " + e);
        }
    }

    /** Whether all is as it should be. */
    private boolean restore() {
        try {
            Restored restored = new Restoration(host).run();
            if (!restored.isNothing()) {
                log.accept("nftables rules were lost and are restored: " + restored.masquerades()
                        + " masqueraded addresses, " + restored.macGuards() + " guarded ports");
                observed.accept(restored);
            }
            return true;
        } catch (KernelException | MalformedNetlink e) {
            log.accept("restore nftables rules: " + e.getMessage() + ": will try again");
            return false;
        }
    }

    /** Reads what there is to read; whether there was a loss in it. */
    private boolean drain() {
        boolean lost = false;
        while (true) {
            try {
                int length = notifications.receive(buffer, MSG_DONTWAIT | MSG_TRUNC);
                if (length < 0) {
                    return lost;
                }
                lost |= length > buffer.capacity() || isLoss(length);
            } catch (KernelException e) {
                requireOverrun(e);
                lost = true;
            }
        }
    }

    /** ENOBUFS: so much happened that some of it was not told (netlink(7)). */
    private static void requireOverrun(KernelException e) {
        if (e.errno() != Errno.ENOBUFS) {
            throw e;
        }
    }

    private boolean isLoss(int length) {
        MessageReader messages = new MessageReader(buffer.position(0).limit(length));
        boolean lost = false;
        while (messages.next()) {
            lost |= Nftables.isLoss(messages.header().type(), messages.body());
        }
        return lost;
    }
}
