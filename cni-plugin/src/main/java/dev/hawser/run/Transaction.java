package dev.hawser.run;

import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Step;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * All of an ADD or nothing of it. Each step that succeeded leaves its undo here; closing without {@link #commit()} takes them
 * back, newest first. A step that failed has changed nothing (the kernel's messages are atomic), so its own undo is never run:
 * it could hit what was there before.
 */
public final class Transaction implements AutoCloseable {

    /** @param what in words, which most calls never need */
    private record Undo(Supplier<String> what, Runnable action) {}

    private final Deque<Undo> undos = new ArrayDeque<>();
    private final Deque<Kernel> kernels = new ArrayDeque<>();
    private final Consumer<String> log;

    /** @param log takes one line for each undo that failed */
    public Transaction(Consumer<String> log) {
        this.log = log;
    }

    /** Makes the step's change and remembers how to take it back. */
    public void apply(Kernel kernel, Step step) {
        kernel.apply(step.side(), step.change());
        if (step.undo() instanceof Step.Undo.By(var side, var change)) {
            undos.push(new Undo(() -> change.on(side), () -> kernel.apply(side, change)));
        }
    }

    /** Makes the changes of all steps, in their order. */
    public void applyAll(Kernel kernel, List<Step> steps) {
        steps.forEach(step -> apply(kernel, step));
    }

    /** Remembers how to take back something that was just done. */
    public void onRollback(String what, Runnable undo) {
        undos.push(new Undo(() -> what, undo));
    }

    /** The kernel with the container's side, opened once in a transaction; {@link #close()} closes it after the undos. */
    public Kernel kernel(Node node, Call call) {
        if (kernels.isEmpty()) {
            kernels.push(node.withPod(call));
        }
        return kernels.element();
    }

    /** What was done stays. */
    public void commit() {
        undos.clear();
    }

    /** Takes back what was not committed; a failing undo is logged, and the others still run. */
    @Override
    public void close() {
        while (!undos.isEmpty()) {
            Undo undo = undos.pop();
            try {
                undo.action().run();
            } catch (RuntimeException e) {
                log.accept("take back: " + undo.what().get() + ": " + e.getMessage()
                        + ": a later DEL or GC will try again");
            }
        }
        kernels.forEach(Kernel::close);
    }
}
