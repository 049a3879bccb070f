package dev.hawser.ipam;

import static dev.hawser.ipam.TestPool.ip;
import static dev.hawser.ipam.TestPool.range;
import static dev.hawser.ipam.TestPool.set;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.ip.Cidr;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PoolConfigTest {

    @Test
    void anIpv4RangeEndsBeforeTheBroadcastAddress() {
        PoolRange range = range("10.1.2.0/24");

        assertEquals(new PoolRange(Cidr.parse("10.1.2.0/24"), ip("10.1.2.1"), ip("10.1.2.254"), ip("10.1.2.1")), range);
    }

    @Test
    void anIpv6RangeIncludesTheLastAddress() {
        PoolRange range = range("fd00::/64");

        assertEquals("fd00::1-fd00::ffff:ffff:ffff:ffff", range.toString());
        assertEquals(ip("fd00::1"), range.gateway());
    }

    @Test
    void theNetworkAndTheBroadcastAddressMayBeAskedFor() {
        assertEquals(
                "10.0.0.0-10.0.0.255", range("10.0.0.0/24 10.0.0.0-10.0.0.255").toString());
    }

    @Test
    void aGatewayMayLieOutsideOfTheSubnet() {
        PoolRange range = PoolRange.of(
                Cidr.parse("10.0.0.0/24"), Optional.empty(), Optional.empty(), Optional.of(ip("192.168.0.1")));

        assertEquals(ip("192.168.0.1"), range.gateway());
        assertEquals(BigInteger.valueOf(254), range.size());
    }

    @Test
    void theGatewayDoesNotCountAsCapacity() {
        assertEquals(BigInteger.valueOf(253), range("10.0.0.0/24").size());
        assertEquals(
                BigInteger.valueOf(11), range("10.0.0.0/24 10.0.0.10-10.0.0.20").size());
        assertEquals(BigInteger.valueOf(506), set("10.0.0.0/24", "10.0.1.0/24").size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/31", "10.0.0.0/32", "fd00::/127", "fd00::/128"})
    void refusesASubnetWithoutRoom(String subnet) {
        assertRefused("Network " + subnet + " too small to allocate from", () -> range(subnet));
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.0/30, 10.0.0.1-10.0.0.2", "fd00::/126, fd00::1-fd00::3"})
    void acceptsASubnetOfFour(String subnet, String addresses) {
        assertEquals(addresses, range(subnet).toString());
    }

    @Test
    void refusesHostBits() {
        assertRefused(
                "Network has host bits set. For a subnet mask of length 24 the network address is 10.0.0.0",
                () -> range("10.0.0.5/24"));
    }

    @Test
    void refusesEndsOutsideOfTheSubnet() {
        assertRefused("RangeStart 10.0.1.1 not in network 10.0.0.0/24", () -> range("10.0.0.0/24 10.0.1.1-10.0.0.9"));
        assertRefused("RangeStart fd00::1 not in network 10.0.0.0/24", () -> range("10.0.0.0/24 fd00::1-10.0.0.9"));
        assertRefused("RangeEnd 10.0.1.1 not in network 10.0.0.0/24", () -> range("10.0.0.0/24 10.0.0.9-10.0.1.1"));
    }

    @Test
    void refusesARangeThatRunsBackwards() {
        assertRefused(
                "RangeStart 10.0.0.9 not in network 10.0.0.0/24 up to RangeEnd 10.0.0.5",
                () -> range("10.0.0.0/24 10.0.0.9-10.0.0.5"));
    }

    @Test
    void refusesSetsThatAreNone() {
        assertRefused("empty range set", () -> set());
        assertRefused("mixed address families", () -> set("10.0.0.0/24", "fd00::/64"));
        assertRefused(
                "subnets 10.0.0.1-10.0.0.254 and 10.0.0.5-10.0.0.254 overlap",
                () -> set("10.0.0.0/24", "10.0.0.0/24 10.0.0.5"));
    }

    @Test
    void oneSubnetMayBeSplitIntoRanges() {
        RangeSet set = set("10.0.0.0/24 10.0.0.1-10.0.0.2", "10.0.0.0/24 10.0.0.8-10.0.0.9");

        assertEquals("10.0.0.1-10.0.0.2,10.0.0.8-10.0.0.9", set.toString());
        assertTrue(set.contains(ip("10.0.0.8")));
        assertFalse(set.contains(ip("10.0.0.3")));
    }

    @Test
    void refusesSetsThatOverlap() {
        Path directory = Path.of("/nowhere");
        List<RangeSet> sets = List.of(set("10.0.0.0/24"), set("fd00::/64"), set("10.0.0.0/16 10.0.0.9-10.0.9.9"));

        assertRefused("range set 0 overlaps with 2", () -> new PoolConfig(directory, sets));
    }

    @ParameterizedTest
    @CsvSource({
        "'',eth0",
        "' ',eth0",
        "a b,eth0",
        "a,'eth 0'",
        "'a\nb',eth0",
        "'a\u0000',eth0",
        "'a\u00a0b',eth0",
        "a,'\uD800'"
    })
    void refusesOwnersThatALeaseFileCannotName(String containerId, String ifName) {
        assertThrows(IllegalArgumentException.class, () -> new Owner(containerId, ifName));
    }

    @Test
    void dropsWhiteSpaceAroundAContainerId() {
        assertEquals(new Owner("abc", "eth0"), new Owner(" abc\n", "eth0"));
    }

    private static void assertRefused(String reason, Executable creation) {
        assertEquals(
                reason, assertThrows(IllegalArgumentException.class, creation).getMessage());
    }
}
