package dev.hawser.netfilter;

import dev.hawser.netlink.AttrReader;
import dev.hawser.netlink.Request;
import java.util.List;

/** The requests about the elements that close bridges, in the sets of {@link Ruleset#closedBridges}, and the answers. */
public final class ClosedBridges {

    private static final SetName CLOSED = new SetName(Family.INET, "closed");
    private static final SetName NEIGHBOURS = new SetName(Family.INET, "neighbours");

    private ClosedBridges() {}

    /** The bridge is closed. EEXIST if it is already; ENOENT if there is no such set. */
    public static Request close(String bridge) {
        return CLOSED.add(Element.of(Key.of(bridge)));
    }

    /** The bridge is not closed; ENOENT if it was not. */
    public static Request open(String bridge) {
        return CLOSED.delete(Key.of(bridge));
    }

    /** What is on the bridge may pass from one port to another, as perhaps it may already. ENOENT if there is no such set. */
    public static Request join(String bridge) {
        return NEIGHBOURS.ensure(Element.of(Key.of(bridge, bridge)));
    }

    /** It may not; ENOENT if it could not. */
    public static Request isolate(String bridge) {
        return NEIGHBOURS.delete(Key.of(bridge, bridge));
    }

    /** Dumps the closed bridges; {@link #links} reads the answers. ENOENT if there is no such set. */
    public static Request allClosed() {
        return CLOSED.dump();
    }

    /** Dumps the bridges that are not isolated; {@link #links} reads the answers. ENOENT if there is no such set. */
    public static Request allJoined() {
        return NEIGHBOURS.dump();
    }

    /** The first link of each element of one answer. */
    public static List<String> links(AttrReader answer) {
        return Elements.read(answer).elements().stream()
                .map(element -> element.key().link())
                .toList();
    }
}
