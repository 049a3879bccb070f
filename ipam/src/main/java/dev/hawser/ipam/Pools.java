package dev.hawser.ipam;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * The address pools of a node. {@link #perCall} is for a process that makes one call and ends; {@link #resident} for one
 * that stays, and remembers. Both may work on the same directories at once, and so may host-local.
 */
public sealed interface Pools extends AutoCloseable permits PoolsPerCall, ResidentPools {

    /**
     * How full a pool is.
     *
     * @param directory whose files are the leases
     * @param leases how many addresses are leased
     * @param capacity how many there are in its range sets, as they were configured last; {@link Long#MAX_VALUE} if there
     *     are more
     */
    record Usage(Path directory, long leases, long capacity) {}

    /**
     * Pools whose every operation reads what it needs from files.
     *
     * @param indexes where an index of each pool is kept; it must not survive a boot, such as {@code /run/hawser/leases}.
     *     Without it, every operation reads all leases
     */
    static Pools perCall(PoolLock lock, Optional<Path> indexes) {
        return new PoolsPerCall(lock, indexes);
    }

    /**
     * Pools that remember what is in their files, for as long as nobody else changes these. Thread-safe; operations that
     * wait for the same pool go on together.
     *
     * @param indexes as for {@link #perCall}; they are written on {@link #close}, for the calls that come after
     * @param groupSizes told how many operations are done in one turn under the lock, before each turn
     */
    static Pools resident(PoolLock lock, Optional<Path> indexes, IntConsumer groupSizes) {
        return new ResidentPools(lock, indexes, groupSizes);
    }

    /**
     * A pool to work with. Touches nothing: what does not exist is created by the first {@link AddressPool#lease}.
     *
     * @param directory holds the lease files, such as {@code /var/lib/cni/networks/pods}; need not exist yet
     * @param rangeSets a container gets one address from each; none are needed to find or release leases
     * @param warnings told, in one line each, about files in the pool that are no leases or name no owner, and about an
     *     index that cannot be used
     * @throws IllegalArgumentException if two sets overlap
     */
    AddressPool open(Path directory, List<RangeSet> rangeSets, Consumer<String> warnings);

    /** The pools that are remembered, by directory; never waits for a pool's lock. */
    List<Usage> usage();

    /**
     * Writes down what calls of other processes need to go on quickly.
     *
     * @throws PoolException of kind IO if that cannot be done: they will read all leases, then
     */
    @Override
    void close();
}
