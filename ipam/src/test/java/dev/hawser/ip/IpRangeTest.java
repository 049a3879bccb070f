package dev.hawser.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;

class IpRangeTest {

    @Test
    void holdsBothEndsAndNothingBeyond() {
        IpRange range = range("10.0.0.2", "10.0.0.4");

        assertFalse(range.contains(IpMath.parse("10.0.0.1")));
        assertTrue(range.contains(IpMath.parse("10.0.0.2")));
        assertTrue(range.contains(IpMath.parse("10.0.0.4")));
        assertFalse(range.contains(IpMath.parse("10.0.0.5")));
        assertFalse(range.contains(IpMath.parse("::10.0.0.3")));
    }

    @Test
    void countsMoreThanALongCan() {
        assertEquals(BigInteger.valueOf(3), range("10.0.0.2", "10.0.0.4").size());
        assertEquals(
                BigInteger.TWO.pow(64),
                range("fd00::", "fd00::ffff:ffff:ffff:ffff").size());
    }

    @Test
    void overlappingMeansSharingAnAddress() {
        IpRange range = range("10.0.0.2", "10.0.0.4");

        assertTrue(range.overlaps(range("10.0.0.4", "10.0.0.9")));
        assertTrue(range.overlaps(range("10.0.0.0", "10.0.0.9")));
        assertTrue(range.overlaps(range("10.0.0.3", "10.0.0.3")));
        assertFalse(range.overlaps(range("10.0.0.5", "10.0.0.9")));
    }

    @Test
    void refusesToRunBackwardsOrAcrossFamilies() {
        assertThrows(IllegalArgumentException.class, () -> range("10.0.0.4", "10.0.0.2"));
        assertThrows(IllegalArgumentException.class, () -> range("10.0.0.4", "fd00::1"));
    }

    @Test
    void isWrittenFromFirstToLast() {
        assertEquals("fd00::1-fd00::9", range("fd00::1", "fd00::9").toString());
    }

    private static IpRange range(String first, String last) {
        return new IpRange(IpMath.parse(first), IpMath.parse(last));
    }
}
