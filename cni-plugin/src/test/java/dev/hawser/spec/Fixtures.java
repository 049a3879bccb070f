package dev.hawser.spec;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import dev.hawser.spec.CniResult.Interface;
import dev.hawser.spec.CniResult.Ip;
import dev.hawser.spec.CniResult.RouteEntry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.function.Executable;

/** Documents that the reference plugins printed, and the values that they stand for. */
final class Fixtures {

    private static final OptionalInt UNSET = OptionalInt.empty();

    /**
     * What {@code static} was told to answer for the documents in {@code static/}. For 0.1.0 and 0.2.0, where it refuses
     * a second address of a family, it was told the first two addresses only.
     */
    static final CniResult STATIC = new CniResult(
            List.of(),
            List.of(ip("10.10.0.1/24", "10.10.0.254"), ip("3ffe:ffff:0:1ff::1/64", "3ffe:ffff::1"), ip("10.20.0.1/16")),
            List.of(
                    route("0.0.0.0/0"),
                    new RouteEntry(
                            Cidr.parse("192.168.0.0/16"),
                            Optional.of(IpMath.parse("10.10.5.1")),
                            OptionalInt.of(1400),
                            OptionalInt.of(1360),
                            OptionalInt.of(10),
                            OptionalInt.of(0),
                            OptionalInt.of(253)),
                    route("3ffe:ffff:0:1ff::1/64")),
            new Dns(List.of("10.1.0.1"), "ex<a&mple.com", List.of("example.com"), List.of("ndots:5")));

    /** One address and nothing else: the documents in {@code bare/}. */
    static final CniResult BARE = CniResult.EMPTY.withIps(List.of(ip("10.10.0.1/24")));

    /** What {@code portmap} passed on from prevResult in the documents of {@code chained/}. */
    static final CniResult CHAINED = new CniResult(
            List.of(
                    new Interface("cni0", "0a:58:0a:01:00:01", 1500, "", "/run/vhost.sock", "0000:00:1f.6"),
                    Interface.inSandbox("eth0", "", "/run/netns/a<b>")),
            List.of(ip("10.1.0.9/16", "10.1.0.1").on(1), ip("fd00::9/64")),
            List.of(
                    new RouteEntry(
                            Cidr.parse("0.0.0.0/0"),
                            Optional.of(IpMath.parse("10.1.0.1")),
                            UNSET,
                            UNSET,
                            OptionalInt.of(0),
                            OptionalInt.of(-1),
                            UNSET),
                    route("::/0")),
            Dns.NONE);

    private Fixtures() {}

    static Ip ip(String address) {
        return new Ip(UNSET, Cidr.parse(address), Optional.empty());
    }

    static Ip ip(String address, String gateway) {
        return new Ip(UNSET, Cidr.parse(address), Optional.of(IpMath.parse(gateway)));
    }

    static RouteEntry route(String destination) {
        return RouteEntry.to(Cidr.parse(destination), Optional.empty());
    }

    /** The document that the reference printed for a version, in this directory. */
    static String printed(String directory, CniVersion version) {
        String name = directory + "/" + version + ".json";
        try (InputStream file = Fixtures.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalArgumentException("no such fixture: " + name);
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static Json.Obj object(String document) {
        return Json.parseObject(utf8(document));
    }

    static CniError errorOf(Executable action) {
        return assertThrows(CniException.class, action).error();
    }
}
