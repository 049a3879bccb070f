package dev.hawser.plugin.tap;

import dev.hawser.addressing.AddressSource;
import dev.hawser.attach.LinkKeys;
import dev.hawser.kernel.MacAddress;
import dev.hawser.run.Call;
import dev.hawser.spec.Invocation;
import dev.hawser.spec.Settings;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The configuration of one attachment, in order.
 *
 * <pre>{@code
 * { "cniVersion": "1.0.0", "name": "vms", "type": "tap", "multiQueue": true, "owner": 107, "group": 107, "mtu": 1400,
 *   "ipam": { "type": "host-local", "subnet": "10.1.2.0/24" } }
 * }</pre>
 *
 * @param multiQueue whether several descriptors may be its other end at once
 * @param mtuBytes its MTU
 * @param mac its MAC; the kernel's choice if absent
 * @param owner the uid that may open it besides root, unsigned
 * @param group the gid that may open it besides root, unsigned
 * @param selinuxContext the SELinux label that it gets
 * @param bridge the bridge in the container that it becomes a port of
 * @param addresses where its addresses come from
 */
record TapConf(
        boolean multiQueue,
        OptionalInt mtuBytes,
        Optional<MacAddress> mac,
        OptionalInt owner,
        OptionalInt group,
        Optional<String> selinuxContext,
        Optional<String> bridge,
        AddressSource addresses) {

    /** TUN_MAX_PKT less an Ethernet header (drivers/net/tun.c). */
    private static final int LARGEST_MTU = 65521;

    private static final long LARGEST_ID = 0xffff_ffffL;

    static TapConf of(Call call) {
        Settings settings = call.conf().settings();
        TapConf conf = new TapConf(
                settings.flag("multiQueue"),
                LinkKeys.mtu(settings, LARGEST_MTU),
                LinkKeys.mac(call, settings),
                id(settings, "owner"),
                id(settings, "group"),
                settings.text("selinuxContext"),
                bridge(settings),
                AddressSource.configure(call, settings));
        settings.throwIfFaulty();
        return conf;
    }

    private static OptionalInt id(Settings settings, String key) {
        OptionalLong id = settings.wholeLong(key, 0, LARGEST_ID);
        return id.isPresent() ? OptionalInt.of((int) id.getAsLong()) : OptionalInt.empty();
    }

    private static Optional<String> bridge(Settings settings) {
        Optional<String> bridge = settings.text("bridge");
        bridge.filter(name -> !Invocation.isInterfaceName(name))
                .ifPresent(name -> settings.fault("bridge", "\"" + name + "\" cannot be the name of an interface"));
        return bridge;
    }
}
