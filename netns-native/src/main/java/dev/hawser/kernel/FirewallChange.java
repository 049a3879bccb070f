package dev.hawser.kernel;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import dev.hawser.kernel.PublishedPort.Masqueraded;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A change of nf_tables or iptables: {@code nft}, {@code iptables-restore}. */
public sealed interface FirewallChange extends Change {

    /**
     * What the pod at {@code address} sends beyond its own subnet leaves the node with the node's address. The ruleset of the
     * subnet is loaded if it is not there; the pod is one element of a set, in constant time (nftables).
     *
     * @param address the pod's address with the prefix length of its subnet
     * @param owner whose the element is
     */
    record AddMasquerade(Cidr address, Attachment owner) implements FirewallChange {
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
    record DeleteMasquerade(Cidr address, Attachment owner) implements FirewallChange {
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
    record AddMacGuard(String link, MacAddress mac, Attachment owner) implements FirewallChange {
        @Override
        public String words() {
            return "nft add element bridge hawser guarded { " + link + " comment \"" + owner.abbreviated()
                    + "\" }; nft add element" + " bridge hawser allowed { " + link + " . " + mac + " }";
        }
    }

    /** The bridge port is not guarded by an element of ours. */
    record DeleteMacGuard(String link, MacAddress mac) implements FirewallChange {
        @Override
        public String words() {
            return "nft delete element bridge hawser guarded { " + link + " }; nft delete element bridge hawser allowed"
                    + " { " + link + " . " + mac + " }";
        }
    }

    /**
     * What the pod at {@code address} sends to be forwarded, and the answers to it, is marked as such while it passes the filters of
     * the node (nftables): the {@linkplain #DOORWAY doorway} of iptables lets through what is marked. The ruleset is loaded if
     * it is not there; the pod is one element of a set, in constant time.
     *
     * @param owner whose the element is
     */
    record AllowForwarding(InetAddress address, Attachment owner) implements FirewallChange {
        @Override
        public String words() {
            return "nft add element inet hawser " + forwardedSet(address) + " { " + IpMath.text(address) + " comment \""
                    + owner.abbreviated() + "\" }";
        }
    }

    /**
     * These ports of the host lead to the container, and to nowhere else: what the owner published before is replaced, what
     * another one holds is an error (EEXIST) that names the holder, and then nothing has changed. The rules around the elements
     * are loaded if they are not there (nftables). All elements come in one transaction, in constant time each.
     *
     * @param owner whose the elements are
     * @param ports at least one
     * @param masqueraded whose connections come from the host's own address
     */
    record PublishPorts(Attachment owner, List<PublishedPort> ports, Masqueraded masqueraded)
            implements FirewallChange {
        public PublishPorts {
            ports = List.copyOf(ports);
        }

        @Override
        public String words() {
            return ports.stream().flatMap(this::words).collect(Collectors.joining("; "));
        }

        private Stream<String> words(PublishedPort port) {
            String element = "nft add element inet hawser " + port.map() + " " + port.element(owner);
            return masqueraded == Masqueraded.NOBODY
                    ? Stream.of(element)
                    : Stream.of(
                            element,
                            "nft add element inet hawser " + port.hairpinSet(masqueraded) + " " + port.hairpin(owner));
        }
    }

    /**
     * The address is not let through for this owner. An element that has another owner stays: a late DEL must not take away what
     * a newer pod was given since.
     */
    record DisallowForwarding(InetAddress address, Attachment owner) implements FirewallChange {
        @Override
        public String words() {
            return "nft delete element inet hawser " + forwardedSet(address) + " { " + IpMath.text(address) + " }";
        }
    }

    /**
     * The bit of a packet's mark that says, between priorities -1 and +1 of hook forward and nowhere else, that it is of a pod
     * whose forwarding is allowed. It is no bit of Kubernetes (0x4000, 0x8000), of portmap and netavark (0x2000), of Calico
     * (0xffff0000), of Cilium (0x0f00), or of the marks of wg-quick (0xca6c) and Istio (0x539).
     */
    int FORWARDED = 0x1000;

