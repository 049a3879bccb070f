package dev.hawser.shim.helper;

import dev.hawser.shim.helper.CallObserver.Refusal;
import dev.hawser.shim.wire.CallFrame;
import dev.hawser.shim.wire.MalformedFrame;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Who may call, and which calls are ours to make. On the event loop. */
final class Reception {

    /** Root's. */
    private static final int ROOT_UID = 0;

    private final HelperSettings settings;
    private final Calls calls;
    private final CallQueue queue;
    private final CallObserver observer;
    private final Consumer<String> log;
    private final CallFrame.FileId namespace = FileIds.of(Path.of("/proc/self/ns/net"));
    private final CallFrame.FileId root = FileIds.of(Path.of("/"));
    private final int uid = FileIds.ownerOf(Path.of("/proc/self"));
    private final Installation installation;
    private final Runnable onReplaced;
    private volatile boolean closing;

    /** Connections that have not said yet what they want. Guarded by this. */
    private int unheard;

    Reception(
            HelperSettings settings,
            Calls calls,
            CallQueue queue,
            Runnable onReplaced,
            CallObserver observer,
            Consumer<String> log) {
        this.settings = settings;
        this.calls = calls;
        this.queue = queue;
        this.installation = new Installation(settings.program());
        this.onReplaced = onReplaced;
        this.observer = observer;
        this.log = log;
    }

    /** Somebody has connected; {@link #heard} follows, once. */
    synchronized void arrived() {
        unheard++;
    }

    /** Somebody has called, was sent away, or is gone. */
    synchronized void heard() {
        unheard--;
        notifyAll();
    }

    /** Waits until all who have connected are heard, but no longer than this. */
    synchronized void awaitAllHeard(Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        for (long left = limit.toNanos(); unheard > 0 && left > 0; left = end - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    /** From now on every call is the JVM's. */
    void close() {
        closing = true;
    }

    boolean isClosed() {
        return closing;
    }

    boolean admits(int peerUid) {
        boolean admitted = peerUid == ROOT_UID || peerUid == uid;
        if (!admitted) {
            observer.refused(Refusal.UID);
        }
        return admitted;
    }

    /** Somebody has sent what is no frame. */
    void malformed(MalformedFrame what) {
        observer.refused(Refusal.MALFORMED);
        log("closed a connection: " + what.getMessage());
    }

    /** Why a call is not ours to make, if it is not. */
    Optional<String> refusal(String build, FileDescriptor ownNamespace) {
        if (closing) {
            observer.refused(Refusal.STOPPING);
            return Optional.of("the helper is stopping");
        }
        if (!build.equals(settings.build())) {
            observer.refused(Refusal.BUILD);
            if (installation.isReplaced()) {
                onReplaced.run();
            }
            return Optional.of("the helper is of build " + settings.build() + ", the launcher of " + build);
        }
        if (!FileIds.of(ownNamespace).equals(namespace)) {
            observer.refused(Refusal.NAMESPACE);
            return Optional.of("the helper lives in another network namespace");
        }
        return Optional.empty();
    }

    boolean sharesRoot(CallFrame frame) {
        boolean shared = frame.root().equals(root);
        if (!shared) {
            observer.refused(Refusal.ROOT);
        }
        return shared;
    }

    PendingCall pending(CallFrame frame, FileDescriptor netns, UnixChannel channel) {
        return new PendingCall(frame, netns, channel, calls, observer, log);
    }

    void submit(PendingCall call) {
        if (!queue.submit(call)) {
            call.handBack("too many calls are waiting");
        }
    }

    Duration deadline() {
        return settings.deadline();
    }

    void log(String line) {
        log.accept(line);
    }
}
