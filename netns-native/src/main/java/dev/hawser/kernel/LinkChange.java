package dev.hawser.kernel;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** A change of a link, or of what it is as a port of a bridge: {@code ip link}, {@code bridge vlan}. */
public sealed interface LinkChange extends Change {

    /**
     * A bridge is there. An existing one keeps its settings; another kind of link under this name is an error.
     *
     * @param mtuBytes the MTU of a new bridge
     * @param vlanFiltering whether a new bridge filters VLANs
     */
    record AddBridge(String name, OptionalInt mtuBytes, boolean vlanFiltering) implements LinkChange {
        @Override
        public String words() {
            return "ip link add " + name + mtu(mtuBytes) + " type bridge" + (vlanFiltering ? " vlan_filtering 1" : "");
        }
    }

    /**
     * A new pair of veth ends, both down: {@code name} on the step's side and {@code peer} on {@code peerSide}, created
     * there, never moved. A link that has either name already is an error (EEXIST), not "done".
     *
     * @param master the bridge that {@code name} becomes a port of
     */
    record AddVeth(
            String name,
            MacAddress mac,
            Optional<String> master,
            Side peerSide,
            String peer,
            MacAddress peerMac,
            OptionalInt mtuBytes)
            implements LinkChange {
        @Override
        public String words() {
            return "ip link add " + name + mtu(mtuBytes) + " address " + mac
                    + master.map(bridge -> " master " + bridge).orElse("")
                    + " type veth peer name " + peer + mtu(mtuBytes) + " address " + peerMac
                    + (peerSide == Side.POD ? " netns POD" : "");
        }
    }

    /**
     * A new link, down, made on the step's side under its name, never moved or renamed. A link that has the name already is an
     * error (EEXIST), not "done".
     *
     * @param mac its MAC; the kernel's choice if absent, which is the parent's for a VLAN, an ipvlan and a macvlan in mode
     *     passthru
     * @param mtuBytes its MTU; that of the parent if absent
     */
    record AddLink(String name, LinkKind kind, Optional<MacAddress> mac, OptionalInt mtuBytes) implements LinkChange {
        @Override
        public String words() {
            return words("");
        }

        /** A parent on the host is named there, and the link made in the container from there. */
        @Override
        public String on(Side side) {
            boolean fromHost =
                    kind.on().filter(parent -> parent.side() == Side.HOST).isPresent();
            return side == Side.POD && fromHost ? words(" netns POD") : LinkChange.super.on(side);
        }

        private String words(String netns) {
            return "ip link add " + name
                    + kind.on().map(parent -> " link " + parent.link()).orElse("")
                    + netns
                    + mtu(mtuBytes)
                    + mac.map(address -> " address " + address).orElse("")
                    + " type " + kind.words();
        }
    }

    /**
     * A new persistent tap device, down, under its name, never renamed. A link that has the name already is an error (EEXIST),
     * not "done".
     *
     * @param multiQueue whether several descriptors may be its other end at once
     * @param owner the uid that may open it besides root, unsigned
     * @param group the gid that may open it besides root, unsigned
     * @param selinuxContext the SELinux label that it gets; an error on a node without SELinux
     */
    record AddTap(
            String name, boolean multiQueue, OptionalInt owner, OptionalInt group, Optional<String> selinuxContext)
            implements LinkChange {
        @Override
        public String words() {
            return selinuxContext.map(context -> "runcon " + context + " ").orElse("")
                    + "ip tuntap add mode tap name " + name
                    + (multiQueue ? " multi_queue" : "")
                    + (owner.isPresent() ? " user " + Integer.toUnsignedString(owner.getAsInt()) : "")
                    + (group.isPresent() ? " group " + Integer.toUnsignedString(group.getAsInt()) : "");
        }
    }

    /**
     * The link is on the other side, under this name, and down; its addresses and routes are gone. All of it or nothing: a link
     * that has the name there already is an error (EEXIST). The one change that moves a link: what is made new is made where it
     * belongs.
     *
     * @param to the side that the step is not made on
     * @param name its name there
     */
    record MoveLink(String link, Side to, String name) implements LinkChange {
        @Override
        public String words() {
            return "ip link set " + link + " netns " + to + " name " + name;
        }
    }

    /** The link has this MAC. */
    record SetMac(String link, MacAddress mac) implements LinkChange {
        @Override
        public String words() {
            return "ip link set " + link + " address " + mac;
        }
    }

    /** The link has this MTU. */
    record SetMtu(String link, int mtuBytes) implements LinkChange {
        @Override
        public String words() {
            return "ip link set " + link + " mtu " + mtuBytes;
        }
    }

