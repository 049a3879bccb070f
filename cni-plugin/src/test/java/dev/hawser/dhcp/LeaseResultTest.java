package dev.hawser.dhcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hawser.ip.Cidr;
import dev.hawser.kernel.Attachment;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.CniVersion;
import dev.hawser.spec.Dns;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class LeaseResultTest {

    private static final Ask ASK = Ask.of(new Attachment("lan", "c1", "eth0")).requestDefaults();

    private static CniResult result(Ask ask, OptionalInt priority, Map<Integer, String> options) {
        Terms terms = new Terms(
                Cidr.parse("192.0.2.17/24"),
                FakeServer.ADDRESS,
                FakeServer.MAC,
                Options.ofHex(options),
                0,
                Instant.EPOCH,
                Duration.ofSeconds(30),
                Duration.ofSeconds(50),
                Duration.ofSeconds(60));
        return new LeaseResult(ask, terms, priority).result();
    }

    private static String routes(Map<Integer, String> options) {
        return result(ASK, OptionalInt.empty(), options)
                .json(CniVersion.V1_0_0)
                .find("routes")
                .map(Object::toString)
                .orElse("");
    }

    private static String json(CniResult result) {
        return result.json(CniVersion.V1_0_0).without("cniVersion").compact();
    }

    @Test
    void theFirstRouterIsTheGatewayOfTheAddressAndOfTheDefaultRoute() {
        CniResult result = result(ASK, OptionalInt.of(5), Map.of(3, "c0000201c0000202"));

        assertEquals(
                "{\"ips\":[{\"address\":\"192.0.2.17/24\",\"gateway\":\"192.0.2.1\"}],"
                        + "\"routes\":[{\"dst\":\"0.0.0.0/0\",\"gw\":\"192.0.2.1\",\"priority\":5}]}",
                json(result));
    }

    @Test
    void staticRoutesComeBeforeTheDefaultOneByTheClassesOfOld() {
        CniResult result = result(
                ASK,
                OptionalInt.empty(),
                Map.of(3, "c0000201", 33, "0a000000c0000209ac100000c0000209" + "00000000c0000209c0a80100c0000209"));

        assertEquals(
                List.of("10.0.0.0/8", "172.16.0.0/16", "192.168.1.0/24", "0.0.0.0/0"),
                result.routes().stream()
                        .map(route -> route.destination().toString())
                        .toList());
    }

    @Test
    void classlessRoutesStandAlone() {
        CniResult result = result(
                ASK,
                OptionalInt.of(7),
                Map.of(
                        3,
                        "c0000201",
                        33,
                        "0a000000c0000209",
                        121,
                        "00c0000203" + "19c0a80180c0000204" + "0cac1000000000"));

        assertEquals(
                "{\"ips\":[{\"address\":\"192.0.2.17/24\",\"gateway\":\"192.0.2.1\"}],\"routes\":["
                        + "{\"dst\":\"0.0.0.0/0\",\"gw\":\"192.0.2.3\",\"priority\":7},"
                        + "{\"dst\":\"192.168.1.128/25\",\"gw\":\"192.0.2.4\",\"priority\":7},"
                        + "{\"dst\":\"172.16.0.0/12\",\"gw\":\"0.0.0.0\",\"priority\":7,\"scope\":253}]}",
                json(result));
    }

    @Test
    void aListOfClasslessRoutesEndsWhereItMakesNoSense() {
        assertEquals(routes(Map.of(121, "080ac0000209")), routes(Map.of(121, "080ac0000209" + "21c0c0")));
        assertEquals(routes(Map.of(3, "c0000201")), routes(Map.of(3, "c0000201", 121, "08")));
    }

    @Test
    void nameServersAreOnlyPassedOnWhenTheyWereAskedFor() {
        Map<Integer, String> options = Map.of(
                6, "c0000235c0000236",
                15, "6578616d706c652e6f726700",
                119, "0373756207657861" + "6d706c65036f726700" + "0162c004");

        assertEquals(Dns.NONE, result(ASK, OptionalInt.empty(), options).dns());
        assertEquals(
                new Dns(
                        List.of("192.0.2.53", "192.0.2.54"),
                        "example.org",
                        List.of("sub.example.org", "b.example.org"),
                        List.of()),
                result(ASK.request(List.of(6, 15, 119)), OptionalInt.empty(), options)
                        .dns());
    }

    @Test
    void aNameThatPointsToItselfIsNone() {
        assertEquals(List.of(), DomainNames.parse(new byte[] {(byte) 0xc0, 0}));
        assertEquals(List.of("a"), DomainNames.parse(new byte[] {1, 'a', 0, 1, 'b', (byte) 0xc0, 3}));
    }
}
