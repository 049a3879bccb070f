package dev.hawser.linux;

import static dev.hawser.kernel.Errno.EACCES;
import static dev.hawser.kernel.Errno.EADDRINUSE;
import static dev.hawser.kernel.Errno.EADDRNOTAVAIL;
import static dev.hawser.kernel.Errno.EEXIST;
import static dev.hawser.kernel.Errno.EOPNOTSUPP;

import dev.hawser.ip.Cidr;
import dev.hawser.kernel.IpChange;
import dev.hawser.kernel.KernelException;
import dev.hawser.kernel.Link;
import dev.hawser.netlink.Ack;
import dev.hawser.netlink.AddressCodec;
import dev.hawser.netlink.AddressCodec.Entry;
import java.util.List;
import java.util.Optional;

/** The addresses of the links of one namespace. */
final class Addresses {

    private final Namespace namespace;
    private final Links links;

    Addresses(Namespace namespace) {
        this.namespace = namespace;
        this.links = new Links(namespace);
    }

    void add(IpChange.AddAddress change) {
        int index = links.index(change.link());
        Ack ack = namespace.route().execute(AddressCodec.add(index, change.address(), change.onLink()));
        if (ack.is(EEXIST) && has(index, change.address())) {
            return;
        }
        if (!ack.isOk()) {
            throw new KernelException(
                    "add " + change.address() + " to " + change.link() + ": " + ack.text() + advice(ack, change),
                    ack.errno());
        }
    }

    /** IPv6 finds the same address with another prefix length (EEXIST): that is not what was asked for. */
    private boolean has(int index, Cidr address) {
        return entries(index).stream().anyMatch(entry -> entry.address().equals(address));
    }

    private static String advice(Ack ack, IpChange.AddAddress change) {
        if (ack.is(EEXIST)) {
            return ": it has this address with another prefix length";
        }
        boolean refused = ack.is(EACCES) || ack.is(EOPNOTSUPP);
        return refused && !change.address().isIpv4() ? ": is IPv6 enabled in the kernel and on the link?" : "";
    }

    void delete(IpChange.DeleteAddress change) {
        Optional<Link> link = links.find(change.link());
        if (link.isPresent()) {
            namespace
                    .route()
                    .execute(AddressCodec.delete(link.get().index(), change.address()))
                    .ignoring(EADDRNOTAVAIL)
                    .orFail("delete " + change.address() + " from", change.link());
        }
    }

    List<Cidr> of(String link) {
        return links.knownIndex(link)
                .map(index -> entries(index).stream().map(Entry::address).toList())
                .orElse(List.of());
    }

    /**
     * A link that is down searches no duplicates: its addresses stay tentative until it is up, and that is no error, as
     * with the reference plugins.
     */
    void await(IpChange.AwaitAddresses wait) {
        String link = wait.link();
        int index = links.index(link);
        boolean done = Waiting.until(() -> noneTentative(link, index), wait.timeoutMillis());
        if (!done && links.isUp(link)) {
            throw new KernelException(
                    "wait for the addresses of " + link + ": still tentative after " + wait.timeoutMillis() + " ms", 0);
        }
    }

    private boolean noneTentative(String link, int index) {
        List<Entry> entries = entries(index);
        for (Entry entry : entries) {
            if (entry.isDuplicate()) {
                throw new KernelException(
                        "wait for " + entry.address() + " on " + link
                                + ": another node on the link has this address (duplicate address detection)",
                        EADDRINUSE);
            }
        }
        return entries.stream().noneMatch(Entry::isTentative);
    }

    /** Filtered again, for kernels that do not. */
    private List<Entry> entries(int index) {
        return namespace.route().dump(AddressCodec.all(index), AddressCodec::read, "addresses").stream()
                .filter(entry -> entry.index() == index)
                .toList();
    }
}
