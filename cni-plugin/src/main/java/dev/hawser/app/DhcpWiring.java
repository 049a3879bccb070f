package dev.hawser.app;

import dev.hawser.dhcp.Clocks;
import dev.hawser.dhcp.Dhcp;
import dev.hawser.dhcp.LeaseFiles;
import dev.hawser.ipam.PoolLock;
import dev.hawser.kernel.Kernel;
import dev.hawser.run.Namespaces;
import dev.hawser.sys.FileLock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** The leases of DHCP on this node. */
final class DhcpWiring {

    /** Gone after a reboot, as are the containers. */
    private static final Path LEASES = Path.of("/run/hawser/dhcp");

    private static final Path OWN_NETNS = Path.of("/proc/thread-self/ns/net");

    private DhcpWiring() {}

    /**
     * The files of the node that is the network namespace of the calling thread: a helper keeps the leases of its own
     * namespace, for which it answers, and of no other.
     */
    static LeaseFiles files(PoolLock lock, Consumer<String> log) {
        return new LeaseFiles(LEASES.resolve(ownNetns()), lock, log);
    }

    /** {@code 4026531840} of {@code net:[4026531840]}: its inode. */
    private static String ownNetns() {
        try {
            return Files.readSymbolicLink(OWN_NETNS).toString().replaceAll("[^0-9]", "");
        } catch (IOException e) {
            throw new UncheckedIOException("find out which network namespace this is", e);
        }
    }

    /** For a process that makes one call: whoever keeps leases is another one. */
    static Dhcp perCall(FileLock lock, Consumer<String> log) {
        LeaseFiles files = files(lock, log);
        return dhcp(files, Dhcp.LONGEST_SEARCH, () -> !FileLock.isFree(files.keeperFile()));
    }

    /**
     * The leases in these files.
     *
     * @param kept whether somebody renews them
     */
    static Dhcp dhcp(LeaseFiles files, Duration longestSearch, BooleanSupplier kept) {
        return new Dhcp(files, DhcpWiring::pod, Clocks.SYSTEM, new SecureRandom(), longestSearch, kept);
    }

    private static Optional<Kernel> pod(String netns) {
        LinuxNamespaces namespaces = new LinuxNamespaces();
        return namespaces.state(netns) == Namespaces.State.PRESENT
                ? Optional.of(namespaces.withPod(netns))
                : Optional.empty();
    }
}
