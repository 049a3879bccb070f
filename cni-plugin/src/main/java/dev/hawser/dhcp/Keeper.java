package dev.hawser.dhcp;

import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.KernelException;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.Side;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Renews the leases of a node for as long as it is open. It learns of them from their files alone, so that it does not matter who
 * has written them, and nothing is lost if it ends. One daemon thread waits for the directory to change (inotify(7)), others
 * come for what is due and go again; in between nothing runs.
 *
 * <p>At T1 the server is asked for more time, from T2 on every server; after half of what is left (RFC 2131, 4.4.5),
 * or half a minute, once more. When the time is over, or a server has refused, the link is set down, as the reference does: the address may be
 * somebody else's by now.
 */
public final class Keeper implements AutoCloseable {

    /** Leases that are attended to at once: each takes some seconds if nobody answers. */
    private static final int MOST_AT_ONCE = 16;

    private static final Duration THREAD_IDLE = Duration.ofSeconds(10);

    /** Also of a lease with nothing due: its container may have gone without a DEL. */
    private static final Duration LONGEST_SLEEP = Duration.ofHours(1);

    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(5);

    /** The reference comes back within a minute too, where the RFC would let hours pass. */
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private static final List<WatchEvent.Kind<Path>> CHANGES = List.of(
            StandardWatchEventKinds.ENTRY_CREATE,
            StandardWatchEventKinds.ENTRY_MODIFY,
            StandardWatchEventKinds.ENTRY_DELETE);

    private final LeaseFiles files;
    private final Dhcp dhcp;
    private final Consumer<String> log;
    private final WatchService directory;
    private final ScheduledThreadPoolExecutor workers;

    /** By file names. Guarded by this, as what follows. */
    private final Map<String, Future<?>> due = new HashMap<>();

    private final Set<String> attended = new HashSet<>();

    private Keeper(LeaseFiles files, Dhcp dhcp, Consumer<String> log, WatchService directory) {
        this.files = files;
        this.dhcp = dhcp;
        this.log = log;
        this.directory = directory;
        this.workers = new ScheduledThreadPoolExecutor(
                MOST_AT_ONCE,
                Thread.ofPlatform().name("dhcp keeper ", 1).daemon().factory());
        workers.setKeepAliveTime(THREAD_IDLE.toSeconds(), TimeUnit.SECONDS);
        workers.allowCoreThreadTimeOut(true);
        workers.setRemoveOnCancelPolicy(true);
    }

    /**
     * Starts to keep all leases that there are, and will be.
     *
     * @param dhcp of the same files
     * @param log takes lines for a person, on any thread
     * @throws UncheckedIOException if the directory cannot be made or watched
     */
    public static Keeper start(LeaseFiles files, Dhcp dhcp, Consumer<String> log) {
        files.createDirectory();
        try {
            Path path = files.directory();
            WatchService directory = path.getFileSystem().newWatchService();
            Keeper keeper = new Keeper(files, dhcp, log, directory);
            keeper.register();
            Thread.ofPlatform().name("dhcp leases").daemon().start(keeper::watch);
            return keeper;
        } catch (IOException e) {
            throw new UncheckedIOException("watch the leases in " + files.directory(), e);
        }
    }

    private void register() throws IOException {
        files.directory().register(directory, CHANGES.toArray(WatchEvent.Kind[]::new));
    }

