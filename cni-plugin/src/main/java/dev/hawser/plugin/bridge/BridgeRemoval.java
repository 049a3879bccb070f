package dev.hawser.plugin.bridge;

import dev.hawser.attach.VethNames;
import dev.hawser.ip.Cidr;
import dev.hawser.kernel.Alias;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.Side;
import dev.hawser.masquerade.MasqueradeRemoval;
import dev.hawser.run.Call;
import dev.hawser.run.Cleanup;
import dev.hawser.run.Node;
import dev.hawser.spec.CniResult;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * DEL: link, then rules, then lease, so that an address never returns to the pool while something still points at it. The
 * namespace is needed only for pods of the reference plugin, whose host end has a random name.
 */
final class BridgeRemoval {

    private final Call call;
    private final BridgeConf conf;
    private final Node node;
    private final Cleanup cleanup;
    private final Attachment attachment;
    private final VethNames names;
    private final Optional<CniResult> previous;
    private final Set<Cidr> addresses = new LinkedHashSet<>();

    /** The MACs that the port may be guarded for. */
    private final Set<MacAddress> macs = new LinkedHashSet<>();

    BridgeRemoval(Call call, BridgeConf conf, Node node, Cleanup cleanup) {
        this.call = call;
        this.conf = conf;
        this.node = node;
        this.cleanup = cleanup;
        this.attachment = call.attachment();
        this.names = VethNames.of(call);
        this.previous = call.previousIfReadable(node.log());
        macs.add(conf.podMac(names));
        previous.flatMap(this::reportedMac).ifPresent(macs::add);
    }

    void run() {
        boolean podIsThere = node.podIsThere(call);
        Kernel kernel = cleanup.kernel(node, call);
        Optional<Link> link = kernel.link(Side.HOST, names.hostEnd());
        boolean ours = link.isPresent();
        collectAddresses();
        link.ifPresent(this::collectFromAlias);
        if (conf.addresses().needsLink()) {
            conf.addresses().release(node, cleanup);
        }
        boolean linkIsGone = removeLink(kernel, ours, podIsThere);
        removeRules(kernel, ours, podIsThere);
        if (linkIsGone && !conf.addresses().needsLink()) {
            conf.addresses().release(node, cleanup);
        }
    }

    /** For masquerades: nothing else goes by an address, and to ask the pool takes a turn under its lock. */
    private void collectAddresses() {
        if (conf.masquerade().isEmpty()) {
            return;
        }
        cleanup.attempt(() -> addresses.addAll(conf.addresses().held(node)));
        previous.ifPresent(result -> result.ips().forEach(ip -> addresses.add(ip.address())));
    }

    /** What ADD wrote down at the link itself: the configuration may have changed, and the runtime's cache be lost. */
    private void collectFromAlias(Link link) {
        Alias.parse(link.alias())
                .filter(alias -> alias.attachment().abbreviated().equals(attachment.abbreviated()))
                .ifPresent(alias -> {
                    addresses.addAll(alias.masquerades());
                    alias.guard().ifPresent(macs::add);
                });
    }

    /** Removes the veth pair by either end; whether it is gone. */
    private boolean removeLink(Kernel kernel, boolean ours, boolean podIsThere) {
        if (ours) {
            return cleanup.attempt(() -> kernel.apply(Side.HOST, new LinkChange.DeleteLink(names.hostEnd())));
        }
        return !podIsThere || cleanup.attempt(() -> removeForeignLink(kernel));
    }

    private void removeForeignLink(Kernel kernel) {
        if (kernel.link(Side.POD, call.ifName()).isPresent()) {
            kernel.addresses(Side.POD, call.ifName()).stream()
                    .filter(address -> !address.address().isLinkLocalAddress())
                    .forEach(addresses::add);
            kernel.apply(Side.POD, new LinkChange.DeleteLink(call.ifName()));
        }
    }

    private void removeRules(Kernel kernel, boolean ours, boolean podIsThere) {
        MasqueradeRemoval masquerades = new MasqueradeRemoval(kernel, cleanup);
        if (conf.masquerade().isPresent()) {
            masquerades.removeElements(attachment, addresses);
            if (!addresses.isEmpty() || !podIsThere) {
                masquerades.removeIptables(attachment, addresses);
            }
        }
        if (conf.guardMac()) {
            macs.forEach(mac -> cleanup.attempt(
                    () -> kernel.apply(Side.HOST, new FirewallChange.DeleteMacGuard(names.hostEnd(), mac))));
        }
        if (!ours) {
            masquerades.removeReferenceNftables(attachment);
            cleanup.attempt(() -> ReferenceTraces.removeMacGuard(kernel, attachment));
        }
    }

    private Optional<MacAddress> reportedMac(CniResult result) {
        return result.interfaces().stream()
                .filter(link ->
                        link.name().equals(call.ifName()) && !link.sandbox().isEmpty())
                .map(CniResult.Interface::mac)
                .filter(mac -> !mac.isEmpty())
                .findFirst()
                .map(MacAddress::parse);
    }
}
