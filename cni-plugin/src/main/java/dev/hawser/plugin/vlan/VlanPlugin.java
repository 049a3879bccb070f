package dev.hawser.plugin.vlan;

import dev.hawser.addressed.AddressedLink;
import dev.hawser.addressing.AddressSource;
import dev.hawser.run.Call;
import dev.hawser.run.Plugin;
import dev.hawser.spec.Settings;

/** The {@code vlan} plugin: each container in a VLAN of a link of the node. */
public final class VlanPlugin implements Plugin {

    @Override
    public String type() {
        return "vlan";
    }

    @Override
    public Configured configure(Call call) {
        Settings settings = call.conf().settings();
        AddressSource addresses = AddressSource.configure(call, settings);
        AddressedLink.requireAddresses(addresses, settings);
        VlanBlueprint blueprint = VlanBlueprint.of(call, settings);
        settings.throwIfFaulty();
        return new AddressedLink(call, addresses, blueprint);
    }
}
