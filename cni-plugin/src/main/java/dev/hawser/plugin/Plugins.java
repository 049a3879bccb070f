package dev.hawser.plugin;

import dev.hawser.addressing.AddressSource;
import dev.hawser.plugin.bandwidth.BandwidthPlugin;
import dev.hawser.plugin.bridge.BridgePlugin;
import dev.hawser.plugin.dummy.DummyPlugin;
import dev.hawser.plugin.firewall.FirewallPlugin;
import dev.hawser.plugin.fused.FusedPlugin;
import dev.hawser.plugin.hostdevice.HostDevicePlugin;
import dev.hawser.plugin.ipam.IpamPlugin;
import dev.hawser.plugin.ipvlan.IpvlanPlugin;
import dev.hawser.plugin.loopback.LoopbackPlugin;
import dev.hawser.plugin.macvlan.MacvlanPlugin;
import dev.hawser.plugin.portmap.PortmapPlugin;
import dev.hawser.plugin.ptp.PtpPlugin;
import dev.hawser.plugin.sbr.SbrPlugin;
import dev.hawser.plugin.tap.TapPlugin;
import dev.hawser.plugin.tuning.TuningPlugin;
import dev.hawser.plugin.vlan.VlanPlugin;
import dev.hawser.plugin.vrf.VrfPlugin;
import dev.hawser.run.Plugin;
import java.util.List;
import java.util.stream.Stream;

/** Every plugin that Hawser has. */
public final class Plugins {

    private static final List<Plugin> EACH = List.of(
            new BridgePlugin(),
            new PtpPlugin(),
            new MacvlanPlugin(),
            new IpvlanPlugin(),
            new VlanPlugin(),
            new DummyPlugin(),
            new TapPlugin(),
            new HostDevicePlugin(),
            new LoopbackPlugin(),
            new IpamPlugin(AddressSource.POOL_TYPE),
            new IpamPlugin(AddressSource.STATIC_TYPE),
            new IpamPlugin(AddressSource.DHCP_TYPE),
            new PortmapPlugin(),
            new FirewallPlugin(),
            new BandwidthPlugin(),
            new TuningPlugin(),
            new SbrPlugin(),
            new VrfPlugin());

    /** Each one, and the one that joins them in one call. */
    public static final List<Plugin> ALL =
            Stream.concat(EACH.stream(), Stream.of(new FusedPlugin(EACH))).toList();

    private Plugins() {}
}
