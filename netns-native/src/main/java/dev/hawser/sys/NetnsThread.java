package dev.hawser.sys;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A thread inside a network namespace, which runs what it is given until it is closed: setns(2) moves a thread, not a process,
 * and a thread that has been moved must never run anything else. A platform thread of its own, for a virtual one would move
 * its carrier.
 */
public final class NetnsThread implements AutoCloseable {

    private final BlockingQueue<FutureTask<?>> tasks = new LinkedBlockingQueue<>();

    /** The task that is the last one. */
    private final FutureTask<?> end = new FutureTask<>(() -> this);

    private NetnsThread() {}

    /**
     * Starts a thread inside {@code netns}, which may be closed afterwards.
     *
     * @throws dev.hawser.kernel.KernelException if the namespace cannot be entered (EPERM without CAP_SYS_ADMIN)
     */
    public static NetnsThread start(Netns netns) {
        NetnsThread inside = new NetnsThread();
        Thread.ofPlatform().name("netns " + netns).daemon().start(inside::work);
        try {
            inside.call(() -> {
                netns.fd().enterAsNamespace(Netns.CLONE_NEWNET);
                return netns;
            });
            return inside;
        } catch (RuntimeException e) {
            inside.close();
            throw e;
        }
    }

    /**
     * What {@code task} returns when run inside {@code netns}, on a thread that ends with it.
     *
     * @throws dev.hawser.kernel.KernelException if the namespace cannot be entered (EPERM without CAP_SYS_ADMIN)
     */
    public static <T> T call(Netns netns, Callable<T> task) {
        try (NetnsThread inside = start(netns)) {
            return inside.call(task);
        }
    }

    /**
     * What {@code task} returns when run by the calling thread inside {@code netns}, and its exceptions as {@link
     * #call(Callable)} has them. The thread is back in {@code home} afterwards. Costs two system calls; {@code task} must start
     * no thread, which would stay inside.
     *
     * @throws dev.hawser.kernel.KernelException if the namespace cannot be entered (EPERM without CAP_SYS_ADMIN)
     * @throws StrayThreadError if the thread cannot go home
     */
    public static <T> T visit(Netns netns, Netns home, Callable<T> task) {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException("setns(2) would move the carrier of a virtual thread");
        }
        netns.fd().enterAsNamespace(Netns.CLONE_NEWNET);
        try {
            return here(task);
        } finally {
            goHome(home);
        }
    }

    private static void goHome(Netns home) {
        try {
            home.fd().enterAsNamespace(Netns.CLONE_NEWNET);
        } catch (RuntimeException e) {
            throw new StrayThreadError(e);
        }
    }

    /**
     * What {@code task} returns when run on this thread, and its exceptions as they are. Sockets that it opens belong to
     * the namespace for good; files below /proc/sys/net are those of the namespace when they are opened.
     */
    public <T> T call(Callable<T> task) {
        FutureTask<T> inside = new FutureTask<>(task);
        tasks.add(inside);
        return result(inside);
    }

    /** Lets the thread end. Nothing may be called afterwards. */
    @Override
    public void close() {
        tasks.add(end);
    }

    private void work() {
        FutureTask<?> task = next();
        while (!task.equals(end)) {
            task.run();
            task = next();
        }
    }

    private FutureTask<?> next() {
        while (true) {
            try {
                return tasks.take();
            } catch (InterruptedException e) {
                // Nobody but a task can interrupt this thread, and its interrupt ends with it: take() has cleared it.
            }
        }
    }

    /** What {@code task} returns when run right here, with exceptions as {@link #call(Callable)} has them. */
    public static <T> T here(Callable<T> task) {
        FutureTask<T> inside = new FutureTask<>(task);
        inside.run();
        return result(inside);
    }

    /** Tasks are short, and their effects must not outlive our call: an interrupt waits until they are done. */
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
