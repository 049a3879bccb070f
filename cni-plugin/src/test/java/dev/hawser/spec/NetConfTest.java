package dev.hawser.spec;

import static dev.hawser.spec.Fixtures.errorOf;
import static dev.hawser.spec.Fixtures.ip;
import static dev.hawser.spec.Fixtures.utf8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetConfTest {

    private static NetConf conf(String document) {
        return NetConf.parse(utf8(document));
    }

    private static NetConf named(String members) {
        return conf("{\"name\":\"net\"," + members + "}");
    }

    @Test
    void readsWhatEveryPluginShares() {
        String document =
                " {\"cniVersion\":\"1.0.0\",\"NAME\":\"pods\",\"type\":\"bridge\",\"ipam\":{\"type\":\"host-local\"},"
                        + "\"runtimeConfig\":{\"mac\":\"x\"},\"args\":{\"cni\":{\"ips\":[]}}}\n";
        NetConf conf = conf(document);

        assertEquals("pods", conf.name());
        assertEquals(CniVersion.V1_0_0, conf.cniVersion());
        assertEquals("bridge", conf.type());
        assertEquals("host-local", conf.ipamType());
        assertEquals(Optional.of("{\"mac\":\"x\"}"), conf.runtimeConfig().map(Json::compact));
        assertEquals(Optional.of("{\"ips\":[]}"), conf.cniArgs().map(Json::compact));
        assertEquals(Optional.empty(), conf.dns());
        assertEquals(Optional.empty(), conf.prevResult());
        assertArrayEquals(utf8(document), conf.bytes());
    }

    @Test
    void aConfigurationMayBeBare() {
        NetConf conf = conf("{\"name\":\"n\"}");

        assertEquals(CniVersion.V0_1_0, conf.cniVersion());
        assertEquals("", conf.type());
        assertEquals(Optional.empty(), conf.ipam());
        assertEquals("", conf.ipamType());
        assertEquals(Optional.empty(), conf.cniArgs());
        assertFalse(conf.hasPrevResult());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            ''                             | 6 | error unmarshall network config: unexpected end of JSON input
            []                             | 6 | error unmarshall network config: want a JSON object, found a list
            {"name":5}                     | 6 | error unmarshall network config: name: 5 is a number, want a text
            {"name":"n","cniVersion":9}    | 6 | decoding version from network config: cniVersion: 9 is a number, want a text
            null                           | 7 | missing network name
            {}                             | 7 | missing network name
            {"name":"a","name":""}         | 7 | missing network name
            {"name":"a b"}                 | 7 | invalid characters found in network name
            {"name":"../a"}                | 7 | invalid characters found in network name
            {"name":"a\\n"}                | 7 | invalid characters found in network name
            {"name":"n","NAME":"m/"}       | 7 | invalid characters found in network name
            """)
    void saysWhyAConfigurationIsNone(String document, int code, String message) {
        CniError error = errorOf(() -> conf(document));

        assertEquals(code, error.code());
        assertEquals(message, error.message());
    }

    @Test
    void aBadNameIsInTheDetails() {
        assertEquals("a b", errorOf(() -> conf("{\"name\":\"a b\"}")).details());
    }

    @ParameterizedTest
    @ValueSource(strings = {"9.9", "abc", "01.0.0", "1", "1.0"})
    void aVersionIsSupportedOnlyIfListed(String version) {
        CniError error =
                errorOf(() -> named("\"cniVersion\":\"" + version + "\"").cniVersion());

        assertEquals(
                new CniError(
                        ErrorCode.INCOMPATIBLE_VERSION.number(),
                        "incompatible CNI versions",
                        "config is \"" + version + "\", plugin supports"
                                + " [\"0.1.0\" \"0.2.0\" \"0.3.0\" \"0.3.1\" \"0.4.0\" \"1.0.0\" \"1.1.0\"]"),
                error);
    }

    @Test
    void aPluginMaySupportLess() {
        NetConf conf = named("\"cniVersion\":null");

        CniError error = errorOf(() -> conf.requireSupported(List.of(CniVersion.V1_0_0)));

        assertEquals("config is \"0.1.0\", plugin supports [\"1.0.0\"]", error.details());
    }

    @ParameterizedTest
    @CsvSource({"CHECK,0.3.1", "CHECK,''", "GC,1.0.0", "STATUS,1.0.0"})
    void anOldConfigurationDoesNotAllowNewCommands(Command command, String version) {
        CniError error =
                errorOf(() -> named("\"cniVersion\":\"" + version + "\"").requireAllows(command));

        assertEquals(new CniError(ErrorCode.INCOMPATIBLE_VERSION, "config version does not allow " + command), error);
    }

    @ParameterizedTest
    @CsvSource({"CHECK,0.4.0", "GC,1.1.0", "STATUS,1.1.0", "ADD,0.1.0", "DEL,''", "CHECK,9.9"})
    void otherwiseACommandIsAllowed(Command command, String version) {
        assertDoesNotThrow(() -> named("\"cniVersion\":\"" + version + "\"").requireAllows(command));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {}                                       | false
            null                                     | false
            {"nameservers":null}                     | false
            {"domain":""}                            | false
            {"nameservers":[]}                       | true
            {"search":[]}                            | true
            {"domain":"a"}                           | true
            """)
    void anEmptyListIsAStatementAboutDns(String dns, boolean stated) {
        assertEquals(stated, named("\"dns\":" + dns).dns().isPresent());
    }

    @Test
    void readsPrevResultInTheVersionOfTheConfiguration() {
        NetConf conf = named("\"cniVersion\":\"0.4.0\",\"prevResult\":{\"ips\":[{\"address\":\"10.0.0.1/8\"}]}");

        assertTrue(conf.hasPrevResult());
        assertEquals(List.of(ip("10.0.0.1/8")), conf.prevResult().orElseThrow().ips());
    }

    @ParameterizedTest
    @CsvSource({"1.0.0,1.1.0", "1.1.0,1.0.0", "0.4.0,0.3.0", "0.3.1,0.4.0", "0.2.0,0.1.0"})
    void aPrevResultMayHaveAnotherVersionOfTheSameShape(String version, String other) {
        NetConf conf = named("\"cniVersion\":\"" + version + "\",\"prevResult\":{\"cniVersion\":\"" + other + "\"}");

        assertEquals(Optional.of(CniResult.EMPTY), conf.prevResult());
    }

    @ParameterizedTest
    @CsvSource({
        "1.0.0,0.4.0,1.0.0 1.1.0",
        "0.4.0,1.0.0,0.3.0 0.3.1 0.4.0",
        "0.4.0,0.2.0,0.3.0 0.3.1 0.4.0",
        "0.2.0,x,0.1.0 0.2.0"
    })
    void aPrevResultOfAnotherShapeIsRejected(String version, String other, String family) {
        NetConf conf = named("\"cniVersion\":\"" + version + "\",\"prevResult\":{\"cniVersion\":\"" + other + "\"}");

        assertEquals(
                new CniError(
                        ErrorCode.INVALID_NETWORK_CONFIG,
                        "could not parse prevResult: result type supports [" + family
                                + "] but unmarshalled CNIVersion is \"" + other + "\""),
                errorOf(conf::prevResult));
    }

    @Test
    void faultsOfPrevResultAreThoseOfTheConfiguration() {
        NetConf conf = named("\"cniVersion\":\"1.0.0\",\"prevResult\":{\"ips\":[{\"address\":\"x\"}]}");

        assertEquals(
                new CniError(
                        ErrorCode.INVALID_NETWORK_CONFIG,
                        "could not parse prevResult: invalid result: ips[0].address: \"x\" is not an address with a"
                                + " prefix length, such as 10.1.2.5/24"),
                errorOf(conf::prevResult));
    }

    @Test
    void partsOfAWrongTypeAreReportedWhenAskedFor() {
        NetConf conf = named("\"ipam\":5,\"type\":6,\"args\":{\"cni\":7},\"prevResult\":8");

        assertEquals(
                "invalid network config: ipam: 5 is a number, want an object",
                errorOf(conf::ipam).message());
        assertEquals(
                "invalid network config: type: 6 is a number, want a text",
                errorOf(conf::type).message());
        assertEquals(
                "invalid network config: args.cni: 7 is a number, want an object",
                errorOf(conf::cniArgs).message());
        assertEquals(
                "invalid network config: prevResult: 8 is a number, want an object",
                errorOf(conf::prevResult).message());
    }

    @Test
    void withoutAListNothingIsKnownAboutAttachments() {
        assertEquals(new ValidAttachments.Unknown(), conf("{\"name\":\"n\"}").validAttachments());
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "null"})
    void anEmptyListMeansThatNoAttachmentIsInUse(String list) {
        for (String key : ValidAttachments.KEYS) {
            assertEquals(
                    new ValidAttachments.Listed(Set.of()),
                    named("\"" + key + "\":" + list).validAttachments());
        }
    }

    @Test
    void anAttachmentUnderEitherKeyIsInUse() {
        NetConf conf = named("\"cni.dev/attachments\":[{\"containerID\":\"a\",\"ifname\":\"eth0\"}],"
                + "\"cni.dev/valid-attachments\":[{\"containerID\":\"b\",\"ifname\":\"eth1\"}]");

        ValidAttachments.Listed listed = new ValidAttachments.Listed(
                Set.of(new ValidAttachments.Entry("a", "eth0"), new ValidAttachments.Entry("b", "eth1")));
        assertEquals(listed, conf.validAttachments());
        assertTrue(listed.contains("a", "eth0"));
        assertFalse(listed.contains("a", "eth1"));
    }

    @Test
    void anAttachmentThatIsNotUnderstoodStopsTheCollection() {
        NetConf conf = named("\"cni.dev/valid-attachments\":[{\"containerID\":\"a\"},5]");

        assertEquals(
                new CniError(
                        ErrorCode.INVALID_NETWORK_CONFIG,
                        "invalid network config: cni.dev/valid-attachments[1]: 5 is a number, want an object;"
                                + " cni.dev/valid-attachments[0].ifname: is missing"),
                errorOf(conf::validAttachments));
    }

    @Test
    void saysWhatKeysItHasBeenAskedForWhetherTheyAreThereOrNot() {
        NetConf conf = named("\"mtu\":1500,\"ipam\":{\"ranges\":[[{\"subnet\":\"10.1.0.0/16\"}]]},\"more\":1");

        conf.settings().flag("isGateway");
        Settings settings = conf.settings();
        settings.whole("MTU", 0, 9000);
        settings.section("ipam").objectLists("ranges").getFirst().getFirst().cidr("subnet");
        settings.section("args").section("cni").texts("ips");

        assertEquals(
                Set.of(
                        "isGateway",
                        "MTU",
                        "ipam",
                        "ipam.ranges",
                        "ipam.ranges[0][0].subnet",
                        "args",
                        "args.cni",
                        "args.cni.ips"),
                conf.knownKeys());
    }
}
