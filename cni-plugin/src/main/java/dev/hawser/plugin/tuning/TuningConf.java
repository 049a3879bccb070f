package dev.hawser.plugin.tuning;

import dev.hawser.attach.LinkKeys;
import dev.hawser.kernel.MacAddress;
import dev.hawser.run.Call;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.Settings;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The configuration of one attachment, in order.
 *
 * <pre>{@code
 * { "cniVersion": "1.0.0", "name": "mynet", "type": "tuning", "mtu": 1400, "promisc": true,
 *   "sysctl": { "net.core.somaxconn": "500", "net.ipv4.conf.IFNAME.arp_filter": "1" } }
 * }</pre>
 *
 * @param sysctls in the order of the document
 * @param link what of the interface is set
 * @param dataDir where the original values are kept
 */
record TuningConf(List<Sysctl> sysctls, LinkSettings link, String dataDir) {

    TuningConf {
        sysctls = List.copyOf(sysctls);
    }

    static TuningConf of(Call call) {
        Settings settings = call.conf().settings();
        Settings args = settings.section("args").section("cni");
        LinkSettings link = new LinkSettings(
                mac(call, settings, args),
                flag("promisc", settings, args).filter(on -> on),
                whole("mtu", settings, args).filter(bytes -> bytes > 0),
                flag("allmulti", settings, args),
                whole("txQLen", settings, args));
        TuningConf conf = new TuningConf(
                Sysctl.all(call.ifName(), settings, args), link, settings.text("dataDir", "/run/cni/tuning"));
        settings.throwIfFaulty();
        return conf;
    }

    /** The word of {@code args.cni} wins even over the runtime's. */
    private static Optional<MacAddress> mac(Call call, Settings settings, Settings args) {
        return LinkKeys.mac(args).or(() -> LinkKeys.mac(call, settings));
    }

    private static Optional<Boolean> flag(String key, Settings settings, Settings args) {
        Settings winner = args.isSet(key) ? args : settings;
        return winner.isSet(key) ? Optional.of(winner.flag(key)) : Optional.empty();
    }

    private static Optional<Integer> whole(String key, Settings settings, Settings args) {
        OptionalInt number = (args.isSet(key) ? args : settings).whole(key, 0, Integer.MAX_VALUE);
        return number.isPresent() ? Optional.of(number.getAsInt()) : Optional.empty();
    }

    /** What the plugins before have answered, with the interface's new MAC. An interface of the host of the same name keeps its own. */
    CniResult applyTo(CniResult previous, String ifName) {
        return link.mac()
                .map(mac -> previous.withInterfaces(previous.interfaces().stream()
                        .map(each ->
                                each.name().equals(ifName) && !each.sandbox().isEmpty()
                                        ? withMac(each, mac.toString())
                                        : each)
                        .toList()))
                .orElse(previous);
    }

    private static CniResult.Interface withMac(CniResult.Interface of, String mac) {
        return new CniResult.Interface(of.name(), mac, of.mtu(), of.sandbox(), of.socketPath(), of.pciId());
    }
}
