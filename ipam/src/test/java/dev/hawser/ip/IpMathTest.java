package dev.hawser.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.net.InetAddress;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpMathTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "1.2.3",
                "1.2.3.4.5",
                "1.2.3.256",
                "01.2.3.4",
                "1.2.3.00",
                "1.2.3.-4",
                "1.2.3.+4",
                "1.2.3. 4",
                " 1.2.3.4",
                "1.2.3.4 ",
                "1.2.3.4\n",
                "1..2.3",
                "0x1.2.3.4",
                "١.2.3.4",
                "localhost",
                ":",
                ":::",
                "1::2::3",
                "::1::",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7:8::",
                "12345::",
                "g::",
                "::1.2.3",
                "::1.2.3.04",
                "1.2.3.4::",
                "::1.2.3.4:5",
                "fe80::1%eth0",
                "[::1]",
                "1:2:3:4:5:6:7:1.2.3.4",
                "::+1",
                "::-1",
                ":1::",
                "::1:",
                "1:2:3:4:5:6:7:"
            })
    void refusesWhatGoDoesNotParse(String text) {
        IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, () -> IpMath.parse(text));

        assertEquals("\"" + text + "\" is not an IP address", refusal.getMessage());
    }

    /** RFC 5952 sections 4 and 5. */
    @ParameterizedTest
    @CsvSource({
        "2001:0db8::0001, 2001:db8::1",
        "2001:db8:0:0:0:0:2:1, 2001:db8::2:1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:DB8::ABCD, 2001:db8::abcd",
        "0:0:0:0:0:0:0:0, ::",
        "0:0:0:0:0:0:0:1, ::1",
        "1:0:0:0:0:0:0:0, 1::",
        "::1:2:3:4:5:6:7, 0:1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
        "64:ff9b::192.0.2.33, 64:ff9b::c000:221",
        "1:2:3:4:5:6:1.2.3.4, 1:2:3:4:5:6:102:304",
        "::ffff:10.1.2.3, 10.1.2.3",
        "::ffff:0a01:0203, 10.1.2.3",
        "10.1.2.3, 10.1.2.3",
        "0.0.0.0, 0.0.0.0"
    })
    void writesTheCanonicalText(String text, String canonical) {
        assertEquals(canonical, IpMath.text(IpMath.parse(text)));
    }

    @Property
    void everyIpv4AddressIsReadBack(@ForAll @Size(4) byte[] octets) {
        InetAddress address = IpMath.of(octets);

        assertEquals(address, IpMath.parse(IpMath.text(address)));
    }

    @Property
    void everyIpv6AddressIsReadBack(@ForAll @Size(16) byte[] octets) {
        InetAddress address = IpMath.of(octets);

        assertEquals(address, IpMath.parse(IpMath.text(address)));
    }

    /** Random octets hardly ever make runs of zeros. */
    @Property
    void everyPatternOfZeroGroupsIsReadBack(@ForAll @IntRange(max = 255) int pattern) {
        byte[] octets = new byte[16];
        for (int group = 0; group < 8; group++) {
            octets[2 * group + 1] = (byte) (pattern >> group & 1);
        }
        InetAddress address = IpMath.of(octets);

        assertEquals(address, IpMath.parse(IpMath.text(address)));
    }

    @Property
    void readingAnyTextGivesAnAddressOrARefusal(@ForAll String text) {
        try {
            InetAddress address = IpMath.parse(text);
            assertEquals(address, IpMath.parse(IpMath.text(address)));
        } catch (IllegalArgumentException refusal) {
            assertEquals("\"" + text + "\" is not an IP address", refusal.getMessage());
        }
    }

    @Property
    void goingThereAndBackEndsWhereItBegan(@ForAll @Size(16) byte[] octets, @ForAll int distance) {
        InetAddress address = IpMath.of(octets);
        InetAddress far;
        try {
            far = IpMath.plus(address, distance);
        } catch (IllegalArgumentException beyond) {
            return;
        }

        assertEquals(address, IpMath.plus(far, -(long) distance));
        assertEquals(Integer.signum(distance), Integer.signum(IpMath.compare(far, address)));
        assertEquals(BigInteger.valueOf(distance), IpMath.number(far).subtract(IpMath.number(address)));
    }

    @Test
    void countingCarriesOverOctets() {
        assertEquals("10.1.0.0", IpMath.text(IpMath.plus(IpMath.parse("10.0.255.255"), 1)));
        assertEquals("fd00::1:0", IpMath.text(IpMath.plus(IpMath.parse("fd00::ffff"), 1)));
    }

    @Test
    void countingStopsAtTheEndOfTheFamily() {
        assertThrows(IllegalArgumentException.class, () -> IpMath.plus(IpMath.parse("255.255.255.255"), 1));
        assertThrows(IllegalArgumentException.class, () -> IpMath.plus(IpMath.parse("::"), -1));
    }

    @Test
    void ordersByNumberAndIpv4First() {
        assertTrue(IpMath.compare(IpMath.parse("9.0.0.1"), IpMath.parse("10.0.0.1")) < 0);
        assertTrue(IpMath.compare(IpMath.parse("127.0.0.1"), IpMath.parse("128.0.0.1")) < 0);
        assertTrue(IpMath.compare(IpMath.parse("255.0.0.1"), IpMath.parse("::1")) < 0);
    }

    @Test
    void anAddressHas4Or16Octets() {
        assertThrows(IllegalArgumentException.class, () -> IpMath.of(new byte[5]));
    }
}
