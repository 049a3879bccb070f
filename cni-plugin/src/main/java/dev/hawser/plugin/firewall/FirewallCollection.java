package dev.hawser.plugin.firewall;

import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Side;
import dev.hawser.run.Cleanup;
import dev.hawser.run.ValidOwners;
import dev.hawser.spec.ValidAttachments;

/**
 * GC: elements of attachments of this network that are valid no more, and those of bridges that are gone. Rules of iptables and
 * sources of firewalld do not say whose they are.
 */
final class FirewallCollection {

    private final Kernel kernel;
    private final Cleanup cleanup;

    FirewallCollection(Kernel kernel, Cleanup cleanup) {
        this.kernel = kernel;
        this.cleanup = cleanup;
    }

    void run(String network, ValidAttachments.Listed valid) {
        if (!kernel.hasNftables()) {
            return;
        }
        ValidOwners owners = new ValidOwners(network, valid);
        cleanup.attempt(() -> kernel.forwarded().stream()
                .filter(pod -> owners.isStale(pod.owner()))
                .forEach(pod -> apply(new FirewallChange.DisallowForwarding(pod.address(), pod.owner()))));
        cleanup.attempt(() -> kernel.closedBridges().stream()
                .filter(closed -> kernel.link(Side.HOST, closed.bridge()).isEmpty())
                .forEach(closed -> apply(new FirewallChange.OpenBridge(closed.bridge()))));
    }

    private void apply(FirewallChange change) {
        cleanup.attempt(() -> kernel.apply(Side.HOST, change));
    }
}
