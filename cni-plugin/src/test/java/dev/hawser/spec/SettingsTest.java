package dev.hawser.spec;

import static dev.hawser.spec.Fixtures.errorOf;
import static dev.hawser.spec.Fixtures.object;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

    private static Settings settings(String document) {
        return Settings.of(object(document));
    }

    @Test
    void readsEveryType() {
        Settings settings = settings("{\"bridge\":\"cni0\",\"isGateway\":true,\"MTU\":1500,\"table\":4294967295,"
                + "\"ip\":\"::ffff:10.0.0.1\",\"subnet\":\"10.1.2.3/16\","
                + "\"mode\":\"l2\",\"search\":[\"a\",\"b\"],\"any\":[1,\"x\"]}");

        assertEquals(Optional.of("cni0"), settings.text("bridge"));
        assertTrue(settings.flag("isGateway"));
        assertEquals(OptionalInt.of(1500), settings.whole("mtu", 0, 65535));
        assertEquals(OptionalLong.of(4294967295L), settings.wholeLong("table", 0, 4294967295L));
        assertEquals(Optional.of(IpMath.parse("10.0.0.1")), settings.address("ip"));
        assertEquals(Optional.of(Cidr.parse("10.1.2.3/16")), settings.cidr("subnet"));
        assertEquals(Optional.of("l2"), settings.choice("mode", "l2", "l3"));
        assertEquals(List.of("a", "b"), settings.texts("search"));
        assertEquals(List.of(Json.of(1), Json.of("x")), settings.list("any"));
        assertEquals(List.of(), settings.faults());
    }

    @Test
    void whatIsMissingNullOrEmptyIsNotSet() {
        Settings settings = settings("{\"text\":\"\",\"flag\":null,\"ip\":\"\"}");

        assertEquals("none", settings.text("text", "none"));
        assertTrue(settings.flag("flag", true));
        assertFalse(settings.flag("flag"));
        assertEquals(Optional.empty(), settings.address("ip"));
        assertEquals(OptionalInt.empty(), settings.whole("mtu", 0, 1));
        assertEquals(List.of(), settings.texts("list"));
        assertEquals(Optional.empty(), settings.object("ipam"));
        assertFalse(settings.isSet("flag"));
        settings.throwIfFaulty();
    }

    @Test
    void reportsEveryFaultWithKeyAndValue() {
        Settings settings = settings("{\"bridge\":17,\"isGateway\":\"true\",\"mtu\":\"1500\",\"vlan\":70000,"
                + "\"mode\":\"l4\",\"dns\":[],\"ipam\":{\"subnet\":17,\"gateway\":\"10.1\","
                + "\"ranges\":[[{\"subnet\":{}}],5]},\"search\":[\"a\",null]}");

        settings.text("bridge");
        settings.flag("isGateway");
        settings.whole("mtu", 0, 65535);
        settings.whole("vlan", 0, 4094);
        settings.choice("mode", "l2", "l3");
        settings.object("dns");
        Settings ipam = settings.object("ipam").orElseThrow();
        ipam.cidr("subnet");
        ipam.address("gateway");
        ipam.objectLists("ranges").forEach(set -> set.forEach(range -> range.cidr("subnet")));
        settings.texts("search");
        settings.missing("type");
        CniError error = errorOf(settings::throwIfFaulty);

        List<String> faults = List.of(
                "bridge: 17 is a number, want a text",
                "isGateway: \"true\" is a text, want true or false",
                "mtu: \"1500\" is a text, want a whole number",
                "vlan: 70000 is out of range, want 0 to 4094",
                "mode: \"l4\" is unknown, want l2 or l3",
                "dns: [] is a list, want an object",
                "ipam.subnet: 17 is a number, want a text such as \"10.1.0.0/16\"",
                "ipam.gateway: \"10.1\" is not an IP address",
                "ipam.ranges[1]: 5 is a number, want a list",
                "ipam.ranges[0][0].subnet: {} is an object, want a text such as \"10.1.0.0/16\"",
                "search[1]: null, want a text",
                "type: is missing");
        assertEquals(faults, settings.faults());
        assertEquals(
                new CniError(ErrorCode.INVALID_NETWORK_CONFIG, "invalid network config: " + String.join("; ", faults)),
                error);
    }

    private enum Mode {
        FAST,
        SLOW;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Test
    void aChoiceIsSpelledAsItPrintsItself() {
        Settings settings = settings("{\"good\":\"slow\",\"bad\":\"SLOW\"}");

        assertEquals(Optional.of(Mode.SLOW), settings.choice("good", Mode.values()));
        assertEquals(Optional.empty(), settings.choice("unset", Mode.values()));
        assertEquals(Optional.empty(), settings.choice("bad", Mode.values()));
        assertEquals(List.of("bad: \"SLOW\" is unknown, want fast or slow"), settings.faults());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1500.0", "1.5e3", "1E3", "0.0"})
    void aWholeNumberHasNeitherPointNorExponent(String literal) {
        Settings settings = settings("{\"mtu\":" + literal + "}");

        assertEquals(OptionalInt.empty(), settings.whole("mtu", 0, 65535));
        assertEquals(
                List.of("mtu: " + literal + " is not a whole number, written without point and exponent"),
                settings.faults());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "65536", "99999999999999999999999999", "-99999999999999999999999999"})
    void aWholeNumberHasItsRange(String literal) {
        Settings settings = settings("{\"mtu\":" + literal + "}");

        assertEquals(OptionalInt.empty(), settings.whole("mtu", 0, 65535));
        assertEquals(List.of("mtu: " + literal + " is out of range, want 0 to 65535"), settings.faults());
    }

    @Test
    void aLongValueIsCutInTheMessage() {
        Settings settings = settings("{\"mtu\":\"" + "x".repeat(1000) + "\"}");

        settings.whole("mtu", 0, 1);

        assertTrue(settings.faults().getFirst().length() < 150);
    }
}
