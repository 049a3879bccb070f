package dev.hawser.plugin.ipam;

import dev.hawser.addressing.AddressSource;
import dev.hawser.run.Call;
import dev.hawser.run.Cleanup;
import dev.hawser.run.Node;
import dev.hawser.run.Plan;
import dev.hawser.run.Plugin;
import dev.hawser.run.Transaction;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.Settings;
import dev.hawser.spec.ValidAttachments;
import java.util.List;
import java.util.Optional;

/**
 * A source of addresses as a plugin of its own.
 *
 * @param type {@code host-local}, {@code static} or {@code dhcp}
 */
public record IpamPlugin(String type) implements Plugin {

    /** A DHCP server may be told about any of them. */
    @Override
    public boolean readsArgs() {
        return !type.equals(AddressSource.DHCP_TYPE);
    }

    @Override
    public Configured configure(Call call) {
        Settings settings = call.conf().settings();
        if (!settings.isSet("ipam")) {
            settings.fault("ipam", "IPAM config missing 'ipam' key");
        }
        AddressSource source = AddressSource.ofType(type, call, settings);
        settings.throwIfFaulty();
        return new Source(source);
    }

    private record Source(AddressSource source) implements Configured {

        @Override
        public CniResult add(Node node, Optional<CniResult> previous, Transaction transaction) {
            return source.lease(node, transaction);
        }

        @Override
        public Plan plan(Node node, Optional<CniResult> previous) {
            return new Plan(List.of(), source.preview(node));
        }

        @Override
        public void check(Node node) {
            source.check(node);
        }

        @Override
        public void delete(Node node, Cleanup cleanup) {
            source.release(node, cleanup);
        }

        @Override
        public void collect(Node node, ValidAttachments.Listed valid, Cleanup cleanup) {
            source.collect(node, valid, cleanup);
        }

        @Override
        public void status(Node node) {
            source.status(node);
        }
    }
}
