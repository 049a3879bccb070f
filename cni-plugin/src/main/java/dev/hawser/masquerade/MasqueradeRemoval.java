package dev.hawser.masquerade;

import dev.hawser.attach.ReferenceNames;
import dev.hawser.ip.Cidr;
import dev.hawser.iptables.IptablesTable;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.NftChain;
import dev.hawser.kernel.Side;
import dev.hawser.run.Cleanup;
import dev.hawser.run.ValidOwners;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Takes masquerades away, those of the reference plugins too. Rules of others are first looked up by the name of their chain,
 * which runs no process; most nodes have none of them.
 */
public final class MasqueradeRemoval {

    private static final NftChain REFERENCE_MASQUERADES = new NftChain("inet", "cni_plugins_masquerade", "masq_checks");
    private static final int COMMENT_DIGITS = 16;

    private final Kernel kernel;
    private final Cleanup cleanup;

    public MasqueradeRemoval(Kernel kernel, Cleanup cleanup) {
        this.kernel = kernel;
        this.cleanup = cleanup;
    }

    /** Removes the elements of these addresses that are the attachment's. */
    public void removeElements(Attachment attachment, Collection<Cidr> addresses) {
        addresses.forEach(address -> apply(new FirewallChange.DeleteMasquerade(address, attachment)));
    }

    /**
     * Removes this attachment's rules from its iptables chain, whoever made them.
     *
     * @param addresses of the interface; none means that the whole container is gone
     */
    public void removeIptables(Attachment attachment, Collection<Cidr> addresses) {
        for (boolean ipv4 : List.of(true, false)) {
            cleanup.attempt(() -> removeIptables(ipv4, attachment, addresses));
        }
    }

    private void removeIptables(boolean ipv4, Attachment attachment, Collection<Cidr> addresses) {
        if (!kernel.hasChain(IptablesMasquerade.nftChain(attachment, ipv4))) {
            return;
        }
        IptablesTable nat = IptablesTable.of(kernel, ipv4, IptablesMasquerade.NAT);
        List<String> lines = IptablesMasquerade.removal(
                attachment, addresses.stream().map(Cidr::address).collect(Collectors.toSet()), nat);
        if (!lines.isEmpty()) {
            kernel.apply(Side.HOST, nat.restore(lines));
        }
    }

    /** Removes the rules of the reference's nftables backend, which it marks with a comment of two hashes. */
    public void removeReferenceNftables(Attachment attachment) {
        String comment = ReferenceNames.digest(attachment.network(), COMMENT_DIGITS) + "-"
                + ReferenceNames.digest(attachment.ifName() + ":" + attachment.containerId(), COMMENT_DIGITS);
        cleanup.attempt(() -> kernel.rules(REFERENCE_MASQUERADES).stream()
                .filter(rule -> rule.comment().equals(comment) || rule.comment().startsWith(comment + ","))
                .forEach(rule -> kernel.apply(
                        Side.HOST, new FirewallChange.DeleteNftRule(REFERENCE_MASQUERADES, rule.handle()))));
    }

    /** Removes what belongs to no valid attachment of this network. */
    public void collect(String network, ValidOwners valid) {
        cleanup.attempt(() -> kernel.masquerades().stream()
                .filter(element -> valid.isStale(element.owner()))
                .forEach(element -> apply(new FirewallChange.DeleteMasquerade(element.address(), element.owner()))));
        for (boolean ipv4 : List.of(true, false)) {
            cleanup.attempt(() -> collectIptables(ipv4, network, valid));
        }
    }

    /** Chains of containers that have no valid attachment at all: the chain's comment says whose it is. */
    private void collectIptables(boolean ipv4, String network, ValidOwners valid) {
        if (!kernel.hasChain(IptablesMasquerade.postrouting(ipv4))) {
            return;
        }
        IptablesTable nat = IptablesTable.of(kernel, ipv4, IptablesMasquerade.NAT);
        IptablesMasquerade.containers(network, nat).stream()
                .filter(containerId -> !valid.hasContainer(containerId))
                .map(containerId -> new Attachment(network, containerId, ""))
                .map(owner -> IptablesMasquerade.removal(owner, List.of(), nat))
                .filter(lines -> !lines.isEmpty())
                .forEach(lines -> apply(nat.restore(lines)));
    }

    private void apply(FirewallChange change) {
        cleanup.attempt(() -> kernel.apply(Side.HOST, change));
    }
}
