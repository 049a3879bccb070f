package dev.hawser.ipam;

import dev.hawser.ip.IpMath;
import dev.hawser.ip.IpRange;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Optional;

/** Which addresses of an IPv4 range are taken, a bit for each: the next free one is found 64 addresses at a time. */
final class TakenBits {

    private static final int MOST_ADDRESSES = 1 << 24;

    private final IpRange range;
    private final int first;
    private final int size;
    private final BitSet taken = new BitSet();

    TakenBits(IpRange range) {
        this.range = range;
        this.first = number(range.first());
        this.size = number(range.last()) - first + 1;
    }

    /** Larger ranges would need more memory than a search in them takes time: they are never full. */
    static boolean suits(IpRange range) {
        return IpMath.isIpv4(range.first())
                && Integer.toUnsignedLong(number(range.last()) - number(range.first())) < MOST_ADDRESSES;
    }

    /** An address outside of the range is none of its business. */
    void set(InetAddress address, boolean isTaken) {
        if (range.contains(address)) {
            taken.set(number(address) - first, isTaken);
        }
    }

    /** The first address from this one on that is not taken. */
    Optional<InetAddress> freeFrom(InetAddress address) {
        int free = taken.nextClearBit(number(address) - first);
        return free < size ? Optional.of(IpMath.of(octets(first + free))) : Optional.empty();
    }

    private static int number(InetAddress address) {
        return ByteBuffer.wrap(address.getAddress()).getInt();
    }

    private static byte[] octets(int number) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
    }
}
