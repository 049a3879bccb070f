package dev.hawser.ipam;

import static dev.hawser.ipam.TestPool.ip;
import static dev.hawser.ipam.TestPool.set;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class NextAddressTest {

    private static final RangeSet SET = set("10.0.0.0/29", "10.0.1.0/30", "10.0.2.0/24 10.0.2.8-10.0.2.8");
    private static final List<String> ALL = List.of(
            "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6", "10.0.1.1", "10.0.1.2", "10.0.2.8");

    /** To know what is taken only saves trying it. */
    @Property
    void whatIsKnownToBeTakenIsPassedOver(
            @ForAll Set<@IntRange(max = 8) Integer> taken, @ForAll @IntRange(max = 8) int last) {
        Holdings holdings = new Holdings();
        taken.forEach(i -> holdings.put(new Holdings.Holding(ip(ALL.get(i)), Optional.empty(), 1)));
        Optional<InetAddress> lastReserved = Optional.of(ip(ALL.get(last)));

        List<InetAddress> tried = offers(NextAddress.after(SET, lastReserved, (_, first) -> Optional.of(first)));
        List<InetAddress> offered = offers(
                NextAddress.after(SET, lastReserved, (range, first) -> holdings.freeFrom(range.addresses(), first)));

        assertEquals(7, tried.size());
        assertEquals(tried.stream().filter(address -> !holdings.has(address)).toList(), offered);
    }

    private static List<InetAddress> offers(NextAddress addresses) {
        List<InetAddress> offers = new ArrayList<>();
        for (Optional<NextAddress.Candidate> next = addresses.next(); next.isPresent(); next = addresses.next()) {
            offers.add(next.get().address());
        }
        return offers;
    }

    /** 200.0.0.0 and more are negative numbers for Java. */
    @Test
    void aRangeAcrossTheSignIsSearchedToo() {
        RangeSet set = set("127.255.255.0/24", "128.0.0.0/24 128.0.0.2-128.0.0.4");
        Holdings holdings = new Holdings();
        holdings.put(new Holdings.Holding(ip("128.0.0.2"), Optional.empty(), 1));
        holdings.freeFrom(set.ranges().getLast().addresses(), ip("128.0.0.2"));
        holdings.put(new Holdings.Holding(ip("128.0.0.3"), Optional.empty(), 1));
        holdings.put(new Holdings.Holding(ip("128.0.0.4"), Optional.empty(), 1));
        assertEquals(Optional.empty(), holdings.freeFrom(set.ranges().getLast().addresses(), ip("128.0.0.3")));

        holdings.remove(ip("128.0.0.4"));

        assertEquals(
                Optional.of(ip("128.0.0.4")),
                holdings.freeFrom(set.ranges().getLast().addresses(), ip("128.0.0.3")));
    }

    @Test
    void hugeRangesHaveNoBits() {
        assertTrue(TakenBits.suits(set("10.0.0.0/8").ranges().getFirst().addresses()));
        assertFalse(TakenBits.suits(set("0.0.0.0/1").ranges().getFirst().addresses()));
        assertFalse(TakenBits.suits(set("0.0.0.0/0").ranges().getFirst().addresses()));
        assertFalse(TakenBits.suits(set("fd00::/120").ranges().getFirst().addresses()));
    }
}
