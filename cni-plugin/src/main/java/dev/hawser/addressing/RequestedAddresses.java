package dev.hawser.addressing;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import dev.hawser.run.Call;
import dev.hawser.spec.Settings;
import java.net.InetAddress;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The addresses that a runtime asks a pool for: {@code IP} of CNI_ARGS, {@code args.cni.ips} and {@code runtimeConfig.ips},
 * all three together. A prefix length may stand behind each and means nothing.
 */
final class RequestedAddresses {

    private RequestedAddresses() {}

    static Set<InetAddress> of(Call call, Settings settings) {
        Set<InetAddress> addresses = new LinkedHashSet<>();
        call.args().find("IP").ifPresent(text -> add(addresses, settings, "CNI_ARGS", text));
        Settings args = settings.section("args").section("cni");
        args.texts("ips").forEach(text -> add(addresses, args, "ips", text));
        Settings runtime = settings.section("runtimeConfig");
        runtime.texts("ips").forEach(text -> add(addresses, runtime, "ips", text));
        return addresses;
    }

    private static void add(Set<InetAddress> addresses, Settings settings, String key, String text) {
        try {
            addresses.add(text.indexOf('/') >= 0 ? Cidr.parse(text).address() : IpMath.parse(text));
        } catch (IllegalArgumentException e) {
            settings.fault(key, e);
        }
    }
}
