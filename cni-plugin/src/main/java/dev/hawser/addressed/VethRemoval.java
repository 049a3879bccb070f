package dev.hawser.addressed;

import dev.hawser.addressing.AddressSource;
import dev.hawser.attach.VethNames;
import dev.hawser.ip.Cidr;
import dev.hawser.kernel.Alias;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.LinkChange;
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
 * DEL of a veth pair whose addresses may be masqueraded: link, then rules, then lease, so that an address never returns to the
 * pool while something still points at it. The namespace is needed only for pods of the reference plugins, whose host end has a
 * random name.
 */
public final class VethRemoval {

    private static final String KIND = "veth";

    /** What a plugin keeps for its veth pairs besides masquerades. */
    public interface Extras {

        /** Nothing. */
        Extras NONE = new Extras() {
            @Override
            public void seen(Alias alias) {}

            @Override
            public void remove(Kernel kernel, boolean ours) {}
        };

        /** Told what ADD wrote down at the link itself, before that goes. */
        void seen(Alias alias);

        /**
         * Removes it; the link has gone by now.
         *
         * @param ours whether the pair was of our making; else the reference may have left something
         */
        void remove(Kernel kernel, boolean ours);
    }

    private final Call call;
    private final AddressSource source;
    private final boolean masquerades;
    private final Node node;
    private final Cleanup cleanup;
    private final Attachment attachment;
    private final String hostEnd;
    private final Optional<CniResult> previous;
    private final Set<Cidr> addresses = new LinkedHashSet<>();

    /**
     * A removal.
     *
     * @param source where the pair's addresses come from
     * @param masquerades whether the configuration says that the addresses are masqueraded
     */
    public VethRemoval(Call call, AddressSource source, boolean masquerades, Node node, Cleanup cleanup) {
        this.call = call;
        this.source = source;
        this.masquerades = masquerades;
        this.node = node;
        this.cleanup = cleanup;
        this.attachment = call.attachment();
        this.hostEnd = VethNames.of(call).hostEnd();
        this.previous = call.previousIfReadable(node.log());
    }

    /** What ADD reported, if the runtime says it. */
    public Optional<CniResult> previous() {
        return previous;
    }

    /** Removes everything. */
    public void run(Extras extras) {
        boolean podIsThere = node.podIsThere(call);
        Kernel kernel = cleanup.kernel(node, call);
        Optional<Link> link = kernel.link(Side.HOST, hostEnd);
        boolean ours = link.isPresent();
        collectAddresses();
        link.ifPresent(found -> collectFromAlias(found, extras));
        if (source.needsLink()) {
            source.release(node, cleanup);
        }
        boolean linkIsGone = removeLink(kernel, ours, podIsThere);
        removeRules(kernel, ours, podIsThere);
        extras.remove(kernel, ours);
        if (linkIsGone && !source.needsLink()) {
            source.release(node, cleanup);
        }
    }

    /** For masquerades: nothing else goes by an address, and to ask the pool takes a turn under its lock. */
    private void collectAddresses() {
        if (!masquerades) {
            return;
        }
        cleanup.attempt(() -> addresses.addAll(source.held(node)));
        previous.ifPresent(result -> result.ips().forEach(ip -> addresses.add(ip.address())));
    }

    /** What ADD wrote down at the link itself: the configuration may have changed, and the runtime's cache be lost. */
    private void collectFromAlias(Link link, Extras extras) {
        Alias.parse(link.alias())
                .filter(alias -> alias.attachment().abbreviated().equals(attachment.abbreviated()))
                .ifPresent(alias -> {
                    addresses.addAll(alias.masquerades());
                    extras.seen(alias);
                });
    }

    /** Removes the veth pair by either end; whether it is gone. */
    private boolean removeLink(Kernel kernel, boolean ours, boolean podIsThere) {
        if (ours) {
            return cleanup.attempt(() -> cleanup.deleteLink(kernel, hostEnd));
        }
        return !podIsThere || cleanup.attempt(() -> removeForeignLink(kernel));
    }

    private void removeForeignLink(Kernel kernel) {
        if (ContainerEnd.find(call, kernel, KIND, node).isPresent()) {
            kernel.addresses(Side.POD, call.ifName()).stream()
                    .filter(address -> !address.address().isLinkLocalAddress())
                    .forEach(addresses::add);
            kernel.apply(Side.POD, new LinkChange.DeleteLink(call.ifName()));
        }
    }

    private void removeRules(Kernel kernel, boolean ours, boolean podIsThere) {
        MasqueradeRemoval removal = new MasqueradeRemoval(kernel, cleanup);
        if (masquerades) {
            removal.removeElements(attachment, addresses);
            if (!addresses.isEmpty() || !podIsThere) {
                removal.removeIptables(attachment, addresses);
            }
        }
        if (!ours) {
            removal.removeReferenceNftables(attachment);
        }
    }
}
