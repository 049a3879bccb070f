package dev.hawser.ipam;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/** Who owns what in a pool, and how to change it; for those who hold the pool's lock. */
interface LeaseBook {

    /** The leases of one container, ordered by address. */
    List<Lease> of(String containerId) throws IOException;

    /** All leases, ordered by address. Files that are none are named in warnings. */
    List<Lease> all() throws IOException;

    /** Whether there is no file for the address, good or bad. */
    boolean isFree(InetAddress address) throws IOException;

    /** See {@link NextAddress.Free}. */
    Optional<InetAddress> freeFrom(PoolRange range, InetAddress first);

    /** Makes a lease of a free address; false if it turns out to be taken. */
    boolean add(Lease lease) throws IOException;

    /** A lease that is already gone is as good as removed. */
    void remove(Lease lease) throws IOException;

    /** The address that was leased last from a range set, if it is known. */
    Optional<InetAddress> lastReserved(int setIndex) throws IOException;

    void setLastReserved(int setIndex, InetAddress address) throws IOException;
}
