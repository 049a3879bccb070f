package dev.hawser.plugin.ptp;

import dev.hawser.addressed.AddressedLink;
import dev.hawser.addressing.AddressSource;
import dev.hawser.attach.LinkKeys;
import dev.hawser.masquerade.Masquerade;
import dev.hawser.run.Call;
import dev.hawser.spec.Settings;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The configuration of one attachment, in order.
 *
 * <pre>{@code
 * { "cniVersion": "1.0.0", "name": "mynet", "type": "ptp", "ipMasq": true, "mtu": 1400,
 *   "ipam": { "type": "host-local", "subnet": "10.1.2.0/24", "routes": [{ "dst": "0.0.0.0/0" }] } }
 * }</pre>
 *
 * @param masquerade how what the container sends beyond its subnet is masqueraded, if at all
 * @param mtuBytes of both ends
 * @param addresses where the container's addresses come from
 */
record PtpConf(Optional<Masquerade> masquerade, OptionalInt mtuBytes, AddressSource addresses) {

    static PtpConf of(Call call) {
        Settings settings = call.conf().settings();
        AddressSource addresses = AddressSource.configure(call, settings);
        AddressedLink.requireAddresses(addresses, settings);
        PtpConf conf = new PtpConf(Masquerade.of(settings), LinkKeys.mtu(settings), addresses);
        settings.throwIfFaulty();
        return conf;
    }
}
