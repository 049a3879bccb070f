package dev.hawser.attach;

import dev.hawser.kernel.MacAddress;
import dev.hawser.run.Call;
import dev.hawser.spec.Settings;
import java.util.Optional;
import java.util.OptionalInt;

/** The keys about a link that several plugins read in the same way. */
public final class LinkSettings {

    /** ETH_MAX_MTU of if_ether.h. */
    private static final int LARGEST_MTU = 65535;

    private LinkSettings() {}

    /** {@code mtu}; 0 leaves it to the kernel. */
    public static OptionalInt mtu(Settings settings) {
        OptionalInt bytes = settings.whole("mtu", 0, LARGEST_MTU);
        return bytes.orElse(0) == 0 ? OptionalInt.empty() : bytes;
    }

    /** {@code mac} of these settings. */
    public static Optional<MacAddress> mac(Settings settings) {
        return settings.text("mac").flatMap(text -> mac(settings, "mac", text));
    }

    /** {@code MAC} of CNI_ARGS. */
    public static Optional<MacAddress> macOfArgs(Call call, Settings settings) {
        return call.args().find("MAC").flatMap(text -> mac(settings, "CNI_ARGS", text));
    }

    private static Optional<MacAddress> mac(Settings settings, String key, String text) {
        try {
            return Optional.of(MacAddress.parse(text));
        } catch (IllegalArgumentException e) {
            settings.fault(key, e);
            return Optional.empty();
        }
    }
}
