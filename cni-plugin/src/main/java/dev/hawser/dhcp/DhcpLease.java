package dev.hawser.dhcp;

import dev.hawser.ip.Cidr;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.MacAddress;
import dev.hawser.spec.CniResult;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A lease of one attachment.
 *
 * @param attachment whose it is; its interface is the link
 * @param netns the path of the container's network namespace
 * @param mac the link's: another link that has its name by now is known by another one
 * @param ask what was asked for, and is again
 * @param terms what was granted last
 * @param lost why the address is no longer ours, if it is not
 */
public record DhcpLease(
        Attachment attachment, String netns, MacAddress mac, Ask ask, Terms terms, Optional<String> lost) {

    /** With the prefix length of its subnet. */
    public Cidr address() {
        return terms.address();
    }

    /**
     * What ADD answers.
     *
     * @param priority the metric of all routes, if they have one
     */
    public CniResult result(OptionalInt priority) {
        return new LeaseResult(ask, terms, priority).result();
    }

    /** Why the address must not be used any more; empty if it may be. */
    public Optional<String> whyOver(Clocks clocks) {
        return lost.or(() -> terms.isOver(clocks.nanos())
                ? Optional.of("it has expired: nobody renewed it, and only a helper does (hawser helper run)")
                : Optional.empty());
    }

    DhcpLease with(Terms other) {
        return new DhcpLease(attachment, netns, mac, ask, other, lost);
    }

    DhcpLease lost(String why) {
        return new DhcpLease(attachment, netns, mac, ask, terms, Optional.of(why));
    }
}
