package dev.hawser.kernel;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Something that should become true of a network namespace. Every change is an <em>ensure</em>: what is already so counts
 * as done, unless its comment says otherwise.
 *
 * <p>A new word is one record here; the compiler then asks for it in every kernel.
 */
public sealed interface Change {

    /** This change as the arguments of {@code ip}, {@code bridge}, {@code sysctl} or {@code nft}. */
    String words();

    /** This change as a line of a shell, made on {@code side}. */
    default String on(Side side) {
        String words = words();
        if (side == Side.HOST) {
            return words;
        }
        return words.startsWith("ip ") || words.startsWith("bridge ")
                ? words.replaceFirst(" ", " -n POD ")
                : "ip netns exec POD " + words;
    }

    /**
     * A bridge is there. An existing one keeps its settings; another kind of link under this name is an error.
     *
     * @param mtuBytes the MTU of a new bridge
     * @param vlanFiltering whether a new bridge filters VLANs
     */
    record AddBridge(String name, OptionalInt mtuBytes, boolean vlanFiltering) implements Change {
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
            implements Change {
        @Override
        public String words() {
            return "ip link add " + name + mtu(mtuBytes) + " address " + mac
                    + master.map(bridge -> " master " + bridge).orElse("")
                    + " type veth peer name " + peer + mtu(mtuBytes) + " address " + peerMac
                    + (peerSide == Side.POD ? " netns POD" : "");
        }
    }

    /** No link has this name. */
    record DeleteLink(String name) implements Change {
        @Override
        public String words() {
            return "ip link delete " + name;
        }
    }

    /** The link is administratively up. */
    record SetUp(String link) implements Change {
        @Override
        public String words() {
            return "ip link set " + link + " up";
        }
    }

    /** The link is administratively down. */
    record SetDown(String link) implements Change {
        @Override
        public String words() {
            return "ip link set " + link + " down";
        }
    }

    /** The link carries this ifalias (at most 255 bytes, IFALIASZ). */
    record SetAlias(String link, String alias) implements Change {
        @Override
        public String words() {
            return "ip link set " + link + " alias '" + alias + "'";
        }
    }

    /** The link is promiscuous. */
    record SetPromiscuous(String link) implements Change {
        @Override
        public String words() {
            return "ip link set " + link + " promisc on";
        }
    }

    /**
     * The link's MAC is what it is now, for good: a bridge that was told its MAC no longer follows the lowest of its
     * ports (br_stp_recalculate_bridge_id).
     */
    record PinMac(String link) implements Change {
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
    record SetBridgePort(String link, boolean hairpin, boolean isolated) implements Change {
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
    record AddBridgeVlan(String link, int vlanId, boolean untagged) implements Change {
        @Override
        public String words() {
            return "bridge vlan add dev " + link + " vid " + vlanId + (untagged ? " pvid untagged" : "");
        }
    }

    /** The bridge port is a member of no VLAN: what the bridge gave it by default is taken away. */
    record ClearBridgeVlans(String link) implements Change {
        @Override
        public String words() {
            return "bridge vlan del dev " + link + " vid 1-4094";
        }
    }

    /**
     * The link is operationally up and, as a bridge port, in use; waits for it at most {@code timeoutMillis}. Without STP a
     * port in use forwards; with STP it may listen and learn for half a minute more, which nobody waits for.
     */
    record AwaitUp(String link, int timeoutMillis) implements Change {
        @Override
        public String words() {
            return "ip link show up dev " + link + "  # wait until state UP, at most " + timeoutMillis + " ms";
        }
    }

    /**
     * The link has this address; IPv4 ones get the broadcast address of their network if their prefix is shorter than
     * 31 bits.
     */
    record AddAddress(String link, Cidr address) implements Change {
        @Override
        public String words() {
            return "ip address add " + address + " dev " + link;
        }
    }

    /** The link has not this address. */
    record DeleteAddress(String link, Cidr address) implements Change {
        @Override
        public String words() {
            return "ip address delete " + address + " dev " + link;
        }
    }

    /**
     * No IPv6 address of the link is tentative any more; waits for it at most {@code timeoutMillis}. A duplicate that
     * was found meanwhile (IFA_F_DADFAILED) is an error.
     */
    record AwaitAddresses(String link, int timeoutMillis) implements Change {
        @Override
        public String words() {
            return "ip address show tentative dev " + link + "  # wait until none, at most " + timeoutMillis + " ms";
        }
    }

    /** This route leads through the link. */
    record AddRoute(String link, Route route) implements Change {
        @Override
        public String words() {
            return "ip route add " + route + " dev " + link;
        }
    }

