package dev.hawser.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MacAddressTest {

    @ParameterizedTest
    @ValueSource(strings = {"02:42:ac:11:00:0f", "02-42-AC-11-00-0F", "0242.ac11.000F"})
    void isReadAsGoReadsIt(String text) {
        MacAddress mac = MacAddress.parse(text);

        assertEquals(new MacAddress(0x0242_ac11_000fL), mac);
        assertEquals("02:42:ac:11:00:0f", mac.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0a:58",
                "0a:58:0a:01:00:0",
                "0a:58:0a:01:00:0g",
                "0a:58-0a:01:00:09",
                "0a580a010009",
                "0a58:0a01:0009",
                "0a.58.0a.01.00.09",
                "0a:58:0a:01:00:09:01:02",
                "\uff10a:58:0a:01:00:09"
            })
    void hasSixOctetsWithOneKindOfSeparator(String text) {
        IllegalArgumentException rejection = assertThrows(IllegalArgumentException.class, () -> MacAddress.parse(text));

        assertEquals(
                "\"" + text + "\" is not a MAC address: write six octets, as in 02:42:ac:11:00:02",
                rejection.getMessage());
    }
}
