package dev.hawser.sys;

/**
 * A thread that entered a container's network namespace cannot come back: whatever it did next would be done to the
 * container. It must end.
 */
public final class StrayThreadError extends Error {

    private static final long serialVersionUID = 1L;

    StrayThreadError(Throwable cause) {
        super(
                "thread " + Thread.currentThread().getName()
                        + " is stuck in the network namespace of a container and must end: " + cause.getMessage(),
                cause);
    }
}
