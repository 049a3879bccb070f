package dev.hawser.app;

import dev.hawser.dhcp.Dhcp;
import dev.hawser.dhcp.Keeper;
import dev.hawser.dhcp.LeaseFiles;
import dev.hawser.ipam.PoolLock;
import dev.hawser.kernel.KernelException;
import dev.hawser.sys.Fd;
import dev.hawser.sys.FileLock;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The leases of DHCP in a process that stays, and renews them: those of its own calls and of others'.
 *
 * @param dhcp for calls
 * @param keeper renews; none if that is not possible here
 * @param mark tells other processes that there is a keeper
 */
record KeptDhcp(Dhcp dhcp, Optional<Keeper> keeper, Optional<Fd> mark) implements AutoCloseable {

    /**
     * Starts to keep the leases of the network namespace of the calling thread. Calls are worth more than that: if it is not
     * possible, they are made all the same.
     *
     * @param longestSearch what bounds a call's search for a lease
     * @param log takes lines for people
     */
    static KeptDhcp start(PoolLock lock, Duration longestSearch, Consumer<String> log) {
        LeaseFiles files = DhcpWiring.files(lock, log);
        try {
            files.createDirectory();
            Fd mark = FileLock.share(files.keeperFile());
            Dhcp dhcp = DhcpWiring.dhcp(files, longestSearch, () -> true);
            return new KeptDhcp(dhcp, Optional.of(Keeper.start(files, dhcp, log)), Optional.of(mark));
        } catch (UncheckedIOException | KernelException e) {
            log.accept("keep the DHCP leases: " + e.getMessage() + ": going on, but nobody renews them");
            return new KeptDhcp(DhcpWiring.dhcp(files, longestSearch, () -> false), Optional.empty(), Optional.empty());
        }
    }

    /** The leases stay; whoever comes next goes on with them. */
    @Override
    public void close() {
        keeper.ifPresent(Keeper::close);
        mark.ifPresent(Fd::close);
    }
}
