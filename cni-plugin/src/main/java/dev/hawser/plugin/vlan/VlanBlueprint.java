package dev.hawser.plugin.vlan;

import dev.hawser.addressed.Draft;
import dev.hawser.addressed.Master;
import dev.hawser.addressed.MasterBlueprint;
import dev.hawser.attach.ContainerCheck;
import dev.hawser.attach.ContainerLink;
import dev.hawser.attach.LinkKeys;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.LinkKind;
import dev.hawser.run.Call;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.Settings;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The configuration of one attachment.
 *
 * <pre>{@code
 * { "cniVersion": "1.0.0", "name": "mynet", "type": "vlan", "master": "eth1", "vlanId": 100,
 *   "ipam": { "type": "host-local", "subnet": "10.1.2.0/24" } }
 * }</pre>
 *
 * @param master the link whose frames have the tag
 * @param id the VLAN
 * @param mtuBytes of the container's link; the master's if absent
 */
record VlanBlueprint(Call call, Master master, int id, OptionalInt mtuBytes) implements MasterBlueprint {

    private static final int LARGEST_ID = 4094;

    static VlanBlueprint of(Call call, Settings settings) {
        Master master = Master.of(settings);
        if (master.name().isEmpty()) {
            settings.fault("master", "is missing: name the link of the node that the VLAN is on");
        }
        int id = settings.whole("vlanId", 0, LARGEST_ID).orElse(0);
        return new VlanBlueprint(call, master, id, LinkKeys.mtu(settings));
    }

    @Override
    public ContainerLink containerLink() {
        return new ContainerLink(call.ifName(), ContainerLink.Dad.DEFAULT, false);
    }

    /** The kernel gives it the master's MAC. */
    @Override
    public Draft draft(Kernel kernel, Optional<CniResult> previous) {
        Link on = master.find(kernel);
        Master.requireMtu(mtuBytes, on);
        return Draft.of(call, kindOn(on.name()), Optional.empty(), mtuBytes, Master.macOf(on));
    }

    @Override
    public LinkKind kindOn(String on) {
        return new LinkKind.Vlan(on, master.side(), id);
    }

    /** The MTU too, as the reference does. */
    @Override
    public void check(ContainerCheck check, Link link, Kernel kernel) {
        MasterBlueprint.super.check(check, link, kernel);
        if (mtuBytes.isPresent() && mtuBytes.getAsInt() != link.mtuBytes()) {
            check.missing(link.name() + " has MTU " + link.mtuBytes() + " instead of " + mtuBytes.getAsInt());
        }
    }
}
