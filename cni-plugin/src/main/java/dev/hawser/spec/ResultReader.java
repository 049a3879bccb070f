package dev.hawser.spec;

import dev.hawser.ip.Cidr;
import dev.hawser.spec.CniResult.Interface;
import dev.hawser.spec.CniResult.Ip;
import dev.hawser.spec.CniResult.RouteEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** A result's document to {@link CniResult}, whatever its version. */
final class ResultReader {

    private static final long MAX_UNSIGNED = 0xffff_ffffL;

    private ResultReader() {}

    static CniResult read(Json document, CniVersion ifUnstated) {
        Settings settings = Settings.of(document.asObject());
        CniVersion version = version(settings, ifUnstated);
        CniResult result = version.atLeast(CniVersion.V0_3_0) ? current(settings) : old(settings);
        settings.throwIfFaulty(ErrorCode.DECODING_FAILURE, "invalid result");
        return result;
    }

    private static CniVersion version(Settings settings, CniVersion ifUnstated) {
        Optional<String> stated = settings.text("cniVersion");
        if (stated.isEmpty()) {
            return ifUnstated;
        }
        return CniVersion.parse(stated.get())
                .orElseThrow(() -> new CniException(
                        ErrorCode.INCOMPATIBLE_VERSION,
                        "unsupported CNI result version " + GoText.quoted(stated.get())));
    }

    /** 0.3.0 and later. The {@code version} of an address says nothing that the address does not. */
    private static CniResult current(Settings settings) {
        List<Interface> interfaces = new ArrayList<>();
        settings.objects("interfaces").forEach(entry -> interfaces.add(linkOf(entry)));
        List<Ip> ips = new ArrayList<>();
        settings.objects("ips").forEach(entry -> address(entry, "address").ifPresent(ips::add));
        return new CniResult(interfaces, ips, routes(settings, "routes"), dns(settings));
    }

    /** 0.1.0 and 0.2.0. */
    private static CniResult old(Settings settings) {
        List<Ip> ips = new ArrayList<>();
        List<RouteEntry> routes = new ArrayList<>();
        for (String family : List.of("ip4", "ip6")) {
            Optional<Settings> entry = settings.object(family);
            entry.flatMap(ip -> address(ip, "ip")).ifPresent(ips::add);
            entry.ifPresent(ip -> routes.addAll(routes(ip, "routes")));
        }
        return new CniResult(List.of(), ips, routes, dns(settings));
    }

    private static Interface linkOf(Settings entry) {
        return new Interface(
                entry.text("name", ""),
                entry.text("mac", ""),
                entry.whole("mtu", 0, Integer.MAX_VALUE).orElse(0),
                entry.text("sandbox", ""),
                entry.text("socketPath", ""),
                entry.text("pciID", ""));
    }

    private static Optional<Ip> address(Settings entry, String key) {
        OptionalInt link = entry.whole("interface", Integer.MIN_VALUE, Integer.MAX_VALUE);
        return requiredCidr(entry, key).map(cidr -> new Ip(link, cidr, entry.address("gateway")));
    }

    static List<RouteEntry> routes(Settings settings, String key) {
        List<RouteEntry> routes = new ArrayList<>();
        for (Settings entry : settings.objects(key)) {
            requiredCidr(entry, "dst").ifPresent(destination -> routes.add(route(entry, destination)));
        }
        return routes;
    }

    private static RouteEntry route(Settings entry, Cidr destination) {
        return new RouteEntry(
                destination,
                entry.address("gw"),
                unsigned(entry, "mtu"),
                unsigned(entry, "advmss"),
                unsigned(entry, "priority"),
                unsigned(entry, "table"),
                unsigned(entry, "scope"));
    }

    private static OptionalInt unsigned(Settings entry, String key) {
        OptionalLong number = entry.wholeLong(key, 0, MAX_UNSIGNED);
        return number.isPresent() ? OptionalInt.of((int) number.getAsLong()) : OptionalInt.empty();
    }

    private static Optional<Cidr> requiredCidr(Settings entry, String key) {
        if (!entry.isSet(key)) {
            entry.missing(key);
        }
        return entry.cidr(key);
    }

    private static Dns dns(Settings settings) {
        return settings.object("dns").map(Dns::of).orElse(Dns.NONE);
    }
}
