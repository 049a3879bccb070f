package dev.hawser.ipam;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What makes up a pool.
 *
 * @param directory holds the lease files, such as {@code /var/lib/cni/networks/pods}; need not exist yet
 * @param rangeSets a container gets one address from each; none are needed to find or release leases
 * @param indexDirectory a place of this pool's own that does not survive a boot, such as
 *     {@code /run/hawser/leases/1f3c}: what is kept there answers "who owns what" without reading all leases. Without
 *     it, every operation reads them all.
 */
record PoolConfig(Path directory, List<RangeSet> rangeSets, Optional<Path> indexDirectory) {

    PoolConfig {
        rangeSets = List.copyOf(rangeSets);
        for (int i = 0; i < rangeSets.size(); i++) {
            for (int j = i + 1; j < rangeSets.size(); j++) {
                if (rangeSets.get(i).overlaps(rangeSets.get(j))) {
                    throw new IllegalArgumentException("range set " + i + " overlaps with " + j);
                }
            }
        }
    }
}
