package dev.hawser.linux;

import static dev.hawser.kernel.Errno.EBUSY;
import static dev.hawser.kernel.Errno.EEXIST;
import static dev.hawser.kernel.Errno.EINVAL;
import static dev.hawser.kernel.Errno.ENODEV;
import static dev.hawser.kernel.Errno.ENOTSUPP;
import static dev.hawser.kernel.Errno.EOPNOTSUPP;
import static dev.hawser.netlink.Rtnetlink.IFF_ALLMULTI;
import static dev.hawser.netlink.Rtnetlink.IFF_PROMISC;
import static dev.hawser.netlink.Rtnetlink.IFF_UP;

import dev.hawser.kernel.Errno;
import dev.hawser.kernel.KernelException;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.LinkKind;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.Side;
import dev.hawser.netlink.Ack;
import dev.hawser.netlink.LinkCodec;
import dev.hawser.netlink.LinkReader;
import dev.hawser.netlink.LinkState;
import dev.hawser.netlink.Request;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ThreadLocalRandom;

/** The links of one namespace. */
final class Links {

    /** IFNAMSIZ of linux/if.h, without the final NUL. */
    private static final int LONGEST_NAME = 15;

    private static final int ANY_INDEX = 0;

    // Far from those that the kernel gives, which begin at 1 in each namespace.
    private static final int LOWEST_INDEX = 1 << 20;
    private static final int HIGHEST_INDEX = 1 << 30;
    private static final int MOST_ATTEMPTS = 10;

    private final Namespace namespace;

    Links(Namespace namespace) {
        this.namespace = namespace;
    }

    /** A name that is too long for any link is that of none, as an unused one is. */
    Optional<Link> find(String name) {
        return name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME
                ? Optional.empty()
                : remember(name, socket().find(LinkCodec.byName(name), LinkReader::link, ENODEV, name));
    }

    /** The link of this index. */
    Optional<Link> find(int index) {
        return socket().find(LinkCodec.byIndex(index), LinkReader::link, ENODEV, "link " + index);
    }

    private Optional<Link> remember(String name, Optional<Link> link) {
        link.ifPresentOrElse(
                found -> namespace.indexes().put(name, found.index()),
                () -> namespace.indexes().remove(name));
        return link;
    }

    Link get(String name) {
        return find(name).orElseThrow(() -> noSuchLink(name));
    }

    /** Looked up once in a call. If the link is gone by then, what uses the index fails (ENODEV). */
    int index(String name) {
        return knownIndex(name).orElseThrow(() -> noSuchLink(name));
    }

    /** As {@link #index}; nothing if there is no such link. */
    Optional<Integer> knownIndex(String name) {
        Optional<Integer> known = Optional.ofNullable(namespace.indexes().get(name));
        return known.isPresent() ? known : find(name).map(Link::index);
    }

    /** The name of the link of this index. */
    Optional<String> name(int index) {
        return socket().find(LinkCodec.byIndex(index), LinkReader::link, ENODEV, "link " + index)
                .map(Link::name);
    }

    List<Link> all() {
        return socket().dump(LinkCodec.all(), LinkReader::link, "links");
    }

    void add(LinkChange.AddBridge bridge) {
        Ack ack = execute(LinkCodec.add(bridge));
        if (ack.is(EEXIST)) {
            requireBridge(bridge.name());
            return;
        }
        ack.orFail("add bridge", bridge.name());
    }

    private void requireBridge(String name) {
        if (!get(name).is("bridge")) {
            throw new KernelException("\"" + name + "\" already exists but is not a bridge", EEXIST);
        }
    }

    /**
     * Adds both ends by one message.
     *
     * @param far the namespace of the peer, which may be this one
     */
    void add(LinkChange.AddVeth veth, Namespace far) {
        OptionalInt master =
                veth.master().isPresent() ? OptionalInt.of(index(veth.master().get())) : OptionalInt.empty();
        namespace.indexes().remove(veth.name());
        far.indexes().remove(veth.peer());
        OptionalInt peerNamespace = far.equals(namespace)
                ? OptionalInt.empty()
                : OptionalInt.of(far.fd().number());
        Ack ack = socket().execute(
                        LinkCodec.add(veth, master, peerNamespace),
                        echo -> LinkReader.link(echo)
                                .peer()
                                .ifPresent(index -> far.indexes().put(veth.peer(), index)));
        if (ack.is(EEXIST)) {
            throw nameTaken(veth, far, ack);
        }
        ack.orFail("add veth", veth.name() + " with peer " + veth.peer());
    }

