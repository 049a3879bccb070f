package dev.hawser.plugin.bridge;

import dev.hawser.addressed.VethCollection;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Side;
import dev.hawser.run.Call;
import dev.hawser.run.Cleanup;
import dev.hawser.run.Node;
import dev.hawser.run.ValidOwners;
import dev.hawser.spec.ValidAttachments;

/** GC: what of this network belongs to no valid attachment goes, in the order of DEL: links, rules, leases. */
final class BridgeCollection {

    private final Call call;
    private final BridgeConf conf;
    private final Node node;
    private final ValidAttachments.Listed valid;
    private final ValidOwners owners;
    private final Cleanup cleanup;

    BridgeCollection(Call call, BridgeConf conf, Node node, ValidAttachments.Listed valid, Cleanup cleanup) {
        this.call = call;
        this.conf = conf;
        this.node = node;
        this.valid = valid;
        this.owners = new ValidOwners(call.conf().name(), valid);
        this.cleanup = cleanup;
    }

    void run() {
        try (Kernel kernel = node.namespaces().host()) {
            VethCollection.run(kernel, call.conf().name(), owners, cleanup);
            cleanup.attempt(() -> collectMacGuards(kernel));
        }
        conf.addresses().collect(node, valid, cleanup);
    }

    private void collectMacGuards(Kernel kernel) {
        kernel.macGuards().stream()
                .filter(guard -> owners.isStale(guard.owner()))
                .forEach(guard -> cleanup.attempt(
                        () -> kernel.apply(Side.HOST, new FirewallChange.DeleteMacGuard(guard.link(), guard.mac()))));
    }
}