    /** The chain of iptables that accepts what bears this bit; FORWARD leads into it. */
    String DOORWAY = "HAWSER-FORWARD";

    /** The set of the addresses that are let through: {@code forwarded4} or {@code forwarded6}. */
    static String forwardedSet(InetAddress address) {
        return address instanceof Inet4Address ? "forwarded4" : "forwarded6";
    }

    /**
     * Nothing is forwarded from this bridge to another that is closed too, nor back (nftables). The ruleset is loaded if it is not
     * there. A bridge that is isolated already stays so: the stricter word wins.
     *
     * @param isolated whether what the bridge itself forwards between two of its ports is dropped as well, where the node has
     *     it pass the filters (br_netfilter)
     */
    record CloseBridge(String bridge, boolean isolated) implements FirewallChange {
        @Override
        public String words() {
            String neighbours = " inet hawser neighbours { " + bridge + " . " + bridge + " }";
            return "nft add element inet hawser closed { " + bridge + " }; nft "
                    + (isolated ? "delete element" + neighbours + "  # if it is there" : "add element" + neighbours);
        }
    }

    /** No element of ours closes this bridge. */
    record OpenBridge(String bridge) implements FirewallChange {
        @Override
        public String words() {
            return "nft delete element inet hawser closed { " + bridge
                    + " }; nft delete element inet hawser neighbours { " + bridge + " . " + bridge + " }";
        }
    }

    /**
     * The owner publishes nothing. What has another owner stays.
     *
     * @param ports where to look first, in constant time each; if they are not all that the owner has, everything is looked
     *     through
     * @param masqueraded whose connections were masqueraded
     */
    record UnpublishPorts(Attachment owner, List<PublishedPort> ports, Masqueraded masqueraded)
            implements FirewallChange {
        public UnpublishPorts {
            ports = List.copyOf(ports);
        }

        @Override
        public String words() {
            return "nft delete element inet hawser ...  # all with comment \"" + owner.abbreviated() + "\"";
        }
    }

    /**
     * The key of the element of map {@code publishers} that says how many elements of other sets and maps this owner has. So
     * a DEL that is not told what was published need not look through everything, for most containers publish nothing.
     */
    static String publisher(Attachment owner) {
        return Sha256.hex(owner.abbreviated().toString(), PUBLISHER_DIGITS);
    }

    /** As long as the name of a link may be: 60 bits. */
    int PUBLISHER_DIGITS = 15;

    /**
     * What conntrack knows of packets to this port of the host is forgotten: UDP packets that go on coming would go on
     * leading to where they led before. Flows through this node to other nodes' ports of the same number stay. A kernel that
     * cannot list its flows (CONFIG_NF_CT_NETLINK) keeps them.
     *
     * @param hostAddress as in {@link PublishedPort}
     */
    record ForgetFlows(boolean ipv4, Protocol protocol, Optional<InetAddress> hostAddress, int hostPort)
            implements FirewallChange {
        @Override
        public String words() {
            return "conntrack -D -f " + (ipv4 ? "ipv4" : "ipv6") + " -p " + protocol.word()
                    + hostAddress.map(address -> " -d " + IpMath.text(address)).orElse("") + " --dport " + hostPort;
        }
    }

    /** No such rule is in the chain; for rules that other plugins made. */
    record DeleteNftRule(NftChain chain, long handle) implements FirewallChange {
        @Override
        public String words() {
            return "nft delete rule " + chain + " handle " + handle;
        }
    }

    /** No such chain is there; its rules go with it. For chains that other plugins made. */
    record DeleteNftChain(NftChain chain) implements FirewallChange {
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
    record RestoreIptables(boolean ipv4, String table, List<String> lines) implements FirewallChange {
        public RestoreIptables {
            lines = List.copyOf(lines);
        }

        @Override
        public String words() {
            return (ipv4 ? "iptables" : "ip6tables") + "-restore --noflush <<< '*" + table + "; "
                    + String.join("; ", lines) + "; COMMIT'";
        }
    }
}
