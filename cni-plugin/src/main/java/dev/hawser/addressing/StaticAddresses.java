package dev.hawser.addressing;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import dev.hawser.run.Call;
import dev.hawser.run.Cleanup;
import dev.hawser.run.Node;
import dev.hawser.run.Transaction;
import dev.hawser.spec.CniException;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.CniVersion;
import dev.hawser.spec.Dns;
import dev.hawser.spec.ErrorCode;
import dev.hawser.spec.Settings;
import dev.hawser.spec.ValidAttachments;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Addresses that the configuration names; nobody keeps book of them.
 *
 * <pre>{@code
 * "ipam": { "type": "static", "addresses": [{ "address": "10.1.2.5/24", "gateway": "10.1.2.1" }] }
 * }</pre>
 *
 * @param call whose addresses they are
 * @param result what ADD answers
 */
record StaticAddresses(Call call, CniResult result) implements AddressSource {

    static StaticAddresses of(Call call, Settings settings) {
        Settings ipam = settings.section("ipam");
        List<CniResult.Ip> ips = addresses(call, settings, ipam);
        requireOneForEachFamily(call.conf().cniVersion(), ips, ipam);
        return new StaticAddresses(
                call,
                new CniResult(List.of(), ips, CniResult.RouteEntry.list(ipam, "routes"), Dns.of(ipam.section("dns"))));
    }

    /** The runtime's addresses replace those of {@code args}, and those replace the administrator's. */
    private static List<CniResult.Ip> addresses(Call call, Settings settings, Settings ipam) {
        List<CniResult.Ip> runtime = plain(settings.section("runtimeConfig"));
        List<CniResult.Ip> args = plain(settings.section("args").section("cni"));
        if (!runtime.isEmpty()) {
            return runtime;
        }
        return args.isEmpty() ? configured(call, settings, ipam) : args;
    }

    private static List<CniResult.Ip> plain(Settings settings) {
        List<CniResult.Ip> ips = new ArrayList<>();
        for (String text : settings.texts("ips")) {
            cidr(settings, "ips", text).ifPresent(address -> ips.add(ip(address, Optional.empty())));
        }
        return ips;
    }

    private static List<CniResult.Ip> configured(Call call, Settings settings, Settings ipam) {
        List<CniResult.Ip> ips = new ArrayList<>();
        for (Settings entry : ipam.objects("addresses")) {
            Optional<InetAddress> gateway = entry.address("gateway");
            Optional<String> text = entry.text("address");
            if (text.isEmpty()) {
                entry.missing("address");
            }
            text.flatMap(value -> cidr(entry, "address", value)).ifPresent(address -> ips.add(ip(address, gateway)));
        }
        for (String text : commaSeparated(call, "IP")) {
            cidr(settings, "CNI_ARGS", text).ifPresent(address -> ips.add(ip(address, Optional.empty())));
        }
        for (String text : commaSeparated(call, "GATEWAY")) {
            setGateway(settings, text, ips);
        }
        return ips;
    }

    private static List<String> commaSeparated(Call call, String key) {
        return call.args().find(key).map(text -> List.of(text.split(",", -1))).orElse(List.of());
    }

    /** GATEWAY of CNI_ARGS serves every address whose subnet it is in. */
    private static void setGateway(Settings settings, String text, List<CniResult.Ip> ips) {
        try {
            InetAddress gateway = IpMath.parse(text);
            ips.replaceAll(ip -> ip.address().contains(gateway) ? ip(ip.address(), Optional.of(gateway)) : ip);
        } catch (IllegalArgumentException e) {
            settings.fault("CNI_ARGS", "invalid gateway address: " + text);
        }
    }

    private static Optional<Cidr> cidr(Settings settings, String key, String text) {
        try {
            return Optional.of(Cidr.parse(text.strip()));
        } catch (IllegalArgumentException e) {
            settings.fault(key, "\"" + text + "\" is not in CIDR notation: " + e.getMessage());
            return Optional.empty();
        }
    }

    private static CniResult.Ip ip(Cidr address, Optional<InetAddress> gateway) {
        return new CniResult.Ip(OptionalInt.empty(), address, gateway);
    }

    private static void requireOneForEachFamily(CniVersion version, List<CniResult.Ip> ips, Settings ipam) {
        long ipv4 = ips.stream().filter(ip -> ip.address().isIpv4()).count();
        boolean several = ipv4 > 1 || ips.size() - ipv4 > 1;
        if (several && !version.atLeast(CniVersion.V0_3_0)) {
            ipam.fault(
                    "addresses", "CNI version " + version.text() + " does not support more than 1 address per family");
        }
    }

    @Override
    public CniResult lease(Node node, Transaction transaction) {
        return result;
    }

    @Override
    public CniResult preview(Node node) {
        return result;
    }

    @Override
    public List<Cidr> held(Node node) {
        return result.ips().stream().map(CniResult.Ip::address).toList();
    }

    @Override
    public void release(Node node, Cleanup cleanup) {}

    /** Unlike the reference, notices an address that is missing from what the chain reported. */
    @Override
    public void check(Node node) {
        CniResult previous = call.conf()
                .prevResult()
                .orElseThrow(() ->
                        new CniException(ErrorCode.INVALID_NETWORK_CONFIG, "prevResult: Required prevResult missing"));
        for (CniResult.Ip ip : result.ips()) {
            boolean there = previous.ips().stream()
                    .anyMatch(other -> other.address().equals(ip.address())
                            && (ip.gateway().isEmpty() || ip.gateway().equals(other.gateway())));
            if (!there) {
                throw new CniException(
                        ErrorCode.INTERNAL,
                        "static: prevResult does not have the address " + ip.address()
                                + ip.gateway()
                                        .map(gateway -> " with gateway " + IpMath.text(gateway))
                                        .orElse(""));
            }
        }
    }

    @Override
    public void collect(Node node, ValidAttachments.Listed valid, Cleanup cleanup) {}

    @Override
    public void status(Node node) {}
}
