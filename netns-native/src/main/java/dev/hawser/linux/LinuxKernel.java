package dev.hawser.linux;

import dev.hawser.ip.Cidr;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.Change;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.Frames;
import dev.hawser.kernel.IpChange;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.KernelException;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.NftChain;
import dev.hawser.kernel.PolicyRule;
import dev.hawser.kernel.Qdisc;
import dev.hawser.kernel.QdiscChange;
import dev.hawser.kernel.Route;
import dev.hawser.kernel.Side;
import dev.hawser.kernel.Tap;
import dev.hawser.sys.Netns;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * The kernel that we run on, for one call. Nothing is opened before it is needed, and each socket once; closing it closes what
 * was opened, the descriptors of the namespaces included. A process that serves many calls has a {@link LinuxHost} instead.
 */
public final class LinuxKernel implements Kernel {

    private final Namespace host;
    private final Optional<Namespace> pod;
    private final Firewall firewall;
    private final Consumer<List<String>> hostDeletes;
    private final Consumer<Namespace> hostEnd;
    private boolean closed;

    /**
     * A kernel.
     *
     * @param pod closed with the kernel
     * @param firewall of the host
     * @param hostDeletes deletes links of the host by their names, as far as there are any
     * @param hostEnd takes the host when the kernel is closed
     */
    LinuxKernel(
            Namespace host,
            Optional<Namespace> pod,
            Firewall firewall,
            Consumer<List<String>> hostDeletes,
            Consumer<Namespace> hostEnd) {
        this.host = host;
        this.pod = pod;
        this.firewall = firewall;
        this.hostDeletes = hostDeletes;
        this.hostEnd = hostEnd;
    }

    private LinuxKernel(Namespace host, Optional<Namespace> pod) {
        this(host, pod, new Firewall(host), new LinkDeletes(host, size -> {})::delete, Namespace::close);
    }

    /** The node alone: the namespace of the calling thread, which is the only kind of thread that may use it. */
    public static LinuxKernel open() {
        return new LinuxKernel(Namespace.own(NetlinkSocket.newBuffer()), Optional.empty());
    }

    /**
     * The node, as {@link #open()} says, and a container.
     *
     * @param podNetns CNI_NETNS: a file that a network namespace is bound to
     * @throws KernelException ENOENT if there is no such file; without errno if it is no network namespace
     */
    public static LinuxKernel open(Path podNetns) {
        return open(Netns.open(podNetns));
    }

    /**
     * The node, as {@link #open()} says, and a container.
     *
     * @param podNetns the container's namespace; closed with the kernel
     */
    public static LinuxKernel open(Netns podNetns) {
        ByteBuffer buffer = NetlinkSocket.newBuffer();
        return new LinuxKernel(Namespace.own(buffer), Optional.of(Namespace.of(podNetns, buffer)));
    }

    /** Two namespaces, of which the calling thread is in neither; both are closed with the kernel. */
    public static LinuxKernel open(Netns hostNetns, Netns podNetns) {
        ByteBuffer buffer = NetlinkSocket.newBuffer();
        return new LinuxKernel(Namespace.of(hostNetns, buffer), Optional.of(Namespace.of(podNetns, buffer)));
    }

    @Override
    public void apply(Side side, Change change) {
        Namespace namespace = namespace(side);
        switch (change) {
            case LinkChange link -> apply(side, namespace, link);
            case IpChange ip -> apply(namespace, ip);
            case FirewallChange rules -> firewall().apply(rules);
            case QdiscChange qdisc -> apply(namespace, qdisc);
            case Change.SetSysctl set -> new Sysctls(namespace).set(set);
        }
    }

    private void apply(Side side, Namespace namespace, LinkChange change) {
        switch (change) {
            case LinkChange.AddBridge add -> new Links(namespace).add(add);
            case LinkChange.AddVeth add -> new Links(namespace).add(add, namespace(add.peerSide()));
            case LinkChange.AddLink add -> add(namespace, add);
            case LinkChange.AddTap add -> new Taps(namespace).add(add);
            case LinkChange.MoveLink move -> new Links(namespace).move(move, namespace(move.to()));
            case LinkChange.SetMac set -> new Links(namespace).set(set);
            case LinkChange.SetMtu set -> new Links(namespace).set(set);
            case LinkChange.SetMaster set -> new Links(namespace).set(set);
            case LinkChange.ClearMaster clear -> new Links(namespace).clearMaster(clear.link());
            case LinkChange.DeleteLink delete -> delete(side, delete.names());
            case LinkChange.SetUp set -> new Links(namespace).setUp(set.link());
            case LinkChange.SetDown set -> new Links(namespace).setDown(set.link());
            case LinkChange.SetAlias set -> new Links(namespace).set(set);
            case LinkChange.SetPromiscuous set -> new Links(namespace).set(set);
            case LinkChange.SetAllMulticast set -> new Links(namespace).set(set);
            case LinkChange.SetTxQueueLength set -> new Links(namespace).set(set);
            case LinkChange.PinMac pin -> new Links(namespace).pinMac(pin.link());
            case LinkChange.SetBridgePort set -> new Links(namespace).set(set);
            case LinkChange.AddBridgeVlan add -> new Links(namespace).add(add);
            case LinkChange.ClearBridgeVlans clear -> new Links(namespace).clearVlans(clear.link());
            case LinkChange.AwaitUp await -> new Links(namespace).awaitUp(await);
        }
    }

    private void add(Namespace namespace, LinkChange.AddLink add) {
        Namespace parents =
                add.kind().on().map(parent -> namespace(parent.side())).orElse(namespace);
        new Links(namespace).add(add, parents);
    }

