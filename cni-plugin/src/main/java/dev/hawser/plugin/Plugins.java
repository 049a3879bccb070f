package dev.hawser.plugin;

import dev.hawser.addressing.AddressSource;
import dev.hawser.plugin.bridge.BridgePlugin;
import dev.hawser.plugin.ipam.IpamPlugin;
import dev.hawser.plugin.loopback.LoopbackPlugin;
import dev.hawser.run.Plugin;
import java.util.List;

/** Every plugin that Hawser has. */
public final class Plugins {

    public static final List<Plugin> ALL = List.of(
            new BridgePlugin(),
            new IpamPlugin(AddressSource.POOL_TYPE),
            new IpamPlugin(AddressSource.STATIC_TYPE),
            new LoopbackPlugin());

    private Plugins() {}
}