    /** The link is a port of this one, a bridge or a VRF. */
    record SetMaster(String link, String master) implements LinkChange {
        @Override
        public String words() {
            return "ip link set " + link + " master " + master;
        }
    }

    /** The link is a port of no other. */
    record ClearMaster(String link) implements LinkChange {
        @Override
        public String words() {
            return "ip link set " + link + " nomaster";
        }
    }

    /** No link has one of these names; the kernel takes hardly longer for many than for one. */
    record DeleteLink(List<String> names) implements LinkChange {
        public DeleteLink {
            names = List.copyOf(names);
        }

        /** No link has this name. */
        public DeleteLink(String name) {
            this(List.of(name));
        }

        @Override
        public String words() {
            return names.stream().map(name -> "ip link delete " + name).collect(Collectors.joining("; "));
        }
    }

    /** The link is administratively up. */
    record SetUp(String link) implements LinkChange {
        @Override
        public String words() {
            return "ip link set " + link + " up";
        }
    }

    /** The link is administratively down. */
    record SetDown(String link) implements LinkChange {
        @Override
        public String words() {
            return "ip link set " + link + " down";
        }
    }

    /** The link carries this ifalias (at most 255 bytes, IFALIASZ). */
    record SetAlias(String link, String alias) implements LinkChange {
        @Override
        public String words() {
            return "ip link set " + link + " alias '" + alias + "'";
        }
    }

    /** The link takes frames for everybody, or only those for itself. */
    record SetPromiscuous(String link, boolean on) implements LinkChange {

        /** The link is promiscuous. */
        public SetPromiscuous(String link) {
            this(link, true);
        }

        @Override
        public String words() {
            return "ip link set " + link + " promisc " + onOff(on);
        }
    }

    /** The link takes the frames of all multicast groups, or only those of its own. */
    record SetAllMulticast(String link, boolean on) implements LinkChange {
        @Override
        public String words() {
            return "ip link set " + link + " allmulticast " + onOff(on);
        }
    }

    /** So many packets may wait at the link to be sent. */
    record SetTxQueueLength(String link, int packets) implements LinkChange {
        @Override
        public String words() {
            return "ip link set " + link + " txqueuelen " + packets;
        }
    }

    /**
     * The link's MAC is what it is now, for good: a bridge that was told its MAC no longer follows the lowest of its
     * ports (br_stp_recalculate_bridge_id).
     */
    record PinMac(String link) implements LinkChange {
        @Override
        public String words() {
            return "ip link set " + link + " address $(cat /sys/class/net/" + link + "/address)";
        }
    }

    /**
     * The bridge port has these settings, both written even if false.
     *
     * @param hairpin whether frames may leave through the port that they came in by (IFLA_BRPORT_MODE)
     * @param isolated whether the port speaks only to ports that are not isolated (IFLA_BRPORT_ISOLATED)
     */
    record SetBridgePort(String link, boolean hairpin, boolean isolated) implements LinkChange {
        @Override
        public String words() {
            return "ip link set " + link + " type bridge_slave hairpin " + onOff(hairpin) + " isolated "
                    + onOff(isolated);
        }
    }

    /**
     * The bridge port is a member of this VLAN.
     *
     * @param untagged both PVID and egress untagged, else tagged
     */
    record AddBridgeVlan(String link, int vlanId, boolean untagged) implements LinkChange {
        @Override
        public String words() {
            return "bridge vlan add dev " + link + " vid " + vlanId + (untagged ? " pvid untagged" : "");
        }
    }

    /** The bridge port is a member of no VLAN: what the bridge gave it by default is taken away. */
    record ClearBridgeVlans(String link) implements LinkChange {
        @Override
        public String words() {
            return "bridge vlan del dev " + link + " vid 1-4094";
        }
    }

    /**
     * The link is operationally up and, as a bridge port, in use; waits for it at most {@code timeoutMillis}. Without STP a
     * port in use forwards; with STP it may listen and learn for half a minute more, which nobody waits for.
     */
    record AwaitUp(String link, int timeoutMillis) implements LinkChange {
        @Override
        public String words() {
            return "ip link show up dev " + link + "  # wait until state UP, at most " + timeoutMillis + " ms";
        }
    }

    private static String mtu(OptionalInt mtuBytes) {
        return mtuBytes.isPresent() ? " mtu " + mtuBytes.getAsInt() : "";
    }

    private static String onOff(boolean on) {
        return on ? "on" : "off";
    }
}
