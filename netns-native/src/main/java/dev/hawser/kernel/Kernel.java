package dev.hawser.kernel;

import dev.hawser.ip.Cidr;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * The network stack of a node and, if it was opened with one, of a container. There are two: the real one, and a fake one
 * for tests; KernelContract holds what both promise.
 *
 * <p>Look-ups by name cost the same however large the node is; methods that say <em>all</em> are dumps, and only for CHECK
 * of a small namespace, GC and people.
 *
 * <p>An instance serves one thread at a time. Every method throws {@link KernelException}, also if {@link Side#POD} is used
 * of a kernel that was opened without one.
 */
public interface Kernel extends AutoCloseable {

    /** Makes the change true on this side. */
    void apply(Side side, Change change);

    /** The link of this name, if there is one. */
    Optional<Link> link(Side side, String name);

    /** The link of this name; it is an error if there is none. */
    default Link linkOrThrow(Side side, String name) {
        return link(side, name)
                .orElseThrow(() -> new KernelException(
                        "look up " + name + " " + (side == Side.HOST ? "on the host" : "in the container")
                                + ": no such link",
                        Errno.ENODEV));
    }

    /** All links of this side. */
    List<Link> links(Side side);

    /** What the kernel knows of the tap device of this name, if there is one. */
    Optional<Tap> tap(Side side, String name);

    /** The addresses of a link, in the kernel's order; none if there is no such link. */
    List<Cidr> addresses(Side side, String link);

    /** The routes of every table that lead through this link, without those that the kernel made for its own addresses (table local). */
    List<Route> routes(Side side, String link);

    /** The routing policy of both families, in the kernel's order: rules that send to a table, whatever else they ask for. */
    List<PolicyRule> policyRules(Side side);

    /**
     * Waits until nobody else has locked this side, and locks it until this kernel is closed (flock(2) of the namespace
     * itself, as the reference's sbr does: the two exclude each other too).
     */
    void lock(Side side);

    /**
     * The qdiscs that somebody gave to a link, at its root and for what it receives; those that the kernel chose are not among
     * them. Two look-ups by key.
     */
    List<Qdisc> qdiscs(Side side, String link);

    /** The indexes of the links that {@link QdiscChange.Redirect} sends to what a link receives; 0 for one that is gone. */
    List<Integer> redirects(Side side, String link);

    /** The link that the default route of table main leads through: the one of IPv4, else that of IPv6. */
    Optional<String> defaultRouteLink(Side side);

    /** The link that packets to this address leave by, if there is a route. A look-up. */
    Optional<Link> linkTowards(Side side, InetAddress address);

    /** The value of a kernel parameter, trimmed, if there is such a parameter and it can be read. */
    Optional<String> sysctl(Side side, String key);

    /**
     * Whether nftables can be used here: the kernel has nf_tables, and there is an {@code nft} to load our ruleset with.
     * Runs no process. Host side.
     */
    boolean hasNftables();

    /**
     * Whose element masquerades this address, if one does, in {@link Attachment#abbreviated()} form. A look-up by key.
     * Host side.
     *
     * @param address with the prefix length of its subnet
     */
    Optional<Attachment> masqueradeOwner(Cidr address);

    /** All masqueraded addresses, each with its owner in {@link Attachment#abbreviated()} form. Host side. */
    List<FirewallChange.AddMasquerade> masquerades();

    /** All guarded bridge ports, each with its owner in {@link Attachment#abbreviated()} form. Host side. */
    List<FirewallChange.AddMacGuard> macGuards();

    /** Whose element lets this address through, if one does, in {@link Attachment#abbreviated()} form. A look-up by key. Host side. */
    Optional<Attachment> forwardingOwner(InetAddress address);

    /** All addresses that are let through, each with its owner in {@link Attachment#abbreviated()} form. Host side. */
    List<FirewallChange.AllowForwarding> forwarded();

    /** All bridges that elements of ours close. Host side. */
    List<FirewallChange.CloseBridge> closedBridges();

    /**
     * How many rules the chain has and how many jumps lead to it, together; 0 if there is no such chain. A look-up by name: it
     * runs no process. Host side.
     */
    int uses(NftChain chain);

    /**
     * Where each rule of the chain jumps to, in their order; {@code ""} for a rule that jumps nowhere. None if there is no such
     * chain. A look-up by name: it runs no process. Host side.
     */
    List<String> jumps(NftChain chain);

    /** Whether there is an {@code iptables-restore}, or {@code ip6tables-restore}. Runs no process. Host side. */
    boolean hasIptables(boolean ipv4);

    /** Whether somebody uses tables of the older iptables, which nf_tables knows nothing of. Runs no process. Host side. */
    boolean usesLegacyIptables();
    /**
     * What of this is not so, each in words: an element that is missing, leads elsewhere, or has another owner. Look-ups by key.
     * Host side.
     */
    List<String> missing(FirewallChange.PublishPorts wanted);

    /** All who have published ports, in {@link Attachment#abbreviated()} form. Host side. */
    List<Attachment> publishers();

    /** The rules of this chain; none if there is no such chain. A look-up by name: it runs no process. Host side. */
    List<NftChain.Rule> rules(NftChain chain);

    /** Whether the chain exists. A look-up by name: it runs no process. Host side. */
    boolean hasChain(NftChain chain);

    /**
     * All rules of a table as {@code iptables-save} prints them, without its comments and COMMIT. Runs a process. Host
     * side. Empty if this node has no iptables.
     */
    List<String> iptables(boolean ipv4, String table);

    /**
     * Begins to listen to a link, and can send on it. What comes in before is not heard.
     *
     * @param udpPort where the datagrams are sent to that are heard
     * @return to be closed before or with this kernel
     */
    Frames frames(Side side, String link, int udpPort);

    @Override
    void close();
}
