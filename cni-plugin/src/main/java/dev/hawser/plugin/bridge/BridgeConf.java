package dev.hawser.plugin.bridge;

import dev.hawser.addressing.AddressSource;
import dev.hawser.attach.ContainerLink;
import dev.hawser.attach.LinkKeys;
import dev.hawser.attach.VethNames;
import dev.hawser.kernel.MacAddress;
import dev.hawser.masquerade.Masquerade;
import dev.hawser.run.Call;
import dev.hawser.spec.Invocation;
import dev.hawser.spec.Settings;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The configuration of one attachment, in order.
 *
 * <pre>{@code
 * { "cniVersion": "1.0.0", "name": "mynet", "type": "bridge", "bridge": "cni0", "isDefaultGateway": true,
 *   "ipMasq": true, "ipam": { "type": "host-local", "subnet": "10.1.2.0/24" } }
 * }</pre>
 *
 * @param bridge the bridge's name
 * @param gateway whether the bridge gets the gateway's address
 * @param defaultRoute whether the container's default route leads to it
 * @param forceAddress whether another address of the bridge gives way
 * @param masquerade how what the container sends beyond its subnet is masqueraded, if at all
 * @param mtuBytes of both veth ends, and of a new bridge
 * @param hairpin whether the container may reach itself by the bridge
 * @param promiscuous whether the bridge is promiscuous
 * @param vlans what VLANs the port is a member of
 * @param guardMac whether frames from other MACs are dropped
 * @param duplicateAddressDetection whether the container looks for duplicates of its IPv6 addresses
 * @param containerEndUp whether the container's end is set up
 * @param isolated whether the port speaks to the bridge's own address only
 * @param mac what the container's MAC shall be
 * @param addresses where its addresses come from
 */
record BridgeConf(
        String bridge,
        boolean gateway,
        boolean defaultRoute,
        boolean forceAddress,
        Optional<Masquerade> masquerade,
        OptionalInt mtuBytes,
        boolean hairpin,
        boolean promiscuous,
        Vlans vlans,
        boolean guardMac,
        boolean duplicateAddressDetection,
        boolean containerEndUp,
        boolean isolated,
        Optional<MacAddress> mac,
        AddressSource addresses) {

    static BridgeConf of(Call call) {
        Settings settings = call.conf().settings();
        AddressSource addresses = AddressSource.configure(call, settings);
        boolean defaultRoute = settings.flag("isDefaultGateway");
        boolean disabled = settings.flag("disableContainerInterface");
        if (disabled && !addresses.isNone()) {
            settings.fault("disableContainerInterface", "cannot use IPAM when DisableContainerInterface flag is set");
        }
        boolean hairpin = settings.flag("hairpinMode");
        boolean promiscuous = settings.flag("promiscMode");
        if (hairpin && promiscuous) {
            settings.fault("hairpinMode", "cannot set hairpin mode and promiscuous mode at the same time");
        }
        BridgeConf conf = new BridgeConf(
                bridgeName(settings),
                settings.flag("isGateway") || defaultRoute,
                defaultRoute,
                settings.flag("forceAddress"),
                Masquerade.of(settings),
                LinkKeys.mtu(settings),
                hairpin,
                promiscuous,
                Vlans.of(settings),
                settings.flag("macspoofchk"),
                settings.flag("enabledad"),
                !disabled,
                settings.flag("portIsolation"),
                mac(call, settings),
                addresses);
        settings.throwIfFaulty();
        return conf;
    }

    /** The container's MAC: the one asked for, or the one that comes with its names. */
    MacAddress podMac(VethNames names) {
        return mac.orElse(names.podMac());
    }

    /** Nobody but the pool gives out addresses of the bridge's subnet: a search for duplicates is only made if asked for. */
    ContainerLink containerLink(Call call) {
        return new ContainerLink(
                call.ifName(), duplicateAddressDetection ? ContainerLink.Dad.ON : ContainerLink.Dad.OFF, false);
    }

    private static String bridgeName(Settings settings) {
        String name = settings.text("bridge", "cni0");
        if (!Invocation.isInterfaceName(name)) {
            settings.fault(
                    "bridge",
                    "\"" + name + "\" cannot be the name of an interface: it has 1 to 15 bytes, and"
                            + " neither slash, colon nor space");
        }
        return name;
    }

    /** The runtime's word wins over the administrator's, and that over the one of CNI_ARGS. */
    private static Optional<MacAddress> mac(Call call, Settings settings) {
        return LinkKeys.mac(settings.section("runtimeConfig"))
                .or(() -> LinkKeys.mac(settings.section("args").section("cni")))
                .or(() -> LinkKeys.macOfArgs(call, settings));
    }
}
