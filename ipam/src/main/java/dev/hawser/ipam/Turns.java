package dev.hawser.ipam;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;

/** Lets those who want something of a pool have it, one after the other, under the pool's lock. */
interface Turns {

    /** What is done with the leases, from the first look to the last change. */
    interface Work<T> {
        T with(LeaseBook book) throws IOException;
    }

    /**
     * What somebody wants.
     *
     * @param name with the pool as its object: "lease an address from"
     * @param warnings told, in one line each, what is odd about the pool's files
     * @param withoutPool what it comes to if there is no directory; if that is nothing, one is made
     */
    record Task<T>(String name, Consumer<String> warnings, Optional<T> withoutPool, Work<T> work) {}

    /**
     * Waits for the task's turn, and does it.
     *
     * @throws PoolException of kind IO if files cannot be read or written, and whatever the work throws
     */
    <T> T take(Task<T> task);
}
