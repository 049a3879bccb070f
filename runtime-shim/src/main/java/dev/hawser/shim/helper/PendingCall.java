package dev.hawser.shim.helper;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hawser.run.PhaseClock;
import dev.hawser.run.PhaseTimes;
import dev.hawser.run.Phases;
import dev.hawser.run.Phases.Phase;
import dev.hawser.shim.wire.AnswerFrame;
import dev.hawser.shim.wire.CallFrame;
import io.netty.channel.ChannelFuture;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * One call from its frame to its answer. The first of these answers it: its own thread, its deadline, or the end of the helper;
 * for the others it is then too late.
 */
final class PendingCall implements CallQueue.Task, Calls.Reply {

    /** How long a launcher may take to print an answer. */
    private static final Duration PRINTING = Duration.ofSeconds(30);

    /** More than this is no launcher's time. */
    private static final Duration LONGEST_LAUNCH = Duration.ofHours(1);

    private final CallFrame frame;
    private final FileDescriptor netns;
    private final UnixChannel channel;
    private final Calls calls;
    private final CallObserver observer;
    private final Consumer<String> log;
    private final Instant received = Instant.now();
    private final long receivedNanos = System.nanoTime();

    /** Done when the launcher has printed the answer; fails when it is gone. */
    private final CompletableFuture<Boolean> delivered = new CompletableFuture<>();

    /** Guarded by this. */
    private final List<String> lines = new ArrayList<>();

    /** Guarded by this, as what follows. */
    private boolean answered;

    private final AnswerLine line;

    private int exitStatus = 1;
    private String error = "";

    /**
     * A call that has come.
     *
     * @param netns CNI_NETNS; closed with the call
     * @param channel the connection to its launcher
     * @param observer told when the call has ended
     * @param log takes lines for people
     */
    PendingCall(
            CallFrame frame,
            FileDescriptor netns,
            UnixChannel channel,
            Calls calls,
            CallObserver observer,
            Consumer<String> log) {
        this.frame = frame;
        this.netns = netns;
        this.channel = channel;
        this.line = AnswerLine.of(channel);
        this.calls = calls;
        this.observer = observer;
        this.log = log;
    }

    @Override
    public CallQueue.Lane lane() {
        return switch (frame.variable("CNI_COMMAND")) {
            case "ADD", "CHECK" -> CallQueue.Lane.ADDS;
            case "DEL", "GC" -> CallQueue.Lane.DELETES;
            default -> CallQueue.Lane.QUESTIONS;
        };
    }

    @Override
    public String containerId() {
        return frame.variable("CNI_CONTAINERID");
    }

    @Override
    public void run(CallQueue.Place place) {
        PhaseClock clock = clock();
        String trouble = "it ended its thread";
        try {
            trouble = carryOut(new PlacePhases(clock, place));
        } finally {
            release();
            tell(clock, trouble);
        }
    }

    /** Returns why nobody has the answer; empty if somebody has it. */
    private String carryOut(Phases phases) {
        if (isAnswered()) {
            return "";
        }
        if (!channel.isActive()) {
            return "the launcher was gone before the call began";
        }
        try {
            int status = calls.carryOut(frame, netns.intValue(), this, phases);
            phases.in(Phase.ANSWER, () -> answer(status, new byte[0]));
            return "";
        } catch (IOException e) {
            return "deliver the answer: " + e.getMessage() + ": what was done has been taken back";
        } catch (RuntimeException | Error e) {
            // The thread ends; the launcher must not wait for the deadline because of that.
            refuseForNow("the call failed in the helper: " + e);
            throw e;
        }
    }

    /** With what happened to the call until now. */
    private PhaseClock clock() {
        PhaseClock clock = new PhaseClock(System::nanoTime, observer.follows(frame));
        clock.add(Phase.LAUNCHER, startedNanos(), receivedNanos);
        clock.add(Phase.QUEUE, receivedNanos, System.nanoTime());
        return clock;
    }

    /** A launcher in another time namespace has another clock (time_namespaces(7)): its time is then not known. */
    private long startedNanos() {
        long before = receivedNanos - frame.startedNanos();
        return before >= 0 && before <= LONGEST_LAUNCH.toNanos() ? frame.startedNanos() : receivedNanos;
    }

    private void tell(PhaseClock clock, String trouble) {
        PhaseTimes times = clock.read();
        FinishedCall finished;
        synchronized (this) {
            finished = new FinishedCall(
                    frame,
                    clock.network(),
                    received.minusNanos(receivedNanos - startedNanos()),
                    startedNanos(),
                    times,
                    clock.intervals(),
                    exitStatus,
                    error,
                    trouble);
        }
        try {
            observer.finished(finished);
        } catch (RuntimeException e) {
            log.accept("keep book of a call: " + e);
        }
    }

    @Override
    public void handBack() {
        handBack("the helper is stopping");
    }

    /** Gives the call back, unmade. */
    void handBack(String why) {
        PhaseClock clock = clock();
        refuseForNow(why);
        release();
        tell(clock, "");
    }

    /** Answers that now is not the time. */
    void refuseForNow(String why) {
        answer(1, calls.tryAgainLater(why, "the call was not carried out to its end: try again later"));
    }

    /** Gives the descriptors back; once the call has ended, with an answer or without. */
    private void release() {
        try {
            netns.close();
            synchronized (this) {
                answered = true;
                line.close();
            }
        } catch (IOException e) {
            log("close the descriptors of a call: " + e.getMessage());
        }
    }

    /** The launcher says that it has printed the answer. */
    void printed() {
        delivered.complete(true);
        ChannelFuture _ = channel.close();
    }

    /** The launcher is gone. */
    void hungUp() {
        delivered.completeExceptionally(new IOException("the launcher is gone"));
    }

    @Override
    public void log(String line) {
        log.accept(line);
        synchronized (this) {
            if (!answered) {
                lines.add(line);
            }
        }
    }

    @Override
    public void write(int exitStatus, byte[] document) throws IOException {
        if (!answer(exitStatus, document)) {
            throw new IOException("its deadline has passed");
        }
        try {
            delivered.get(PRINTING.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the launcher did not print it", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private synchronized boolean isAnswered() {
        return answered;
    }

    /** Sends the answer, unless there was one. */
    private synchronized boolean answer(int status, byte[] document) {
        if (answered) {
            return false;
        }
        answered = true;
        exitStatus = status;
        error = status == 0 ? "" : new String(document, UTF_8);
        ByteBuffer stderr = UTF_8.encode(lines.isEmpty() ? "" : String.join("\n", lines) + "\n");
        line.send(new AnswerFrame(AnswerFrame.Kind.DONE, status, ByteBuffer.wrap(document), stderr).write());
        return true;
    }
}
