package dev.hawser.dhcp;

import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.Errno;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.KernelException;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.Side;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Leases for calls. A lease is a file as soon as it is granted, and until it is released; what renews it meanwhile is the {@link
 * Keeper} of a helper. Without a helper nobody does.
 */
public final class Dhcp {

    /** How long the reference tries. */
    public static final Duration LONGEST_SEARCH = Duration.ofSeconds(208);

    /** How many searches there are at once, each with a thread and some sockets. */
    static final int MOST_SEARCHES = 128;

    /** Opens the kernels of containers by the paths of their namespaces. */
    @FunctionalInterface
    public interface Pods {
        /** A kernel with the container as its {@link Side#POD}; none if there is no such namespace any more. */
        Optional<Kernel> open(String netns);
    }

    private final LeaseFiles files;
    private final Pods pods;
    private final Clocks clocks;
    private final RandomGenerator random;
    private final Duration longestSearch;
    private final BooleanSupplier kept;
    private final Semaphore searches = new Semaphore(MOST_SEARCHES);

    /**
     * The leases of a node.
     *
     * @param random for transactions, and for pauses that should not be in step with others'
     * @param longestSearch what bounds every search for a lease: nobody waits for the call any longer
     * @param kept whether somebody renews what is leased
     */
    public Dhcp(
            LeaseFiles files,
            Pods pods,
            Clocks clocks,
            RandomGenerator random,
            Duration longestSearch,
            BooleanSupplier kept) {
        this.files = files;
        this.pods = pods;
        this.clocks = clocks;
        this.random = random;
        this.longestSearch = longestSearch;
        this.kept = kept;
    }

    /** Whether somebody renews leases at this moment. */
    public boolean areKept() {
        return kept.getAsBoolean();
    }

    public Clocks clocks() {
        return clocks;
    }

    /**
     * Gets a lease for a link, which is set up if it is down, and writes it down. When too many wait for a server already,
     * another one does not: it would have nothing of it but the wait.
     *
     * @param pod with the container
     * @param attachment whose interface is the link
     * @param netns where the container's namespace is found later
     * @param atMost how long to try
     * @throws DhcpException if there is none
     * @throws KernelException if there is no such link, or it cannot be listened to
     */
    public DhcpLease acquire(Kernel pod, Attachment attachment, String netns, Ask ask, Duration atMost) {
        Link link = pod.linkOrThrow(Side.POD, attachment.ifName());
        MacAddress mac = link.mac()
                .orElseThrow(() ->
                        new DhcpException(attachment.ifName() + " has no Ethernet address: DHCP needs one", false));
        if (!link.up()) {
            pod.apply(Side.POD, new LinkChange.SetUp(link.name()));
        }
        if (!searches.tryAcquire()) {
            throw new DhcpException(MOST_SEARCHES + " calls wait for DHCP servers already: try again later", true);
        }
        try (Wire wire = FrameWire.open(pod, link.name())) {
            Client client = client(wire, mac, ask);
            Terms terms = client.acquire(bounded(atMost), needsBroadcast(link));
            return written(new DhcpLease(attachment, netns, mac, ask, terms, Optional.empty()), client);
        } finally {
            searches.release();
        }
    }

    private Duration bounded(Duration atMost) {
        return atMost.compareTo(longestSearch) < 0 ? atMost : longestSearch;
    }

    /** Links of ipvlan share one Ethernet address: who has none of the IP addresses yet hears only what all hear. */
    private static boolean needsBroadcast(Link link) {
        return link.is("ipvlan");
    }

    private DhcpLease written(DhcpLease lease, Client client) {
        try {
            files.put(lease);
            return lease;
        } catch (RuntimeException e) {
            client.release(lease.terms());
            throw e;
        }
    }

    Client client(Wire wire, MacAddress mac, Ask ask) {
        return new Client(wire, mac, ask, clocks, random);
    }

    /** What an attachment has leased. */
    public Optional<DhcpLease> find(Attachment attachment) {
        return files.find(attachment);
    }

    /**
     * Forgets the lease of an attachment, and tells the server if the link is still there to do so.
     *
     * @param pod with the container; asked only if there is a lease
     */
    public void release(Attachment attachment, Supplier<Optional<Kernel>> pod) {
        files.remove(attachment).ifPresent(lease -> tellServer(lease, pod.get()));
    }

    /** As {@link #release}, for every lease of a network whose attachment is not valid. */
    public void collect(String network, Predicate<Attachment> valid) {
        List<DhcpLease> stale = files.all().stream()
                .filter(lease -> lease.attachment().network().equals(network))
                .filter(lease -> !valid.test(lease.attachment()))
                .toList();
        for (DhcpLease lease : stale) {
            release(lease.attachment(), () -> pods.open(lease.netns()));
        }
    }

    /** A server that is not told finds out when the lease ends. */
    private void tellServer(DhcpLease lease, Optional<Kernel> pod) {
        pod.ifPresent(kernel -> {
            try (kernel) {
                if (lease.whyOver(clocks).isEmpty() && isThere(kernel, lease)) {
                    tellServer(kernel, lease);
                }
            }
        });
    }

    private void tellServer(Kernel pod, DhcpLease lease) {
        String link = lease.attachment().ifName();
        try (Wire wire = FrameWire.open(pod, link)) {
            client(wire, lease.mac(), lease.ask()).release(lease.terms());
        } catch (KernelException e) {
            boolean unreachable = e.errno() == Errno.ENETDOWN || e.errno() == Errno.ENODEV || e.errno() == Errno.ENXIO;
            if (!unreachable) {
                throw e;
            }
        }
    }

    /** Whether the link that the lease is for is still in the container. */
    static boolean isThere(Kernel pod, DhcpLease lease) {
        return pod.link(Side.POD, lease.attachment().ifName())
                .flatMap(Link::mac)
                .filter(lease.mac()::equals)
                .isPresent();
    }

    /** The container of a lease, if that and the link are still there; to be closed. */
    Optional<Kernel> podOf(DhcpLease lease) {
        Optional<Kernel> pod = pods.open(lease.netns());
        if (pod.isPresent() && !isThere(pod.get(), lease)) {
            pod.get().close();
            return Optional.empty();
        }
        return pod;
    }
}
