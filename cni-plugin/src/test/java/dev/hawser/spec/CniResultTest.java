package dev.hawser.spec;

import static dev.hawser.spec.Fixtures.errorOf;
import static dev.hawser.spec.Fixtures.ip;
import static dev.hawser.spec.Fixtures.object;
import static dev.hawser.spec.Fixtures.printed;
import static dev.hawser.spec.Fixtures.route;
import static dev.hawser.spec.Fixtures.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hawser.spec.CniResult.Interface;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class CniResultTest {

    @ParameterizedTest
    @EnumSource(CniVersion.class)
    void printsAddressesRoutesAndDnsAsTheReferenceDoes(CniVersion version) {
        assertEquals(printed("static", version), Fixtures.STATIC.toJson(version));
    }

    @ParameterizedTest
    @EnumSource(CniVersion.class)
    void printsNothingThatIsEmptyButTheDnsOfOldVersions(CniVersion version) {
        assertEquals(printed("bare", version), Fixtures.BARE.toJson(version));
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_ALL, names = "V(0_[34]|1_).*")
    void printsInterfacesAsTheReferenceDoes(CniVersion version) {
        assertEquals(printed("chained", version), Fixtures.CHAINED.toJson(version));
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_ALL, names = "V(0_[34]|1_).*")
    void readsBackWhatTheReferencePrints(CniVersion version) {
        CniResult read = CniResult.parse(object(printed("static", version)), CniVersion.V0_1_0);

        assertEquals(Fixtures.STATIC, read);
    }

    @Test
    void readsTheOldShapeWithItsRoutesByFamily() {
        CniResult read = CniResult.parse(object(printed("static", CniVersion.V0_2_0)), CniVersion.V1_1_0);

        assertEquals(List.of(Fixtures.STATIC.ips().get(0), Fixtures.STATIC.ips().get(1)), read.ips());
        assertEquals(
                List.of("0.0.0.0/0", "192.168.0.0/16", "3ffe:ffff:0:1ff::1/64"),
                read.routes().stream()
                        .map(each -> each.destination().toString())
                        .toList());
        assertEquals(Fixtures.STATIC.dns(), read.dns());
    }

    @Test
    void versionsBeforeOneKnowNeitherMtuNorSocketNorPciDevice() {
        CniResult read = CniResult.parse(object(printed("chained", CniVersion.V0_4_0)), CniVersion.V0_4_0);

        assertEquals(
                Interface.onHost("cni0", "0a:58:0a:01:00:01"), read.interfaces().getFirst());
    }

    @Test
    void anEmptyResultIsOneLineAndADns() {
        assertEquals(
                "{\"cniVersion\":\"0.4.0\",\"dns\":{}}",
                CniResult.EMPTY.json(CniVersion.V0_4_0).compact());
        assertEquals(
                "{\"cniVersion\":\"1.0.0\"}",
                CniResult.EMPTY.json(CniVersion.V1_0_0).compact());
    }

    @Test
    void theOldestVersionsCannotSayThatThereIsNoAddress() {
        CniError error = errorOf(() -> CniResult.EMPTY.json(CniVersion.V0_2_0));

        assertEquals(new CniError(ErrorCode.INTERNAL, "cannot convert: no valid IP addresses"), error);
    }

    @Test
    void routesOfAFamilyWithoutAddressAreLeftOutOfTheOldShape() {
        CniResult result = Fixtures.BARE.withRoutes(List.of(route("::/0")));

        assertEquals(printed("bare", CniVersion.V0_1_0), result.toJson(CniVersion.V0_1_0));
    }

    @Test
    void aDelegateMayAnswerNull() {
        assertEquals(CniResult.EMPTY, CniResult.parse(Json.parse(utf8("null")), CniVersion.V1_0_0));
    }

    @Test
    void aResultWithoutVersionHasThatOfTheConfiguration() {
        Json.Obj old = object("{\"ip4\":{\"ip\":\"10.0.0.1/8\"},\"ips\":[{\"address\":\"10.0.0.2/8\"}]}");

        assertEquals(
                List.of(ip("10.0.0.1/8")),
                CniResult.parse(old, CniVersion.V0_1_0).ips());
        assertEquals(
                List.of(ip("10.0.0.2/8")),
                CniResult.parse(old, CniVersion.V0_3_0).ips());
    }

    @Test
    void emptyGatewaysAndNullsSayNothing() {
        Json.Obj result = object("{\"cniVersion\":\"1.0.0\",\"interfaces\":null,\"ips\":[{\"interface\":null,"
                + "\"address\":\"10.10.0.1/24\",\"gateway\":\"\"}],\"dns\":{\"nameservers\":null}}");

        assertEquals(Fixtures.BARE, CniResult.parse(result, CniVersion.V1_0_0));
    }

    @Test
    void everyFaultOfAResultIsNamed() {
        Json.Obj result = object("{\"interfaces\":5,\"ips\":[{\"address\":\"10.0.0.1\"},{}],"
                + "\"routes\":[{\"dst\":\"::/0\",\"mtu\":\"big\"}]}");

        CniError error = errorOf(() -> CniResult.parse(result, CniVersion.V1_0_0));

        assertEquals(ErrorCode.DECODING_FAILURE.number(), error.code());
        assertEquals(
                "invalid result: interfaces: 5 is a number, want a list; "
                        + "ips[0].address: \"10.0.0.1\" is not an address with a prefix length, such as 10.1.2.5/24; "
                        + "ips[1].address: is missing; "
                        + "routes[0].mtu: \"big\" is a text, want a whole number",
                error.message());
    }

    @Test
    void aVersionThatNobodyKnowsIsRejected() {
        CniError error = errorOf(() -> CniResult.parse(object("{\"cniVersion\":\"9.9\"}"), CniVersion.V1_0_0));

        assertEquals(new CniError(ErrorCode.INCOMPATIBLE_VERSION, "unsupported CNI result version \"9.9\""), error);
    }

    @Test
    void aDelegateMustAnswerWithAnObject() {
        CniError error = errorOf(() -> CniResult.parse(Json.parse(utf8("[1]")), CniVersion.V1_0_0));

        assertEquals(new CniError(ErrorCode.DECODING_FAILURE, "want a JSON object, found a list"), error);
    }
}
