package dev.hawser.plugin.sbr;

import dev.hawser.ip.IpMath;
import dev.hawser.run.Call;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.Settings;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The configuration of one attachment, in order.
 *
 * <pre>{@code
 * { "type": "sbr", "gateways": ["10.1.2.1", "fd00::1"], "addSourceHints": true }
 * }</pre>
 *
 * @param table the table that somebody else looks after, for all addresses: then only rules are made
 * @param gateways the default gateway in the addresses' tables, at most one of each family, instead of any other
 * @param sourceHints whether table main keeps routes to the interface's subnets, which say what source to take
 */
record SbrConf(OptionalInt table, List<InetAddress> gateways, boolean sourceHints) {

    private static final long LARGEST_TABLE = 0xffff_ffffL;
    private static final int MOST_GATEWAYS = 2;

    SbrConf {
        gateways = List.copyOf(gateways);
    }

    static SbrConf of(Call call) {
        Settings settings = call.conf().settings();
        OptionalLong table = settings.wholeLong("table", 1, LARGEST_TABLE);
        SbrConf conf = new SbrConf(
                table.isPresent() ? OptionalInt.of((int) table.getAsLong()) : OptionalInt.empty(),
                gateways(settings),
                settings.flag("addSourceHints"));
        settings.throwIfFaulty();
        return conf;
    }

    private static List<InetAddress> gateways(Settings settings) {
        List<InetAddress> gateways = new ArrayList<>();
        for (String text : settings.texts("gateways")) {
            try {
                gateways.add(IpMath.parse(text));
            } catch (IllegalArgumentException e) {
                settings.fault("gateways", e);
            }
        }
        long ofIpv4 = gateways.stream().filter(IpMath::isIpv4).count();
        if (ofIpv4 > 1 || gateways.size() - ofIpv4 > 1) {
            settings.fault(
                    "gateways",
                    gateways.stream().map(IpMath::text).toList()
                            + " are too many: want at most one IPv4 and one IPv6 address, " + MOST_GATEWAYS
                            + " in all");
        }
        return gateways;
    }

    /** The configured gateway of this address' family. */
    Optional<InetAddress> gateway(CniResult.Ip ip) {
        return gateways.stream()
                .filter(gateway -> IpMath.isIpv4(gateway) == ip.address().isIpv4())
                .findFirst();
    }
}
