package dev.hawser.plugin.tuning;

import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Side;
import java.util.HashMap;
import java.util.Map;

/**
 * How the container is before it is tuned, as far as that matters.
 *
 * @param sysctls by key, those that can be read
 */
record Present(LinkSettings link, Map<String, String> sysctls) {

    /** Of a container that is not looked at. */
    static final Present UNKNOWN = new Present(LinkSettings.NONE, Map.of());

    Present {
        sysctls = Map.copyOf(sysctls);
    }

    /** The interface is only looked up if something of it is to change, and must be there then. */
    static Present of(Kernel kernel, String ifName, TuningConf conf) {
        LinkSettings link =
                conf.link().isEmpty() ? LinkSettings.NONE : LinkSettings.of(kernel.linkOrThrow(Side.POD, ifName));
        Map<String, String> sysctls = new HashMap<>();
        for (Sysctl sysctl : conf.sysctls()) {
            kernel.sysctl(Side.POD, sysctl.key()).ifPresent(value -> sysctls.put(sysctl.key(), value));
        }
        return new Present(link, sysctls);
    }

    boolean has(Sysctl sysctl) {
        return sysctls.containsKey(sysctl.key()) && sysctl.hasValue(sysctls.get(sysctl.key()));
    }
}
