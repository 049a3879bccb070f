package dev.hawser.sys;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Runs code inside a network namespace, on a platform thread of its own that ends afterwards: setns(2) moves a thread, not a
 * process, and a thread that could not be moved back must never run anything else. Not a virtual thread, for that would move
 * its carrier.
 */
public final class NetnsThread {

    /** linux/sched.h. */
    private static final int CLONE_NEWNET = 0x40000000;

    private NetnsThread() {}

    /**
     * What {@code task} returns when run inside {@code netns}. Sockets that it opens belong to that namespace for good;
     * files below /proc/sys/net are those of that namespace when they are opened.
     *
     * @throws dev.hawser.kernel.KernelException if the namespace cannot be entered (EPERM without CAP_SYS_ADMIN)
     */
    public static <T> T call(Netns netns, Callable<T> task) {
        FutureTask<T> inside = new FutureTask<>(() -> {
            netns.fd().enterAsNamespace(CLONE_NEWNET);
            return task.call();
        });
        Thread.ofPlatform().name("netns " + netns).start(inside);
        return result(inside);
    }

    /** What {@code task} returns when run right here, with exceptions as {@link #call} has them. */
    public static <T> T here(Callable<T> task) {
        FutureTask<T> inside = new FutureTask<>(task);
        inside.run();
        return result(inside);
    }

    /** The thread always ends soon, and its effects must not outlive our call: an interrupt waits until it has. */
    private static <T> T result(FutureTask<T> inside) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return inside.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            throw unwrapped(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static RuntimeException unwrapped(ExecutionException e) {
        Throwable cause = e.getCause();
        if (cause instanceof RuntimeException unchecked) {
            return unchecked;
        }
        if (cause instanceof Error error) {
            throw error;
        }
        return new IllegalStateException(cause);
    }
}
