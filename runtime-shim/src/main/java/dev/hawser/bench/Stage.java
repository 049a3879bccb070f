package dev.hawser.bench;

import dev.hawser.kernel.Change;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.LinkKind;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.QdiscChange;
import dev.hawser.kernel.Side;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The node that the bench plays on: this process's own namespaces, with pods that are there before anything is measured. It
 * goes when the process does, and everything with it.
 */
final class Stage implements AutoCloseable {

    private static final Path NAMESPACES = Path.of("/run/netns");

    private final List<Pod> pods;
    private final Pod neighbours;
    private final Map<String, Integer> ports = new HashMap<>();

    private Stage(List<Pod> pods, Pod neighbours) {
        this.pods = List.copyOf(pods);
        this.neighbours = neighbours;
    }

    /**
     * Prepares the namespaces that this process was started in, which must be its own: /run is hidden under an empty one.
     *
     * @param pods how many of them there shall be
     */
    static Stage prepare(int pods) throws IOException {
        Programs.run("mount", "-t", "tmpfs", "tmpfs", "/run");
        Programs.run("ip", "link", "set", "lo", "up");
        List<String> names = new ArrayList<>(
                IntStream.range(0, pods).mapToObj(i -> "pod" + i).toList());
        names.add("neighbours");
        Programs.feed(
                names.stream().map(name -> "netns add " + name + "\n").collect(Collectors.joining()),
                "ip",
                "-batch",
                "-");
        List<Pod> opened =
                names.stream().map(name -> Pod.open(NAMESPACES.resolve(name))).toList();
        return new Stage(opened.subList(0, pods), opened.getLast());
    }

    /** All pods. */
    List<Pod> pods() {
        return pods;
    }

    /** The pod of all work that is done one after another. */
    Pod pod() {
        return pods.getFirst();
    }

    /** Gives a bridge so many attachments of others; one that has more keeps them. */
    void attachNeighbours(String bridge, int attachments) {
        apply(new LinkChange.AddBridge(bridge, OptionalInt.empty(), false));
        apply(new LinkChange.SetUp(bridge));
        for (int i = ports.getOrDefault(bridge, 0); i < attachments; i++) {
            attachNeighbour(bridge, neighbour(bridge, i));
            ports.put(bridge, i + 1);
        }
    }

    /**
     * Limits what a neighbour on a bridge sends, as its network would. The kernel arms its hooks for that with a node's first limited
     * pod and disarms them with the last, which takes it as long as the rest of the limits: a node that has pods is past that.
     */
    void limitNeighbour(String bridge) {
        String ifb = bridge + "i";
        apply(new LinkChange.AddLink(ifb, new LinkKind.Ifb(), Optional.empty(), OptionalInt.empty()));
        apply(new LinkChange.SetUp(ifb));
        apply(new QdiscChange.AddIngress(neighbour(bridge, 0)));
        apply(new QdiscChange.Redirect(neighbour(bridge, 0), ifb));
    }

    private static String neighbour(String bridge, int number) {
        return bridge + "n" + number;
    }

    private void attachNeighbour(String bridge, String name) {
        long bits = Integer.toUnsignedLong(name.hashCode()) << 1;
        apply(new LinkChange.AddVeth(
                name,
                MacAddress.locallyAdministered(bits << 8),
                Optional.of(bridge),
                Side.POD,
                name,
                MacAddress.locallyAdministered(bits << 8 | 1),
                OptionalInt.empty()));
        silence(Side.HOST, name);
        silence(Side.POD, name);
        apply(new LinkChange.SetUp(name));
        neighbours.kernel().apply(Side.POD, new LinkChange.SetUp(name));
    }

    /**
     * Neighbours that came at once would for a while announce themselves to each other, a million packets on a large bridge,
     * where those of a real node came long ago and are silent: no IPv6, no announcement.
     */
    private void silence(Side side, String link) {
        neighbours.kernel().apply(side, new Change.SetSysctl("net/ipv6/conf/" + link + "/disable_ipv6", "1", false));
    }

    private void apply(Change change) {
        neighbours.kernel().apply(Side.HOST, change);
    }

    @Override
    public void close() {
        pods.forEach(Pod::close);
        neighbours.close();
    }
}
