package dev.hawser.plugin.macvlan;

import dev.hawser.addressed.Draft;
import dev.hawser.addressed.Master;
import dev.hawser.addressed.MasterBlueprint;
import dev.hawser.attach.ContainerLink;
import dev.hawser.attach.LinkKeys;
import dev.hawser.attach.VethNames;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.LinkKind;
import dev.hawser.kernel.LinkKind.MacvlanMode;
import dev.hawser.kernel.MacAddress;
import dev.hawser.run.Call;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.Settings;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The configuration of one attachment.
 *
 * <pre>{@code
 * { "cniVersion": "1.0.0", "name": "mynet", "type": "macvlan", "master": "eth1", "mode": "bridge",
 *   "ipam": { "type": "host-local", "subnet": "10.1.2.0/24" } }
 * }</pre>
 *
 * @param master the link that it is on; without a name, the one of the default route
 * @param mtuBytes of the container's link; the master's if absent
 * @param mac of the container's link, unless it has the master's
 * @param broadcastQueue how many broadcasts may wait; the kernel's default if absent
 */
record MacvlanBlueprint(
        Call call, Master master, MacvlanMode mode, OptionalInt mtuBytes, MacAddress mac, OptionalInt broadcastQueue)
        implements MasterBlueprint {

    static MacvlanBlueprint of(Call call, Settings settings) {
        OptionalInt queue = settings.whole("bcqueuelen", 0, Integer.MAX_VALUE);
        return new MacvlanBlueprint(
                call,
                Master.of(settings),
                settings.choice("mode", MacvlanMode.values()).orElse(MacvlanMode.BRIDGE),
                LinkKeys.mtu(settings),
                LinkKeys.mac(call, settings).orElseGet(() -> VethNames.of(call).podMac()),
                queue.orElse(0) == 0 ? OptionalInt.empty() : queue);
    }

    @Override
    public ContainerLink containerLink() {
        return new ContainerLink(call.ifName(), ContainerLink.Dad.DEFAULT, true);
    }

    /** In mode passthru the kernel gives it the master's MAC, whatever it is told. */
    @Override
    public Draft draft(Kernel kernel, Optional<CniResult> previous) {
        Link on = master.find(kernel);
        Master.requireMtu(mtuBytes, on);
        Optional<MacAddress> own = mode == MacvlanMode.PASSTHRU ? Optional.empty() : Optional.of(mac);
        return Draft.of(
                call,
                kindOn(on.name()),
                own,
                mtuBytes,
                own.map(MacAddress::toString).orElseGet(() -> Master.macOf(on)));
    }

    @Override
    public LinkKind kindOn(String on) {
        return new LinkKind.Macvlan(on, master.side(), mode, broadcastQueue);
    }
}
