package dev.hawser.shim.helper;

import dev.hawser.shim.wire.CallFrame;
import io.netty.channel.Channel;
import io.netty.channel.unix.FileDescriptor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** Who may call, and which calls are ours to make. On the event loop. */
final class Reception {

    /** Root's. */
    private static final int ROOT_UID = 0;

    private final HelperSettings settings;
    private final Calls calls;
    private final CallQueue queue;
    private final Consumer<String> log;
    private final CallFrame.FileId namespace = FileIds.of(Path.of("/proc/self/ns/net"));
    private final CallFrame.FileId root = FileIds.of(Path.of("/"));
    private final int uid = FileIds.ownerOf(Path.of("/proc/self"));
    private final Installation installation;
    private final Runnable onReplaced;
    private volatile boolean closing;

    Reception(HelperSettings settings, Calls calls, CallQueue queue, Runnable onReplaced, Consumer<String> log) {
        this.settings = settings;
        this.calls = calls;
        this.queue = queue;
        this.installation = new Installation(settings.program());
        this.onReplaced = onReplaced;
        this.log = log;
    }

    /** From now on every call is the JVM's. */
    void close() {
        closing = true;
    }

    boolean admits(int peerUid) {
        return peerUid == ROOT_UID || peerUid == uid;
    }

    /** Why a call is not ours to make, if it is not. */
    Optional<String> refusal(String build, FileDescriptor ownNamespace) {
        if (closing) {
            return Optional.of("the helper is stopping");
        }
        if (!build.equals(settings.build())) {
            if (installation.isReplaced()) {
                onReplaced.run();
            }
            return Optional.of("the helper is of build " + settings.build() + ", the launcher of " + build);
        }
        if (!FileIds.of(ownNamespace).equals(namespace)) {
            return Optional.of("the helper lives in another network namespace");
        }
        return Optional.empty();
    }

    boolean sharesRoot(CallFrame frame) {
        return frame.root().equals(root);
    }

    PendingCall pending(CallFrame frame, FileDescriptor netns, Channel channel) {
        return new PendingCall(frame, netns, channel, calls, log);
    }

    void submit(PendingCall call) {
        if (!queue.submit(call)) {
            call.refuseForNow("too many calls are waiting");
            call.release();
        }
    }

    Duration deadline() {
        return settings.deadline();
    }

    void log(String line) {
        log.accept(line);
    }
}
