package dev.hawser.plugin.bridge;

import dev.hawser.kernel.Alias;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.Change;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.Side;
import dev.hawser.run.Call;
import dev.hawser.run.Cleanup;
import dev.hawser.run.Node;
import dev.hawser.spec.ValidAttachments;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** GC: what of this network belongs to no valid attachment goes, in the order of DEL: links, rules, leases. */
final class BridgeCollection {

    private final BridgeConf conf;
    private final Node node;
    private final ValidAttachments.Listed valid;
    private final Cleanup cleanup;
    private final String network;
    private final Set<Attachment> validAttachments = new HashSet<>();
    private final Set<String> validLinks = new HashSet<>();

    BridgeCollection(Call call, BridgeConf conf, Node node, ValidAttachments.Listed valid, Cleanup cleanup) {
        this.conf = conf;
        this.node = node;
        this.valid = valid;
        this.cleanup = cleanup;
        this.network = call.conf().name();
        for (ValidAttachments.Entry entry : valid.entries()) {
            validAttachments.add(owner(entry.containerId(), entry.ifName()));
            validLinks.add(VethNames.of(entry.containerId(), entry.ifName()).hostEnd());
        }
    }

    void run() {
        try (Kernel kernel = node.namespaces().host()) {
            cleanup.attempt(() -> collectLinks(kernel));
            cleanup.attempt(() -> collectMasquerades(kernel));
            cleanup.attempt(() -> collectMacGuards(kernel));
            cleanup.attempt(() -> collectIptables(kernel));
        }
        conf.addresses().collect(node, valid, cleanup);
    }

    /** Our links say in their alias whose they are. */
    private void collectLinks(Kernel kernel) {
        kernel.links(Side.HOST).stream()
                .filter(link -> link.is("veth") && isOfThisNetwork(link))
                .filter(link -> !validLinks.contains(link.name()))
                .forEach(link -> remove(kernel, new LinkChange.DeleteLink(link.name())));
    }

    private boolean isOfThisNetwork(Link link) {
        return Alias.parse(link.alias())
                .map(Alias::attachment)
                .filter(this::isOfThisNetwork)
                .isPresent();
    }

    private void collectMasquerades(Kernel kernel) {
        kernel.masquerades().stream()
                .filter(element -> isStale(element.owner()))
                .forEach(element ->
                        remove(kernel, new FirewallChange.DeleteMasquerade(element.address(), element.owner())));
    }

    private void collectMacGuards(Kernel kernel) {
        kernel.macGuards().stream()
                .filter(guard -> isStale(guard.owner()))
                .forEach(guard -> remove(kernel, new FirewallChange.DeleteMacGuard(guard.link(), guard.mac())));
    }

    private boolean isStale(Attachment owner) {
        return isOfThisNetwork(owner) && !validAttachments.contains(owner);
    }

    private boolean isOfThisNetwork(Attachment owner) {
        return owner.abbreviated().network().equals(owner("", "").network());
    }

    /** As the kernel's comments have it, where long names are abbreviated. */
    private Attachment owner(String containerId, String ifName) {
        return new Attachment(network, containerId, ifName).abbreviated();
    }

    /** Chains of containers that have no valid attachment at all: the chain's comment says whose it is. */
    private void collectIptables(Kernel kernel) {
        Set<String> validContainers = new HashSet<>();
        valid.entries().forEach(entry -> validContainers.add(entry.containerId()));
        for (boolean ipv4 : List.of(true, false)) {
            if (!kernel.hasChain(IptablesMasquerade.postrouting(ipv4))) {
                continue;
            }
            List<String> existing = kernel.iptables(ipv4, IptablesMasquerade.NAT);
            IptablesMasquerade.containers(network, existing).stream()
                    .filter(containerId -> !validContainers.contains(containerId))
                    .map(containerId -> new Attachment(network, containerId, ""))
                    .map(owner -> IptablesMasquerade.removal(owner, List.of(), existing))
                    .filter(lines -> !lines.isEmpty())
                    .forEach(lines ->
                            remove(kernel, new FirewallChange.RestoreIptables(ipv4, IptablesMasquerade.NAT, lines)));
        }
    }

    private void remove(Kernel kernel, Change change) {
        cleanup.attempt(() -> kernel.apply(Side.HOST, change));
    }
}
