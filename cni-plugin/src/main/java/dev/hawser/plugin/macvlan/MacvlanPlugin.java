package dev.hawser.plugin.macvlan;

import dev.hawser.addressed.AddressedLink;
import dev.hawser.addressing.AddressSource;
import dev.hawser.run.Call;
import dev.hawser.run.Plugin;
import dev.hawser.spec.Settings;

/** The {@code macvlan} plugin: each container with a MAC of its own on a link of the node. */
public final class MacvlanPlugin implements Plugin {

    @Override
    public String type() {
        return "macvlan";
    }

    @Override
    public boolean readsArgs() {
        return true;
    }

    @Override
    public Configured configure(Call call) {
        Settings settings = call.conf().settings();
        AddressSource addresses = AddressSource.configure(call, settings);
        MacvlanBlueprint blueprint = MacvlanBlueprint.of(call, settings);
        settings.throwIfFaulty();
        return new AddressedLink(call, addresses, blueprint);
    }
}
