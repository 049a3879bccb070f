package dev.hawser.kernel;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The frames of a {@link FakeLink}: what is sent into one end of a veth comes out of the other, and bridges nothing. */
final class FakeFrames implements Frames {

    private static final int ETHER_TYPE = 12;
    private static final int FRAGMENT = 20;
    private static final int PROTOCOL = 23;
    private static final int IP_HEADER = 14;
    private static final int ETH_P_IP = 0x0800;
    private static final int FRAGMENT_OFFSET = 0x1fff;
    private static final int UDP = 17;

    private final FakeLink link;
    private final int udpPort;
    private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();

    FakeFrames(FakeLink link, int udpPort) {
        this.link = link;
        this.udpPort = udpPort;
        link.listeners.add(this);
    }

    @Override
    public void send(byte[] frame) {
        if (!link.up) {
            throw new KernelException("send to " + link.name + ": " + Errno.text(Errno.ENETDOWN), Errno.ENETDOWN);
        }
        link.peer
                .filter(end -> end.up)
                .ifPresent(end -> end.listeners.stream()
                        .filter(listener -> listener.hears(frame))
                        .forEach(listener -> listener.received.add(frame.clone())));
    }

    private boolean hears(byte[] frame) {
        return word(frame, ETHER_TYPE) == ETH_P_IP
                && frame[PROTOCOL] == UDP
                && (word(frame, FRAGMENT) & FRAGMENT_OFFSET) == 0
                && word(frame, IP_HEADER + 4 * (frame[IP_HEADER] & 0xf) + 2) == udpPort;
    }

    private static int word(byte[] frame, int at) {
        return at + 1 < frame.length ? Byte.toUnsignedInt(frame[at]) << 8 | Byte.toUnsignedInt(frame[at + 1]) : -1;
    }

    @Override
    public Optional<byte[]> receive(Duration atMost) {
        try {
            return Optional.ofNullable(received.poll(Math.max(0, atMost.toNanos()), TimeUnit.NANOSECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        link.listeners.remove(this);
    }
}
