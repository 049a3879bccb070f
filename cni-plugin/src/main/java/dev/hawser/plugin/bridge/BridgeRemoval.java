package dev.hawser.plugin.bridge;

import dev.hawser.addressed.VethRemoval;
import dev.hawser.attach.VethNames;
import dev.hawser.kernel.Alias;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.Side;
import dev.hawser.run.Call;
import dev.hawser.run.Cleanup;
import dev.hawser.run.Node;
import dev.hawser.spec.CniResult;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** DEL: what a {@link VethRemoval} does, and the end of the port's guard. */
final class BridgeRemoval implements VethRemoval.Extras {

    private final Call call;
    private final BridgeConf conf;
    private final Cleanup cleanup;
    private final VethNames names;
    private final VethRemoval removal;

    /** The MACs that the port may be guarded for. */
    private final Set<MacAddress> macs = new LinkedHashSet<>();

    BridgeRemoval(Call call, BridgeConf conf, Node node, Cleanup cleanup) {
        this.call = call;
        this.conf = conf;
        this.cleanup = cleanup;
        this.names = VethNames.of(call);
        this.removal = new VethRemoval(call, conf.addresses(), conf.masquerade().isPresent(), node, cleanup);
        macs.add(conf.podMac(names));
        removal.previous().flatMap(this::reportedMac).ifPresent(macs::add);
    }

    void run() {
        removal.run(this);
    }

    @Override
    public void seen(Alias alias) {
        alias.guard().ifPresent(macs::add);
    }

    @Override
    public void remove(Kernel kernel, boolean ours) {
        if (conf.guardMac()) {
            macs.forEach(mac -> cleanup.attempt(
                    () -> kernel.apply(Side.HOST, new FirewallChange.DeleteMacGuard(names.hostEnd(), mac))));
        }
        if (!ours) {
            cleanup.attempt(() -> ReferenceTraces.removeMacGuard(kernel, call.attachment()));
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
