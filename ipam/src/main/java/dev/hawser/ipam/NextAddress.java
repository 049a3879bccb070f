package dev.hawser.ipam;

import dev.hawser.ip.IpMath;
import java.net.InetAddress;
import java.util.Optional;

/**
 * The round robin: which addresses of a set to try, in which order. Each is offered once; gateways never are.
 *
 * <p>It starts after the address that was leased last, so that an address rests as long as possible before it is used
 * again: peers may still have it in their neighbour tables and connections. host-local does the same, in the same order
 * (its allocator.go, RangeIter).
 */
final class NextAddress {

    /** An address to try, and the range that it is from. */
    record Candidate(InetAddress address, PoolRange range) {}

    private record Position(int rangeIndex, InetAddress address) {}

    private final RangeSet set;
    private final Position start;
    private Position position;
    private boolean finished;

    private NextAddress(RangeSet set, Position last) {
        this.set = set;
        this.start = following(last);
        this.position = start;
    }

    /** The last address is tried last; one that is not in the set (any more) is as good as none. */
    static NextAddress after(RangeSet set, Optional<InetAddress> lastReserved) {
        for (int i = 0; i < set.ranges().size() && lastReserved.isPresent(); i++) {
            if (set.ranges().get(i).contains(lastReserved.get())) {
                return new NextAddress(set, new Position(i, lastReserved.get()));
            }
        }
        int lastIndex = set.ranges().size() - 1;
        return new NextAddress(
                set, new Position(lastIndex, set.ranges().get(lastIndex).end()));
    }

    /** The next one to try; nothing when all were tried. */
    Optional<Candidate> next() {
        while (!finished) {
            Candidate candidate = new Candidate(position.address(), set.ranges().get(position.rangeIndex()));
            position = following(position);
            finished = position.equals(start);
            if (!candidate.address().equals(candidate.range().gateway())) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    /** After the end of a range comes the start of the next one, and after the last range the first. */
    private Position following(Position last) {
        if (!last.address().equals(set.ranges().get(last.rangeIndex()).end())) {
            return new Position(last.rangeIndex(), IpMath.plus(last.address(), 1));
        }
        int next = (last.rangeIndex() + 1) % set.ranges().size();
        return new Position(next, set.ranges().get(next).start());
    }
}
