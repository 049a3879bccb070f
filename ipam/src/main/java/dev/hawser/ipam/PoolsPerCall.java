package dev.hawser.ipam;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Remembers nothing. */
record PoolsPerCall(PoolLock lock, Optional<Path> indexes) implements Pools {

    @Override
    public AddressPool open(Path directory, List<RangeSet> rangeSets, Consumer<String> warnings) {
        Optional<Path> index = indexes.map(root -> LeaseIndex.directoryOf(directory, root));
        Turns turns = new TurnsPerCall(new PoolFiles(directory), lock, index);
        return new AddressPool(new PoolConfig(directory, rangeSets), turns, warnings);
    }

    @Override
    public List<Usage> usage() {
        return List.of();
    }

    @Override
    public void close() {}
}
