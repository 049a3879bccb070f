package dev.hawser.kernel;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a link is that {@link LinkChange.AddLink} makes: a device of its own, or a view on another one, its parent, with which it
 * goes.
 */
public sealed interface LinkKind {

    /** IFLA_INFO_KIND: {@code macvlan}. */
    String name();

    /** As {@code ip link add … type} takes it: {@code macvlan mode bridge}. */
    default String words() {
        return name();
    }

    /** The link that it is a view on, if it is one. */
    default Optional<Parent> on() {
        return Optional.empty();
    }

    /** What {@link Link#setting} says of a link of this kind, if there is something to say. */
    default OptionalInt setting() {
        return OptionalInt.empty();
    }

    /** A link, and the side that it is on: not always that of the links on top of it. */
    record Parent(String link, Side side) {}

    /** A view on another link. */
    sealed interface View extends LinkKind {

        /** The other link. */
        String parent();

        /** Where {@link #parent} is. */
        Side parentSide();

        @Override
        default Optional<Parent> on() {
            return Optional.of(new Parent(parent(), parentSide()));
        }
    }

    /** A link that swallows what it is given (drivers/net/dummy.c). */
    record Dummy() implements LinkKind {
        @Override
        public String name() {
            return "dummy";
        }
    }

    /** A link that what another receives can be redirected to, to be shaped (drivers/net/ifb.c). */
    record Ifb() implements LinkKind {
        @Override
        public String name() {
            return "ifb";
        }
    }

    /**
     * A link whose ports route by a table of their own (drivers/net/vrf.c).
     *
     * @param table IFLA_VRF_TABLE, unsigned
     */
    record Vrf(int table) implements LinkKind {
        @Override
        public String name() {
            return "vrf";
        }

        @Override
        public String words() {
            return name() + " table " + Integer.toUnsignedString(table);
        }

        @Override
        public OptionalInt setting() {
            return OptionalInt.of(table);
        }
    }

    /**
     * Another MAC on a link (drivers/net/macvlan.c).
     *
     * @param parent the link
     * @param parentSide where {@code parent} is
     * @param bcQueueLength IFLA_MACVLAN_BC_QUEUE_LEN: how many broadcasts may wait; the kernel's default if absent
     */
    record Macvlan(String parent, Side parentSide, MacvlanMode mode, OptionalInt bcQueueLength) implements View {
        @Override
        public String name() {
            return "macvlan";
        }

        @Override
        public String words() {
            return name() + " mode " + mode
                    + (bcQueueLength.isPresent()
                            ? " bcqueuelen " + Integer.toUnsignedString(bcQueueLength.getAsInt())
                            : "");
        }

        @Override
        public OptionalInt setting() {
            return OptionalInt.of(mode.number());
        }
    }

    /** enum macvlan_mode of if_link.h. */
    enum MacvlanMode {
        /** Nobody on the same parent is reached. */
        PRIVATE(1),
        /** Others on the same parent are reached if the switch sends frames back. */
        VEPA(2),
        /** Others on the same parent are reached. */
        BRIDGE(4),
        /** The only one on its parent, with the parent's MAC. */
        PASSTHRU(8);

        private final int number;

        MacvlanMode(int number) {
            this.number = number;
        }

        /** MACVLAN_MODE_… */
        public int number() {
            return number;
        }

        /** As {@code ip link} writes it. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Other addresses on a link, with the same MAC (drivers/net/ipvlan).
     *
     * @param parent the link
     * @param parentSide where {@code parent} is
     */
    record Ipvlan(String parent, Side parentSide, IpvlanMode mode) implements View {
        @Override
        public String name() {
            return "ipvlan";
        }

        @Override
        public String words() {
            return name() + " mode " + mode;
        }

        @Override
        public OptionalInt setting() {
            return OptionalInt.of(mode.number());
        }
    }

    /** enum ipvlan_mode of if_link.h: the ordinals are the kernel's numbers. */
    enum IpvlanMode {
        /** Like a switch: broadcasts reach it. */
        L2,
        /** Like a router: no broadcasts, no netfilter of the node. */
        L3,
        /** As L3, but seen by the node's netfilter. */
        L3S;

        /** IPVLAN_MODE_… */
        @SuppressWarnings("EnumOrdinal")
        public int number() {
            return ordinal();
        }

        /** As {@code ip link} writes it. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What of a link is in an 802.1Q VLAN (net/8021q).
     *
     * @param parent the link
     * @param parentSide where {@code parent} is
     * @param id 0 to 4094
     */
    record Vlan(String parent, Side parentSide, int id) implements View {
        @Override
        public String name() {
            return "vlan";
        }

        @Override
        public String words() {
            return name() + " id " + id;
        }

        @Override
        public OptionalInt setting() {
            return OptionalInt.of(id);
        }
    }
}
