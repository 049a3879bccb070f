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

    /** Knows which addresses need not be tried. */
    interface Free {

        /** The first address from this one on that may be free, within the range; nothing if none may be. */
        Optional<InetAddress> from(PoolRange range, InetAddress first);
    }

    private final RangeSet set;
    private final Free free;
    private final Position start;
    private Position position;
    private boolean finished;

    private NextAddress(RangeSet set, Free free, Position last) {
        this.set = set;
        this.free = free;
        this.start = following(last);
        this.position = start;
    }

    /** The last address is tried last; one that is not in the set (any more) is as good as none. */
    static NextAddress after(RangeSet set, Optional<InetAddress> lastReserved, Free free) {
        for (int i = 0; i < set.ranges().size() && lastReserved.isPresent(); i++) {
            if (set.ranges().get(i).contains(lastReserved.get())) {
                return new NextAddress(set, free, new Position(i, lastReserved.get()));
            }
        }
        int lastIndex = set.ranges().size() - 1;
        return new NextAddress(
                set, free, new Position(lastIndex, set.ranges().get(lastIndex).end()));
    }

    /** The next one to try; nothing when all were tried. */
    Optional<Candidate> next() {
        while (!finished) {
            PoolRange range = set.ranges().get(position.rangeIndex());
            Optional<InetAddress> address = free.from(range, position.address());
            boolean untried = moveBehind(address.orElse(range.end()));
            if (untried && address.isPresent() && !address.get().equals(range.gateway())) {
                return Optional.of(new Candidate(address.get(), range));
            }
        }
        return Optional.empty();
    }

    /** @return whether that address was not tried at the beginning */
    private boolean moveBehind(InetAddress address) {
        boolean passesStart = position.rangeIndex() == start.rangeIndex()
                && IpMath.compare(position.address(), start.address()) < 0
                && IpMath.compare(address, start.address()) >= 0;
        position = following(new Position(position.rangeIndex(), address));
        finished = passesStart || position.equals(start);
        return !passesStart;
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
