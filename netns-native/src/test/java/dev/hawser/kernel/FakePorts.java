package dev.hawser.kernel;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The published ports of a {@link FakeKernel}. */
final class FakePorts {

    private record Place(String map, Protocol protocol, Optional<InetAddress> hostAddress, int hostPort) {

        static Place of(PublishedPort port) {
            return new Place(port.map(), port.protocol(), port.hostAddress(), port.hostPort());
        }
    }

    private record Holding(Attachment owner, PublishedPort port, PublishedPort.Masqueraded masqueraded) {}

    private final Map<Place, Holding> holdings = new LinkedHashMap<>();

    void publish(FirewallChange.PublishPorts change) {
        Attachment owner = change.owner().abbreviated();
        for (PublishedPort port : change.ports()) {
            holding(port).filter(held -> !held.owner().equals(owner)).ifPresent(held -> {
                throw new KernelException(
                        "publish " + port.hostSide() + ": it is taken by " + held.owner(), Errno.EEXIST);
            });
        }
        unpublish(owner);
        change.ports().forEach(port -> holdings.put(Place.of(port), new Holding(owner, port, change.masqueraded())));
    }

    void unpublish(Attachment owner) {
        holdings.values().removeIf(held -> held.owner().equals(owner.abbreviated()));
    }

    List<String> missing(FirewallChange.PublishPorts wanted) {
        List<String> missing = new ArrayList<>();
        for (PublishedPort port : wanted.ports()) {
            Holding expected = new Holding(wanted.owner().abbreviated(), port, wanted.masqueraded());
            if (!holding(port).equals(Optional.of(expected))) {
                missing.add(port.hostSide());
            }
        }
        return missing;
    }

    List<Attachment> publishers() {
        return holdings.values().stream().map(Holding::owner).distinct().toList();
    }

    private Optional<Holding> holding(PublishedPort port) {
        return Optional.ofNullable(holdings.get(Place.of(port)));
    }
}
