package dev.hawser.dhcp;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** A wire with somebody at its other end, and a clock that moves only while nothing comes. */
final class FakeWire implements Wire {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final Function<Packet, List<Packet>> other;
    private final Deque<Packet> coming = new ArrayDeque<>();
    private long nanos;

    /** What was sent, with when. */
    final List<Packet> sent = new ArrayList<>();

    final List<Duration> sentAfter = new ArrayList<>();

    /** @param other what the other end sends when it gets something */
    FakeWire(Function<Packet, List<Packet>> other) {
        this.other = other;
    }

    /** A wire to a server that obeys the protocol. */
    static FakeWire to(FakeServer server) {
        return new FakeWire(packet -> server.answer(packet).stream().toList());
    }

    Clocks clocks() {
        InstantSource wall = () -> START.plusNanos(nanos);
        return new Clocks(() -> nanos, wall);
    }

    Duration elapsed() {
        return Duration.ofNanos(nanos);
    }

    List<MessageType> types() {
        return sent.stream().map(packet -> packet.message().type()).toList();
    }

    /** Through bytes, as on a real one. */
    @Override
    public void send(Packet packet) {
        sent.add(packet);
        sentAfter.add(elapsed());
        for (Packet answer : other.apply(Packet.parse(packet.frame()))) {
            coming.add(Packet.parse(answer.frame()));
        }
    }

    @Override
    public Optional<Packet> receive(Duration atMost) {
        Optional<Packet> next = Optional.ofNullable(coming.poll());
        if (next.isEmpty()) {
            nanos += atMost.toNanos();
        }
        return next;
    }

    @Override
    public void close() {}
}
