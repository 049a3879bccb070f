package dev.hawser.plugin.ipvlan;

import dev.hawser.addressed.AddressedLink;
import dev.hawser.addressing.AddressSource;
import dev.hawser.run.Call;
import dev.hawser.run.Plugin;
import dev.hawser.spec.Settings;

/** The {@code ipvlan} plugin: each container with addresses of its own on a link of the node. */
public final class IpvlanPlugin implements Plugin {

    @Override
    public String type() {
        return "ipvlan";
    }

    @Override
    public Configured configure(Call call) {
        Settings settings = call.conf().settings();
        AddressSource addresses = AddressSource.configure(call, settings);
        IpvlanBlueprint blueprint = IpvlanBlueprint.of(call, settings, addresses);
        settings.throwIfFaulty();
        return new AddressedLink(call, addresses, blueprint);
    }
}
