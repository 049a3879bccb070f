package dev.hawser.attach;

import dev.hawser.kernel.MacAddress;
import dev.hawser.run.Call;
import dev.hawser.spec.Settings;
import java.util.Optional;
import java.util.OptionalInt;

/** The keys about a link that several plugins read in the same way. */
public final class LinkKeys {

    /** ETH_MAX_MTU of if_ether.h. */
    private static final int LARGEST_MTU = 65535;

    private LinkKeys() {}

    /** {@code mtu}; 0 leaves it to the kernel. */
    public static OptionalInt mtu(Settings settings) {
        return mtu(settings, LARGEST_MTU);
    }

    /** {@code mtu} of a kind of link that has a limit of its own. */
    public static OptionalInt mtu(Settings settings, int largestBytes) {
        OptionalInt bytes = settings.whole("mtu", 0, largestBytes);
        return bytes.orElse(0) == 0 ? OptionalInt.empty() : bytes;
    }

    /** {@code mac}: the runtime's word wins over the one of CNI_ARGS, and that over the administrator's. */
    public static Optional<MacAddress> mac(Call call, Settings settings) {
        return mac(settings.section("runtimeConfig"))
                .or(() -> macOfArgs(call, settings))
                .or(() -> mac(settings));
    }

    /** {@code mac} of these settings. */
    public static Optional<MacAddress> mac(Settings settings) {
        return mac(settings, "mac");
    }

    /** A MAC by another key. */
    public static Optional<MacAddress> mac(Settings settings, String key) {
        return settings.parsed(key, "a text such as \"02:42:ac:11:00:02\"", MacAddress::parse);
    }

    /** {@code MAC} of CNI_ARGS. */
    public static Optional<MacAddress> macOfArgs(Call call, Settings settings) {
        try {
            return call.args().find("MAC").map(MacAddress::parse);
        } catch (IllegalArgumentException e) {
            settings.fault("CNI_ARGS", e);
            return Optional.empty();
        }
    }
}
