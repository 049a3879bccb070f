package dev.hawser.dhcp;

import dev.hawser.kernel.Frames;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Side;
import java.time.Duration;
import java.util.Optional;

/** A real link. What comes in and is no message is nobody's: anybody may send to a port. */
record FrameWire(Frames frames) implements Wire {

    static FrameWire open(Kernel pod, String link) {
        return new FrameWire(pod.frames(Side.POD, link, Packet.CLIENT_PORT));
    }

    @Override
    public void send(Packet packet) {
        frames.send(packet.frame());
    }

    @Override
    public Optional<Packet> receive(Duration atMost) {
        return frames.receive(atMost).flatMap(FrameWire::packet);
    }

    private static Optional<Packet> packet(byte[] frame) {
        try {
            return Optional.of(Packet.parse(frame));
        } catch (MalformedMessage notOurs) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        frames.close();
    }
}
