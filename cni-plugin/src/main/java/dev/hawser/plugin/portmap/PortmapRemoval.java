package dev.hawser.plugin.portmap;

import dev.hawser.attach.HostAlias;
import dev.hawser.iptables.IptablesTable;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.NftChain;
import dev.hawser.kernel.PublishedPort;
import dev.hawser.kernel.PublishedPort.Masqueraded;
import dev.hawser.kernel.Side;
import dev.hawser.run.Cleanup;
import dev.hawser.run.ValidOwners;
import java.util.List;
import java.util.Optional;

/**
 * Takes published ports away, those of the reference plugin too. What others made is first looked up by the name of its chain,
 * which runs no process; most nodes have none of it.
 */
final class PortmapRemoval {

    private static final List<String> REFERENCE_CHAINS = List.of("hostports", "hostip_hostports", "masquerading");

    private final Kernel kernel;
    private final Cleanup cleanup;
    private final boolean nftables;

    PortmapRemoval(Kernel kernel, Cleanup cleanup) {
        this.kernel = kernel;
        this.cleanup = cleanup;
        this.nftables = kernel.hasNftables();
    }

    /** Removes what this attachment has; {@code conf} and {@code addresses} say where to look first. */
    void remove(Attachment attachment, PortmapConf conf, ContainerAddresses addresses) {
        if (nftables) {
            cleanup.attempt(() -> HostAlias.forget(kernel, attachment, alias -> alias.with(Optional.empty())));
            List<PublishedPort> ports = PortMapping.published(conf.mappings(), addresses, conf);
            apply(new FirewallChange.UnpublishPorts(attachment, ports, conf.masqueraded()));
            List.of("ip", "ip6").forEach(family -> removeReferenceRules(family, attachment));
        }
        for (boolean ipv4 : List.of(true, false)) {
            cleanup.attempt(() -> removeChains(ipv4, attachment));
        }
        PortmapPlan.flows(conf.mappings(), addresses).forEach(this::apply);
    }

    private void removeChains(boolean ipv4, Attachment attachment) {
        if (nftables && !kernel.hasChain(IptablesPorts.nftChain(attachment, ipv4))) {
            return;
        }
        IptablesTable nat = IptablesTable.of(kernel, ipv4, IptablesPorts.NAT);
        List<String> lines = IptablesPorts.removal(attachment, nat);
        if (!lines.isEmpty()) {
            kernel.apply(Side.HOST, nat.restore(lines));
        }
    }

    /** The reference's nftables backend writes the container's id into the comment of each rule, and nothing else. */
    private void removeReferenceRules(String family, Attachment attachment) {
        cleanup.attempt(() -> {
            if (kernel.hasChain(referenceChain(family, REFERENCE_CHAINS.getFirst()))) {
                REFERENCE_CHAINS.forEach(chain -> removeRules(referenceChain(family, chain), attachment.containerId()));
            }
        });
    }

    private static NftChain referenceChain(String family, String chain) {
        return new NftChain(family, "cni_hostport", chain);
    }

    private void removeRules(NftChain chain, String containerId) {
        kernel.rules(chain).stream()
                .filter(rule -> rule.comment().equals(containerId))
                .forEach(rule -> kernel.apply(Side.HOST, new FirewallChange.DeleteNftRule(chain, rule.handle())));
    }

    /** Removes what belongs to no valid attachment of this network. */
    void collect(String network, ValidOwners valid) {
        if (nftables) {
            cleanup.attempt(() -> kernel.publishers().stream()
                    .filter(valid::isStale)
                    .forEach(owner -> apply(new FirewallChange.UnpublishPorts(owner, List.of(), Masqueraded.NOBODY))));
        }
        for (boolean ipv4 : List.of(true, false)) {
            cleanup.attempt(() -> collectChains(ipv4, network, valid));
        }
    }

    /** Chains of containers that have no valid attachment at all: the comment of what leads there says whose they are. */
    private void collectChains(boolean ipv4, String network, ValidOwners valid) {
        if (nftables && !kernel.hasChain(IptablesPorts.entrance(ipv4))) {
            return;
        }
        IptablesTable nat = IptablesTable.of(kernel, ipv4, IptablesPorts.NAT);
        IptablesPorts.containers(network, nat).stream()
                .filter(containerId -> !valid.hasContainer(containerId))
                .map(containerId -> IptablesPorts.removal(new Attachment(network, containerId, ""), nat))
                .filter(lines -> !lines.isEmpty())
                .forEach(lines -> apply(nat.restore(lines)));
    }

    private void apply(FirewallChange change) {
        cleanup.attempt(() -> kernel.apply(Side.HOST, change));
    }
}
