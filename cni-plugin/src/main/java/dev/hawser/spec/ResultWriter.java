package dev.hawser.spec;

import dev.hawser.ip.IpMath;
import dev.hawser.spec.CniResult.Interface;
import dev.hawser.spec.CniResult.Ip;
import dev.hawser.spec.CniResult.RouteEntry;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** {@link CniResult} to the document of a version, names in the order in which the reference prints them. */
final class ResultWriter {

    private final CniResult result;
    private final CniVersion version;

    private ResultWriter(CniResult result, CniVersion version) {
        this.result = result;
        this.version = version;
    }

    static Json.Obj write(CniResult result, CniVersion version) {
        ResultWriter writer = new ResultWriter(result, version);
        if (version.atLeast(CniVersion.V1_0_0)) {
            return writer.current();
        }
        return version.atLeast(CniVersion.V0_3_0) ? writer.middle() : writer.old();
    }

    /** 1.0.0 and 1.1.0: sorted, since Go prints it by way of a map; no empty {@code dns}. */
    private Json.Obj current() {
        Json.Obj document = common();
        return (result.dns().isEmpty() ? document.without("dns") : document).sorted();
    }

    /** 0.3.0 to 0.4.0. */
    private Json.Obj middle() {
        return common();
    }

    private Json.Obj common() {
        return Json.object()
                .put("cniVersion", version.text())
                .putUnlessEmpty("interfaces", interfaces())
                .putUnlessEmpty("ips", ips())
                .putUnlessEmpty("routes", routes())
                .put("dns", result.dns().json())
                .build();
    }

    /** 0.1.0 and 0.2.0: of each family the first address, and its routes. */
    private Json.Obj old() {
        Optional<Ip> ip4 = firstIp(true);
        Optional<Ip> ip6 = firstIp(false);
        if (ip4.isEmpty() && ip6.isEmpty()) {
            throw new CniException(ErrorCode.INTERNAL, "cannot convert: no valid IP addresses");
        }
        Json.Builder document = Json.object().put("cniVersion", version.text());
        ip4.ifPresent(ip -> document.put("ip4", oldIp(ip)));
        ip6.ifPresent(ip -> document.put("ip6", oldIp(ip)));
        return document.put("dns", result.dns().json()).build();
    }

    private Optional<Ip> firstIp(boolean ipv4) {
        for (Ip ip : result.ips()) {
            if (ip.address().isIpv4() == ipv4) {
                return Optional.of(ip);
            }
        }
        return Optional.empty();
    }

    private Json.Obj oldIp(Ip ip) {
        List<Json> routes = new ArrayList<>();
        for (RouteEntry route : result.routes()) {
            if (route.destination().isIpv4() == ip.address().isIpv4()) {
                routes.add(json(RouteEntry.to(route.destination(), route.gateway())));
            }
        }
        return Json.object()
                .put("ip", ip.address().toString())
                .putUnlessEmpty("gateway", text(ip.gateway()))
                .putUnlessEmpty("routes", routes)
                .build();
    }

    private List<Json> interfaces() {
        List<Json> interfaces = new ArrayList<>();
        for (Interface link : result.interfaces()) {
            interfaces.add(json(link));
        }
        return interfaces;
    }

    private Json json(Interface link) {
        Json.Builder json = Json.object().put("name", link.name()).putUnlessEmpty("mac", link.mac());
        if (version.atLeast(CniVersion.V1_0_0)) {
            putNumber(json, "mtu", link.mtu() == 0 ? OptionalInt.empty() : OptionalInt.of(link.mtu()));
            json.putUnlessEmpty("socketPath", link.socketPath()).putUnlessEmpty("pciID", link.pciId());
        }
        return json.putUnlessEmpty("sandbox", link.sandbox()).build();
    }

    private List<Json> ips() {
        List<Json> ips = new ArrayList<>();
        for (Ip ip : result.ips()) {
            ips.add(json(ip));
        }
        return ips;
    }

    private Json json(Ip ip) {
        Json.Builder json = Json.object();
        if (!version.atLeast(CniVersion.V1_0_0)) {
            json.put("version", ip.address().isIpv4() ? "4" : "6");
        }
        if (ip.interfaceIndex().isPresent()) {
            json.put("interface", ip.interfaceIndex().getAsInt());
        }
        return json.put("address", ip.address().toString())
                .putUnlessEmpty("gateway", text(ip.gateway()))
                .build();
    }

    private List<Json> routes() {
        List<Json> routes = new ArrayList<>();
        for (RouteEntry route : result.routes()) {
            routes.add(json(route));
        }
        return routes;
    }

    private static Json json(RouteEntry route) {
        Json.Builder json =
                Json.object().put("dst", route.destination().toString()).putUnlessEmpty("gw", text(route.gateway()));
        putNumber(json, "mtu", route.mtu());
        putNumber(json, "advmss", route.advmss());
        putNumber(json, "priority", route.priority());
        putNumber(json, "table", route.table());
        putNumber(json, "scope", route.scope());
        return json.build();
    }

    private static void putNumber(Json.Builder json, String name, OptionalInt number) {
        if (number.isPresent()) {
            json.put(name, Integer.toUnsignedLong(number.getAsInt()));
        }
    }

    private static String text(Optional<InetAddress> address) {
        return address.map(IpMath::text).orElse("");
    }
}
