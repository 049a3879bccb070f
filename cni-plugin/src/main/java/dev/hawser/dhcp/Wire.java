package dev.hawser.dhcp;

import java.time.Duration;
import java.util.Optional;

/** What a client sends on and listens to. */
interface Wire extends AutoCloseable {

    /**
     * Sends a packet.
     *
     * @throws dev.hawser.kernel.KernelException if the link is down or gone
     */
    void send(Packet packet);

    /**
     * Waits for a packet.
     *
     * @param atMost how long
     * @return empty if none came in time, and perhaps before that
     */
    Optional<Packet> receive(Duration atMost);

    @Override
    void close();
}