    private static void apply(Namespace namespace, IpChange change) {
        switch (change) {
            case IpChange.AddAddress add -> new Addresses(namespace).add(add);
            case IpChange.DeleteAddress delete -> new Addresses(namespace).delete(delete);
            case IpChange.AwaitAddresses await -> new Addresses(namespace).await(await);
            case IpChange.AddRoute add -> new Routes(namespace).add(add);
            case IpChange.DeleteRoute delete -> new Routes(namespace).delete(delete);
            case IpChange.AddRule add -> new Rules(namespace).add(add.rule());
            case IpChange.DeleteRule delete -> new Rules(namespace).delete(delete.rule());
        }
    }

    private static void apply(Namespace namespace, QdiscChange change) {
        switch (change) {
            case QdiscChange.SetTbf set -> new Qdiscs(namespace).set(set);
            case QdiscChange.DeleteTbf delete -> new Qdiscs(namespace).delete(delete);
            case QdiscChange.AddIngress add -> new Qdiscs(namespace).add(add);
            case QdiscChange.DeleteIngress delete -> new Qdiscs(namespace).delete(delete);
            case QdiscChange.Redirect redirect -> new Qdiscs(namespace).redirect(redirect);
        }
    }

    @Override
    public Optional<Link> link(Side side, String name) {
        return new Links(namespace(side)).find(name);
    }

    @Override
    public List<Link> links(Side side) {
        return new Links(namespace(side)).all();
    }

    @Override
    public Optional<Tap> tap(Side side, String name) {
        return new Taps(namespace(side)).find(name);
    }

    @Override
    public List<Cidr> addresses(Side side, String link) {
        return new Addresses(namespace(side)).of(link);
    }

    @Override
    public List<Route> routes(Side side, String link) {
        return new Routes(namespace(side)).of(link);
    }

    @Override
    public List<PolicyRule> policyRules(Side side) {
        return new Rules(namespace(side)).all();
    }

    @Override
    public void lock(Side side) {
        namespace(side).lock();
    }

    @Override
    public Optional<String> defaultRouteLink(Side side) {
        return new Routes(namespace(side)).defaultLink();
    }

    @Override
    public Optional<Link> linkTowards(Side side, InetAddress address) {
        OptionalInt index = new Routes(namespace(side)).linkTowards(address);
        return index.isPresent() ? new Links(namespace(side)).find(index.getAsInt()) : Optional.empty();
    }

    @Override
    public List<Qdisc> qdiscs(Side side, String link) {
        return new Qdiscs(namespace(side)).of(link);
    }

    @Override
    public List<Integer> redirects(Side side, String link) {
        return new Qdiscs(namespace(side)).redirects(link);
    }

    @Override
    public Optional<String> sysctl(Side side, String key) {
        return new Sysctls(namespace(side)).read(key);
    }

    @Override
    public boolean hasNftables() {
        return firewall().hasNftables();
    }

    @Override
    public Optional<Attachment> masqueradeOwner(Cidr address) {
        return firewall().masqueradeOwner(address);
    }

    @Override
    public List<FirewallChange.AddMasquerade> masquerades() {
        return firewall().masquerades();
    }

    @Override
    public List<FirewallChange.AddMacGuard> macGuards() {
        return firewall().macGuards();
    }

    @Override
    public Optional<Attachment> forwardingOwner(InetAddress address) {
        return firewall().forwarding().owner(address);
    }

    @Override
    public List<FirewallChange.AllowForwarding> forwarded() {
        return firewall().forwarding().forwarded();
    }

    @Override
    public List<FirewallChange.CloseBridge> closedBridges() {
        return firewall().forwarding().closedBridges();
    }

    @Override
    public int uses(NftChain chain) {
        return firewall().forwarding().uses(chain);
    }

    @Override
    public List<String> jumps(NftChain chain) {
        return firewall().forwarding().jumps(chain);
    }

    @Override
    public boolean hasIptables(boolean ipv4) {
        return firewall().forwarding().hasIptables(ipv4);
    }

    @Override
    public boolean usesLegacyIptables() {
        return firewall().forwarding().usesLegacyIptables();
    }

    @Override
    public List<String> missing(FirewallChange.PublishPorts wanted) {
        return firewall().missing(wanted);
    }

    @Override
    public List<Attachment> publishers() {
        return firewall().publishers();
    }

    @Override
    public List<NftChain.Rule> rules(NftChain chain) {
        return firewall().rules(chain);
    }

    @Override
    public boolean hasChain(NftChain chain) {
        return firewall().hasChain(chain);
    }

    @Override
    public List<String> iptables(boolean ipv4, String table) {
        return firewall().iptables(ipv4, table);
    }

    @Override
    public Frames frames(Side side, String link, int udpPort) {
        Namespace namespace = namespace(side);
        int index = new Links(namespace).get(link).index();
        return namespace.inside(() -> PacketSocket.open(link, index, udpPort));
    }

    /** Closing twice is harmless. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            pod.ifPresent(Namespace::close);
            hostEnd.accept(host);
        }
    }

    private void delete(Side side, List<String> links) {
        host.indexes().clear();
        pod.ifPresent(namespace -> namespace.indexes().clear());
        switch (side) {
            case HOST -> hostDeletes.accept(links);
            case POD -> links.forEach(new Links(namespace(side))::delete);
        }
    }

    private Firewall firewall() {
        requireOpen();
        return firewall;
    }

    private Namespace namespace(Side side) {
        requireOpen();
        return switch (side) {
            case HOST -> host;
            case POD ->
                pod.orElseThrow(() -> new KernelException("the container's network namespace was not opened", 0));
        };
    }

    /** By now its sockets may serve another call. */
    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the kernel is closed");
        }
    }
}
