package dev.hawser.plugin.vrf;

import dev.hawser.run.Call;
import dev.hawser.spec.Invocation;
import dev.hawser.spec.Settings;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The configuration of one attachment.
 *
 * <pre>{@code
 * { "type": "vrf", "vrfname": "blue", "table": 10 }
 * }</pre>
 *
 * @param name of the VRF
 * @param table its table, unsigned; that of a VRF that is there, or else one that no VRF has, if absent
 */
record VrfConf(String name, OptionalInt table) {

    private static final long LARGEST_TABLE = 0xffff_ffffL;

    static VrfConf of(Call call) {
        Settings settings = call.conf().settings();
        Optional<String> name = settings.text("vrfname");
        if (name.isEmpty() && settings.faults().isEmpty()) {
            settings.fault("vrfname", "configuration is expected to have a valid vrf name");
        }
        name.filter(text -> !Invocation.isInterfaceName(text))
                .ifPresent(text -> settings.fault("vrfname", "\"" + text + "\" cannot be the name of an interface"));
        OptionalLong table = settings.wholeLong("table", 0, LARGEST_TABLE);
        settings.throwIfFaulty();
        return new VrfConf(
                name.orElseThrow(),
                table.orElse(0) == 0 ? OptionalInt.empty() : OptionalInt.of((int) table.getAsLong()));
    }
}