    private KernelException nameTaken(LinkChange.AddVeth veth, Namespace far, Ack ack) {
        String taken = new Links(far).find(veth.peer()).isPresent()
                ? "container veth name (\"" + veth.peer() + "\") peer provided (\"" + veth.name() + "\") already exists"
                : "add veth " + veth.name() + ": " + ack.text() + ": a link of this name is there already";
        return new KernelException(taken, EEXIST);
    }

    /**
     * Adds a link here.
     *
     * @param parents the namespace of its parent, which may be this one; if it has none, this one
     */
    void add(LinkChange.AddLink link, Namespace parents) {
        namespace.indexes().remove(link.name());
        Ack ack = send(link, ANY_INDEX, parents);
        if (ack.is(EEXIST) && !parents.equals(namespace) && find(link.name()).isEmpty()) {
            ack = addBeside(link, parents);
        }
        if (!ack.isOk()) {
            throw new KernelException(
                    "add " + link.kind().name() + " " + link.name() + on(link) + ": " + ack.text() + advice(ack, link),
                    ack.errno());
        }
    }

    /**
     * Before Linux 6.15 a link of the same name where the parent is stands in the way, as the node's own {@code eth0} does:
     * asked for by an index, the kernel looks for that instead.
     */
    private Ack addBeside(LinkChange.AddLink link, Namespace parents) {
        Ack ack = Ack.OK;
        for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
            ack = send(link, ThreadLocalRandom.current().nextInt(LOWEST_INDEX, HIGHEST_INDEX), parents);
            if (!ack.is(EEXIST) && !ack.is(EBUSY)) {
                return ack;
            }
        }
        return ack;
    }

    private Ack send(LinkChange.AddLink link, int index, Namespace parents) {
        OptionalInt parentIndex = OptionalInt.empty();
        if (link.kind().on().isPresent()) {
            parentIndex = OptionalInt.of(
                    new Links(parents).index(link.kind().on().get().link()));
        }
        OptionalInt target = parents.equals(namespace)
                ? OptionalInt.empty()
                : OptionalInt.of(namespace.fd().number());
        return parents.route().execute(LinkCodec.add(link, index, parentIndex, target));
    }

    private static String on(LinkChange.AddLink link) {
        return link.kind().on().map(parent -> " on " + parent.link()).orElse("");
    }

    private String advice(Ack ack, LinkChange.AddLink link) {
        String kind = link.kind().name();
        return switch (ack.errno()) {
            case EEXIST ->
                find(link.name())
                        .map(holder ->
                                ": there is a " + holder.kind().orElse("physical device") + " of this name already")
                        .orElse(": its settings are another link's already");
            case EBUSY ->
                ": is " + link.kind().on().map(LinkKind.Parent::link).orElse(link.name())
                        + " in use in another way, as the port of a bridge for one?";
            case EINVAL ->
                link.kind() instanceof LinkKind.Macvlan
                        ? ": in mode passthru a link has no other macvlan beside it"
                        : "";
            case EOPNOTSUPP -> ": has the kernel the module " + kind + "?";
            default -> "";
        };
    }

    void delete(String name) {
        execute(LinkCodec.delete(name)).ignoring(ENODEV).orFail("delete link", name);
    }

    void setUp(String name) {
        execute(LinkCodec.setFlags(name, IFF_UP, IFF_UP)).orFail("set up link", name);
    }

    void setDown(String name) {
        execute(LinkCodec.setFlags(name, 0, IFF_UP)).orFail("set down link", name);
    }

    void set(LinkChange.SetPromiscuous set) {
        execute(LinkCodec.setFlags(set.link(), set.on() ? IFF_PROMISC : 0, IFF_PROMISC))
                .orFail("set promiscuity of link", set.link());
    }

    void set(LinkChange.SetAllMulticast set) {
        execute(LinkCodec.setFlags(set.link(), set.on() ? IFF_ALLMULTI : 0, IFF_ALLMULTI))
                .orFail("set allmulticast of link", set.link());
    }

    void set(LinkChange.SetMac set) {
        execute(LinkCodec.setMac(set.link(), set.mac())).orFail("set MAC " + set.mac() + " of link", set.link());
    }

    void set(LinkChange.SetMtu set) {
        execute(LinkCodec.setMtu(set.link(), set.mtuBytes()))
                .orFail("set MTU " + set.mtuBytes() + " of link", set.link());
    }

    void set(LinkChange.SetTxQueueLength set) {
        execute(LinkCodec.setTxQueueLength(set.link(), set.packets()))
                .orFail("set transmit queue length " + set.packets() + " of link", set.link());
    }

    void set(LinkChange.SetAlias alias) {
        execute(LinkCodec.set(alias)).orFail("set the alias of link", alias.link());
    }

    void pinMac(String name) {
        MacAddress mac = get(name)
                .mac()
                .orElseThrow(() -> new KernelException("pin the MAC of link " + name + ": it has none", 0));
        execute(LinkCodec.setMac(name, mac)).orFail("pin the MAC of link", name);
    }

    void set(LinkChange.SetMaster set) {
        execute(LinkCodec.setMaster(set.link(), index(set.master())))
                .orFail("make a port of " + set.master() + " of link", set.link());
    }

    void clearMaster(String name) {
        execute(LinkCodec.setMaster(name, 0)).orFail("make a port of no other of link", name);
    }

    /** Moves a link, or leaves it where it is. */
    void move(LinkChange.MoveLink move, Namespace to) {
        Link link = get(move.link());
        Links there = new Links(to);
        if (there.find(move.name()).isPresent()) {
            throw notMoved(move, Errno.text(EEXIST) + ": there is a link of this name there already", EEXIST);
        }
        namespace.indexes().remove(move.link());
        to.indexes().remove(move.name());
        Ack ack = execute(LinkCodec.move(link.index(), to.fd().number(), move.name()));
        if (!ack.isOk()) {
            if (find(move.link()).isEmpty()) {
                there.sendBack(move.link(), namespace);
            }
            throw notMoved(move, ack.text(), ack.errno());
        }
    }

    /** The name was taken while the link was on its way: it has come under its old name. */
    private void sendBack(String name, Namespace home) {
        execute(LinkCodec.move(index(name), home.fd().number(), name)).orFail("move back link", name);
    }

    private static KernelException notMoved(LinkChange.MoveLink move, String why, int errno) {
        String side = move.to() == Side.POD ? "into the container" : "to the host";
        return new KernelException("move " + move.link() + " " + side + " as " + move.name() + ": " + why, errno);
    }

    void set(LinkChange.SetBridgePort port) {
        execute(LinkCodec.set(port)).orFail("set hairpin and isolation of bridge port", port.link());
    }

    void add(LinkChange.AddBridgeVlan vlan) {
        Ack ack = execute(LinkCodec.addVlan(index(vlan.link()), vlan.vlanId(), vlan.untagged()));
        vlanAnswer(ack, "add VLAN " + vlan.vlanId() + " to bridge port", vlan.link());
    }

    void clearVlans(String name) {
        vlanAnswer(execute(LinkCodec.deleteAllVlans(index(name))), "clear the VLANs of bridge port", name);
    }

    private static void vlanAnswer(Ack ack, String verb, String name) {
        if (ack.is(EOPNOTSUPP) || ack.is(ENOTSUPP)) {
            throw new KernelException(
                    verb + " " + name + ": " + ack.text()
                            + ": is it a bridge port, and has the kernel CONFIG_BRIDGE_VLAN_FILTERING?",
                    ack.errno());
        }
        ack.orFail(verb, name);
    }

    /** The kernel brings its own view of the carrier up to date before it answers RTM_GETLINK (linkwatch_sync_dev). */
    void awaitUp(LinkChange.AwaitUp wait) {
        String name = wait.link();
        if (!Waiting.until(() -> state(name).isReady(), wait.timeoutMillis())) {
            throw new KernelException(
                    "bridge port in error state: " + state(name) + ": " + name + " was not up after "
                            + wait.timeoutMillis() + " ms",
                    0);
        }
    }

    boolean isUp(String name) {
        return state(name).isUp();
    }

    private LinkState state(String name) {
        return socket().find(LinkCodec.byName(name), LinkReader::state, ENODEV, name)
                .orElseThrow(() -> noSuchLink(name));
    }

    private Ack execute(Request request) {
        return socket().execute(request);
    }

    private NetlinkSocket socket() {
        return namespace.route();
    }

    private static KernelException noSuchLink(String name) {
        return new KernelException("look up link " + name + ": " + Errno.text(ENODEV), ENODEV);
    }
}
