package dev.hawser.dhcp;

import dev.hawser.kernel.FakeKernel;
import dev.hawser.kernel.Frames;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.Side;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** A container's {@code eth0} in a fake kernel, with a DHCP server at the node's end of it. */
final class ServedLink implements AutoCloseable {

    static final MacAddress MAC = MacAddress.parse("02:00:00:00:00:02");

    private static final Duration PAUSE = Duration.ofMillis(20);

    /** Open before anybody sends: what nobody listened to would be sent again after a second or more. */
    private final Frames frames;

    private final Thread server = Thread.ofPlatform().daemon().unstarted(this::serve);
    private volatile boolean closed;
    private volatile Function<Packet, Optional<Packet>> answers;

    /** What the server has got. */
    final List<Packet> received = new CopyOnWriteArrayList<>();

    private ServedLink(FakeKernel kernel, Function<Packet, Optional<Packet>> answers) {
        this.frames = kernel.frames(Side.HOST, "veth1", Packet.SERVER_PORT);
        this.answers = answers;
    }

    /** A link that is down at the container's end. */
    static ServedLink in(FakeKernel kernel, FakeServer server) {
        kernel.apply(
                Side.HOST,
                new LinkChange.AddVeth(
                        "veth1", FakeServer.MAC, Optional.empty(), Side.POD, "eth0", MAC, OptionalInt.empty()));
        kernel.apply(Side.HOST, new LinkChange.SetUp("veth1"));
        ServedLink link = new ServedLink(kernel, server::answer);
        link.server.start();
        return link;
    }

    /** Has the server say something else from now on. */
    void answer(Function<Packet, Optional<Packet>> others) {
        answers = others;
    }

    List<MessageType> types() {
        return received.stream().map(packet -> packet.message().type()).toList();
    }

    private void serve() {
        try (frames) {
            while (!closed) {
                frames.receive(PAUSE).map(Packet::parse).ifPresent(this::serve);
            }
        }
    }

    private void serve(Packet packet) {
        received.add(packet);
        answers.apply(packet).ifPresent(answer -> frames.send(answer.frame()));
    }

    @Override
    public void close() {
        closed = true;
        try {
            server.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
