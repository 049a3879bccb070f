package dev.hawser.ipam;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** The pools of a resident process. */
record ResidentPools(PoolsPerCall pools, IntConsumer groupSizes) implements Pools {

    ResidentPools(PoolLock lock, Optional<Path> indexes, IntConsumer groupSizes) {
        this(new PoolsPerCall(lock, indexes), groupSizes);
    }

    @Override
    public AddressPool open(Path directory, List<RangeSet> rangeSets, Consumer<String> warnings) {
        return pools.open(directory, rangeSets, warnings);
    }

    @Override
    public List<Usage> usage() {
        return pools.usage();
    }

    @Override
    public void close() {}
}
