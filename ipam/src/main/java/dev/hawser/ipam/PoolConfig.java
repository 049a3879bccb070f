package dev.hawser.ipam;

import java.nio.file.Path;
import java.util.List;

/**
 * What makes up a pool.
 *
 * @param directory holds the lease files
 * @param rangeSets without overlap
 */
record PoolConfig(Path directory, List<RangeSet> rangeSets) {

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