    /** This route does not lead through the link. */
    record DeleteRoute(String link, Route route) implements Change {
        @Override
        public String words() {
            return "ip route delete " + route + " dev " + link;
        }
    }

    /**
     * A kernel parameter has this value; one that has it already is not written.
     *
     * @param key below /proc/sys, with slashes: {@code net/ipv4/ip_forward}
     * @param required whether it is an error if the parameter cannot be set
     */
    record SetSysctl(String key, String value, boolean required) implements Change {
        @Override
        public String words() {
            return "sysctl -w " + key + "=" + value + (required ? "" : "  # if it can be");
        }
    }

    /**
     * What the pod at {@code address} sends beyond its own subnet leaves the node with the node's address. The ruleset of the
     * subnet is loaded if it is not there; the pod is one element of a set, in constant time (nftables).
     *
     * @param address the pod's address with the prefix length of its subnet
     * @param owner whose the element is
     */
    record AddMasquerade(Cidr address, Attachment owner) implements Change {
        @Override
        public String words() {
            return "nft add element inet hawser " + masqueradeSet(address) + " { " + IpMath.text(address.address())
                    + " comment \"" + owner.abbreviated() + "\" }";
        }
    }

    /**
     * The address is not masqueraded for this owner. An element that has another owner stays: a late DEL must not take
     * away what a newer pod was given since.
     *
     * @param address the pod's address with the prefix length of its subnet
     * @param owner whose the element was
     */
    record DeleteMasquerade(Cidr address, Attachment owner) implements Change {
        @Override
        public String words() {
            return "nft delete element inet hawser " + masqueradeSet(address) + " { " + IpMath.text(address.address())
                    + " }";
        }
    }

    /**
     * The set of the masqueraded addresses of a subnet, and the chain that looks into it: {@code subnet-10.1.0.0-16},
     * {@code subnet-fd00__-64}. nft(8) reads neither slashes with digits nor colons in a name.
     *
     * @param address one of the subnet, with the length of its prefix
     */
    static String masqueradeSet(Cidr address) {
        return "subnet-" + address.network().toString().replace('/', '-').replace(':', '_');
    }

    /**
     * The bridge port accepts frames from this MAC only (nftables, bridge family). The ruleset is loaded if it is not
     * there; the port is one element of a set, in constant time.
     */
    record AddMacGuard(String link, MacAddress mac, Attachment owner) implements Change {
        @Override
        public String words() {
            return "nft add element bridge hawser guarded { " + link + " comment \"" + owner.abbreviated()
                    + "\" }; nft add element" + " bridge hawser allowed { " + link + " . " + mac + " }";
        }
    }

    /** The bridge port is not guarded by an element of ours. */
    record DeleteMacGuard(String link, MacAddress mac) implements Change {
        @Override
        public String words() {
            return "nft delete element bridge hawser guarded { " + link + " }; nft delete element bridge hawser allowed"
                    + " { " + link + " . " + mac + " }";
        }
    }

    /** No such rule is in the chain; for rules that other plugins made. */
    record DeleteNftRule(NftChain chain, long handle) implements Change {
        @Override
        public String words() {
            return "nft delete rule " + chain + " handle " + handle;
        }
    }

    /** No such chain is there; its rules go with it. For chains that other plugins made. */
    record DeleteNftChain(NftChain chain) implements Change {
        @Override
        public String words() {
            return "nft delete chain " + chain;
        }
    }

    /**
     * These lines are carried out by {@code iptables-restore --noflush} in one transaction. Not an ensure: the lines say
     * exactly what happens.
     *
     * @param ipv4 whether by iptables-restore, else by ip6tables-restore
     * @param table {@code nat}, {@code filter} …
     * @param lines chain declarations ({@code :NAME - [0:0]}) and rules ({@code -A …}, {@code -D …}, {@code -X …})
     */
    record RestoreIptables(boolean ipv4, String table, List<String> lines) implements Change {
        public RestoreIptables {
            lines = List.copyOf(lines);
        }

        @Override
        public String words() {
            return (ipv4 ? "iptables" : "ip6tables") + "-restore --noflush <<< '*" + table + "; "
                    + String.join("; ", lines) + "; COMMIT'";
        }
    }

    private static String mtu(OptionalInt mtuBytes) {
        return mtuBytes.isPresent() ? " mtu " + mtuBytes.getAsInt() : "";
    }

    private static String onOff(boolean on) {
        return on ? "on" : "off";
    }
}
