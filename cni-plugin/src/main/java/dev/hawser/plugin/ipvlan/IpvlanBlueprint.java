package dev.hawser.plugin.ipvlan;

import dev.hawser.addressed.Draft;
import dev.hawser.addressed.Master;
import dev.hawser.addressed.MasterBlueprint;
import dev.hawser.addressing.AddressSource;
import dev.hawser.attach.ContainerLink;
import dev.hawser.attach.LinkKeys;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.LinkKind;
import dev.hawser.kernel.LinkKind.IpvlanMode;
import dev.hawser.run.Call;
import dev.hawser.spec.CniException;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.ErrorCode;
import dev.hawser.spec.Settings;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The configuration of one attachment.
 *
 * <pre>{@code
 * { "cniVersion": "1.0.0", "name": "mynet", "type": "ipvlan", "master": "eth1", "mode": "l3",
 *   "ipam": { "type": "host-local", "subnet": "10.1.2.0/24" } }
 * }</pre>
 *
 * <p>After a plugin that makes a link, {@code master} and {@code ipam} may be left out: that link is the master, and its
 * addresses become the container's.
 *
 * @param master the link that it is on; without a name, that of the plugin before, else the one of the default route
 * @param mtuBytes of the container's link; the master's if absent
 * @param leases whether it has addresses of its own
 */
record IpvlanBlueprint(Call call, Master master, IpvlanMode mode, OptionalInt mtuBytes, boolean leases)
        implements MasterBlueprint {

    static IpvlanBlueprint of(Call call, Settings settings, AddressSource addresses) {
        IpvlanMode mode = settings.choice("mode", IpvlanMode.values()).orElse(IpvlanMode.L2);
        return new IpvlanBlueprint(call, Master.of(settings), mode, LinkKeys.mtu(settings), !addresses.isNone());
    }

    @Override
    public ContainerLink containerLink() {
        return new ContainerLink(call.ifName(), ContainerLink.Dad.DEFAULT, true);
    }

    /** The kernel gives it the master's MAC. */
    @Override
    public Draft draft(Kernel kernel, Optional<CniResult> previous) {
        Master named = master.name().isPresent() ? master : master.orNamed(previous.map(IpvlanBlueprint::onlyLink));
        Link on = named.find(kernel);
        Draft draft = Draft.of(call, kindOn(on.name()), Optional.empty(), mtuBytes, Master.macOf(on));
        return leases
                ? draft
                : draft.given(
                        previous.filter(result -> !result.ips().isEmpty()).orElseThrow(IpvlanBlueprint::noAddresses));
    }

    private static String onlyLink(CniResult previous) {
        List<String> names = previous.interfaces().stream()
                .map(CniResult.Interface::name)
                .filter(name -> !name.isEmpty())
                .toList();
        if (previous.interfaces().size() != 1 || names.size() != 1) {
            throw new CniException(
                    ErrorCode.INVALID_NETWORK_CONFIG,
                    "chained master failure. PrevResult lacks a single named interface",
                    "it has " + previous.interfaces().size()
                            + " interfaces: say with the key master which of them is meant");
        }
        return names.getFirst();
    }

    private static CniException noAddresses() {
        return new CniException(
                ErrorCode.INVALID_NETWORK_CONFIG,
                "ipam.type: is missing, and no plugin before this one has given addresses",
                "name an IPAM plugin, such as host-local");
    }

    @Override
    public LinkKind kindOn(String on) {
        return new LinkKind.Ipvlan(on, master.side(), mode);
    }
}