    private void watch() {
        try {
            lookAtAll();
            while (true) {
                lookAtChanged(directory.take());
            }
        } catch (ClosedWatchServiceException end) {
            // That is how it ends.
        } catch (IOException | RuntimeException e) {
            log.accept("nobody keeps the DHCP leases of new containers any more: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void lookAtAll() {
        files.names().forEach(this::look);
    }

    private void lookAtChanged(WatchKey key) throws IOException {
        for (WatchEvent<?> event : key.pollEvents()) {
            if (event.context() instanceof Path name) {
                look(name.toString());
            } else {
                lookAtAll();
            }
        }
        if (!key.reset()) {
            files.createDirectory();
            register();
            lookAtAll();
        }
    }

    /** Decides when a lease is due. */
    private void look(String fileName) {
        if (!LeaseFiles.isLease(fileName)) {
            return;
        }
        try {
            files.find(fileName)
                    .ifPresentOrElse(lease -> attendAfter(fileName, untilDue(lease)), () -> forget(fileName));
        } catch (UncheckedIOException e) {
            log.accept(e.getMessage() + ": " + e.getCause());
        }
    }

    private Duration untilDue(DhcpLease lease) {
        boolean resting = lease.lost().isPresent() || lease.terms().isInfinite();
        Duration renew =
                lease.terms().until(lease.terms().renewAfter(), dhcp.clocks().nanos());
        return resting ? LONGEST_SLEEP : shorter(renew, LONGEST_SLEEP);
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private synchronized void forget(String fileName) {
        Future<?> planned = due.remove(fileName);
        if (planned != null) {
            planned.cancel(false);
        }
    }

    private synchronized void attendAfter(String fileName, Duration delay) {
        forget(fileName);
        if (!workers.isShutdown()) {
            due.put(
                    fileName,
                    workers.schedule(() -> attend(fileName), Math.max(0, delay.toMillis()), TimeUnit.MILLISECONDS));
        }
    }

    /** One lease by one thread. */
    private void attend(String fileName) {
        synchronized (this) {
            if (!attended.add(fileName)) {
                return; // whoever does it plans what comes next
            }
        }
        Optional<Duration> next = Optional.of(SHORTEST_PAUSE);
        try {
            next = files.find(fileName).flatMap(this::attend);
        } catch (RuntimeException e) {
            log.accept("keep the DHCP lease " + fileName + ": " + e.getMessage() + ": will try again");
        } finally {
            synchronized (this) {
                attended.remove(fileName);
            }
            next.ifPresentOrElse(delay -> attendAfter(fileName, delay), () -> forget(fileName));
        }
    }

    /** Does what is due; says when to come back, if ever. */
    private Optional<Duration> attend(DhcpLease lease) {
        Optional<Kernel> pod = dhcp.podOf(lease);
        if (pod.isEmpty()) {
            if (files.remove(lease)) {
                say(lease, "is forgotten: its container has gone, or the link");
            }
            return Optional.empty();
        }
        try (Kernel kernel = pod.get()) {
            return Optional.of(attend(kernel, lease));
        }
    }

    private Duration attend(Kernel pod, DhcpLease lease) {
        Terms terms = lease.terms();
        long now = dhcp.clocks().nanos();
        if (lease.lost().isPresent() || terms.until(terms.renewAfter(), now).isPositive()) {
            return untilDue(lease);
        }
        if (terms.isOver(now)) {
            return lose(pod, lease, "it has expired, and no server has renewed it");
        }
        boolean renewing = terms.until(terms.rebindAfter(), now).isPositive();
        return switch (extend(pod, lease, renewing)) {
            case Client.Extension.Granted(Terms more) -> extended(pod, lease, lease.with(more));
            case Client.Extension.Refused(String why) -> lose(pod, lease, why);
            case Client.Extension.Unanswered() -> pause(lease, renewing ? terms.rebindAfter() : terms.endsAfter());
        };
    }

    private Client.Extension extend(Kernel pod, DhcpLease lease, boolean renewing) {
        MacAddress mac = lease.mac();
        try (Wire wire = FrameWire.open(pod, lease.attachment().ifName())) {
            Client client = dhcp.client(wire, mac, lease.ask());
            return renewing ? client.renew(lease.terms()) : client.rebind(lease.terms());
        } catch (KernelException e) {
            say(lease, "cannot be renewed: " + e.getMessage());
            return new Client.Extension.Unanswered();
        }
    }

    /** If a DEL has come in between, it told the server before we did; so the server is told again. */
    private Duration extended(Kernel pod, DhcpLease before, DhcpLease after) {
        boolean deleted =
                !files.replace(before, after) && files.find(before.attachment()).isEmpty();
        if (deleted) {
            try (Wire wire = FrameWire.open(pod, after.attachment().ifName())) {
                dhcp.client(wire, after.mac(), after.ask()).release(after.terms());
            }
        }
        return untilDue(after);
    }

    private Duration pause(DhcpLease lease, Duration before) {
        Duration left = lease.terms().until(before, dhcp.clocks().nanos());
        say(
                lease,
                "is not renewed yet: no server has answered, it ends in "
                        + Math.max(
                                0,
                                lease.terms()
                                        .until(
                                                lease.terms().endsAfter(),
                                                dhcp.clocks().nanos())
                                        .toSeconds())
                        + " s");
        Duration half = shorter(left.dividedBy(2), LONGEST_PAUSE);
        return half.compareTo(SHORTEST_PAUSE) > 0 ? half : shorter(left, SHORTEST_PAUSE);
    }

    private Duration lose(Kernel pod, DhcpLease lease, String why) {
        if (files.replace(lease, lease.lost(why))) {
            say(lease, "is lost: " + why + ": setting the link down");
            pod.apply(Side.POD, new LinkChange.SetDown(lease.attachment().ifName()));
        }
        return LONGEST_SLEEP;
    }

    private void say(DhcpLease lease, String what) {
        log.accept("[" + lease.attachment().containerId() + "/"
                + lease.attachment().ifName() + "] the DHCP lease of " + lease.address() + " " + what);
    }

    /** Stops keeping; the leases stay. Closing twice is harmless. */
    @Override
    public void close() {
        workers.shutdownNow();
        try {
            directory.close();
        } catch (IOException e) {
            log.accept("stop watching the DHCP leases: " + e.getMessage());
        }
    }
}
