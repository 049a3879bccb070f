package dev.hawser.ipam;

import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** The pools of a resident process, from the first use of each to the end, or until its directory is gone. */
final class ResidentPools implements Pools {

    private static final BigInteger MOST = BigInteger.valueOf(Long.MAX_VALUE);

    private final PoolLock lock;
    private final Optional<Path> indexes;
    private final IntConsumer groupSizes;
    private final Map<Path, ResidentPool> pools = new ConcurrentHashMap<>();
    private final Map<Path, Long> capacities = new ConcurrentHashMap<>();

    ResidentPools(PoolLock lock, Optional<Path> indexes, IntConsumer groupSizes) {
        this.lock = lock;
        this.indexes = indexes;
        this.groupSizes = groupSizes;
    }

    @Override
    public AddressPool open(Path directory, List<RangeSet> rangeSets, Consumer<String> warnings) {
        PoolConfig config = new PoolConfig(directory, rangeSets);
        Path key = directory.toAbsolutePath().normalize();
        ResidentPool pool = pools.computeIfAbsent(key, path -> pool(directory, path));
        if (!rangeSets.isEmpty()) {
            capacities.put(key, capacity(rangeSets));
        }
        return new AddressPool(config, pool, warnings);
    }

    private ResidentPool pool(Path directory, Path key) {
        return new ResidentPool(new PoolFiles(directory), lock, groupSizes, () -> forget(key));
    }

    private void forget(Path key) {
        pools.remove(key);
        capacities.remove(key);
    }

    private static long capacity(List<RangeSet> rangeSets) {
        BigInteger all = rangeSets.stream().map(RangeSet::size).reduce(BigInteger.ZERO, BigInteger::add);
        return all.min(MOST).longValueExact();
    }

    @Override
    public List<Usage> usage() {
        List<Usage> usages = new ArrayList<>();
        pools.forEach((directory, pool) -> pool.taken()
                .ifPresent(taken -> usages.add(new Usage(directory, taken, capacities.getOrDefault(directory, 0L)))));
        return usages;
    }

    @Override
    public void close() {
        List<PoolException> failures = new ArrayList<>();
        indexes.ifPresent(root -> pools.forEach((directory, pool) -> {
            try {
                pool.writeIndex(LeaseIndex.directoryOf(directory, root));
            } catch (PoolException e) {
                failures.add(e);
            }
        }));
        if (!failures.isEmpty()) {
            PoolException first = failures.removeFirst();
            failures.forEach(first::addSuppressed);
            throw first;
        }
    }
}
