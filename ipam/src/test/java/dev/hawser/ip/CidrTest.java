package dev.hawser.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {

    @Property
    void everySubnetIsReadBack(@ForAll @Size(16) byte[] octets, @ForAll @IntRange(max = 32) int prefixLength) {
        Cidr subnet = new Cidr(IpMath.of(octets), prefixLength);

        assertEquals(subnet, Cidr.parse(subnet.toString()));
    }

    @Property
    void aSubnetHoldsItselfFromFirstToLast(
            @ForAll @Size(4) byte[] octets, @ForAll @IntRange(max = 32) int prefixLength) {
        Cidr subnet = new Cidr(IpMath.of(octets), prefixLength);
        InetAddress first = subnet.network().address();

        assertTrue(subnet.contains(first));
        assertTrue(subnet.contains(subnet.address()));
        assertTrue(subnet.contains(subnet.last()));
        assertEquals(first, IpMath.plus(subnet.last(), 1 - (1L << (32 - prefixLength))));
    }

    @Property
    void aSubnetEndsAtItsEnds(@ForAll @Size(4) byte[] octets, @ForAll @IntRange(min = 1, max = 32) int prefixLength) {
        Cidr subnet = new Cidr(IpMath.of(octets), prefixLength);
        IpRange range = new IpRange(subnet.network().address(), subnet.last());
        InetAddress zero = IpMath.parse("0.0.0.0");
        InetAddress ones = IpMath.parse("255.255.255.255");

        assertTrue(range.first().equals(zero) || !subnet.contains(IpMath.plus(range.first(), -1)));
        assertTrue(range.last().equals(ones) || !subnet.contains(IpMath.plus(range.last(), 1)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "10.0.0.1",
                "10.0.0.1/",
                "/24",
                "10.0.0.1/33",
                "10.0.0.1/024",
                "10.0.0.1/-1",
                "10.0.0.1/+8",
                "10.0.0.1/8/8",
                "10.0.0.1/ 8",
                "10.0.0.01/8",
                "fd00::1/129",
                "fd00::1/9999999999",
                "::ffff:10.0.0.0/104"
            })
    void refusesWhatIsNoSubnet(String text) {
        assertThrows(IllegalArgumentException.class, () -> Cidr.parse(text));
    }

    @Test
    void keepsHostBitsUntilAskedForTheNetwork() {
        Cidr address = Cidr.parse("10.1.2.5/24");

        assertEquals("10.1.2.5/24", address.toString());
        assertEquals("10.1.2.0/24", address.network().toString());
        assertEquals(IpMath.parse("10.1.2.255"), address.last());
    }

    @Test
    void familiesHaveNothingInCommon() {
        assertFalse(Cidr.parse("::/0").contains(IpMath.parse("10.0.0.1")));
        assertFalse(Cidr.parse("0.0.0.0/0").overlaps(Cidr.parse("::/0")));
    }

    @Test
    void aHostIsItsOwnSubnet() {
        assertEquals("10.0.0.1/32", Cidr.ofHost(IpMath.parse("10.0.0.1")).toString());
        assertEquals("fd00::1/128", Cidr.ofHost(IpMath.parse("fd00::1")).toString());
    }

    @Test
    void overlappingHoldsBothWays() {
        Cidr wide = Cidr.parse("10.0.0.0/8");
        Cidr narrow = Cidr.parse("10.1.0.0/16");

        assertTrue(wide.overlaps(narrow));
        assertTrue(narrow.overlaps(wide));
        assertFalse(narrow.overlaps(Cidr.parse("10.2.0.0/16")));
    }
}
