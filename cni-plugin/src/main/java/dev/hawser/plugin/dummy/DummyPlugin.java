package dev.hawser.plugin.dummy;

import dev.hawser.addressed.AddressedLink;
import dev.hawser.addressed.Blueprint;
import dev.hawser.addressed.Draft;
import dev.hawser.addressing.AddressSource;
import dev.hawser.attach.ContainerCheck;
import dev.hawser.attach.ContainerLink;
import dev.hawser.attach.VethNames;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.LinkKind;
import dev.hawser.kernel.MacAddress;
import dev.hawser.run.Call;
import dev.hawser.run.Node;
import dev.hawser.run.Plugin;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.Settings;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The {@code dummy} plugin: addresses that the container has for itself. It has no keys of its own.
 *
 * <pre>{@code
 * { "cniVersion": "1.0.0", "name": "mynet", "type": "dummy",
 *   "ipam": { "type": "host-local", "subnet": "10.1.2.0/24" } }
 * }</pre>
 */
public final class DummyPlugin implements Plugin {

    @Override
    public String type() {
        return "dummy";
    }

    @Override
    public Configured configure(Call call) {
        Settings settings = call.conf().settings();
        AddressSource addresses = AddressSource.configure(call, settings);
        AddressedLink.requireAddresses(addresses, settings);
        settings.throwIfFaulty();
        return new AddressedLink(call, addresses, new Dummy(call));
    }

    private record Dummy(Call call) implements Blueprint {

        @Override
        public String kind() {
            return "dummy";
        }

        /** Nobody else is on the link: a search for duplicates would find none. */
        @Override
        public ContainerLink containerLink() {
            return new ContainerLink(call.ifName(), ContainerLink.Dad.OFF, false);
        }

        @Override
        public Draft draft(Kernel kernel, Optional<CniResult> previous) {
            MacAddress mac = VethNames.of(call).podMac();
            return Draft.of(call, new LinkKind.Dummy(), Optional.of(mac), OptionalInt.empty(), mac.toString());
        }

        @Override
        public void check(ContainerCheck check, Link link, Kernel kernel) {
            if (!link.up()) {
                check.missing(link.name() + " is down");
            }
        }

        /** There is always a way to make one. */
        @Override
        public void status(Node node) {}
    }
}
