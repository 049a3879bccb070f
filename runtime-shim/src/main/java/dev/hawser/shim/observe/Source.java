package dev.hawser.shim.observe;

import dev.hawser.ipam.Pools;
import dev.hawser.shim.helper.LaneLoad;
import java.util.List;

/** What there is to be seen of a helper now. None of it waits. */
public interface Source {

    /** How busy it is. */
    List<LaneLoad> load();

    /** Whether it ends as soon as its calls are done. */
    boolean isDraining();

    /** How full the pools are that it knows. */
    List<Pools.Usage> pools();
}
