package dev.hawser.kernel;

import java.time.Duration;
import java.util.Optional;

/**
 * The Ethernet frames of one link, past its addresses, routes and rules (packet(7)): the way to speak before the link has an
 * address. Only frames that carry an unfragmented UDP datagram in IPv4 to one port come in. For one thread at a time.
 */
public interface Frames extends AutoCloseable {

    /**
     * Sends one frame.
     *
     * @param frame from its destination address to the end of its payload
     * @throws KernelException ENETDOWN if the link is down, ENXIO or ENODEV if it is gone
     */
    void send(byte[] frame);

    /**
     * Waits for the next frame.
     *
     * @param atMost how long; nothing is waited for if it is zero or less
     * @return from its destination address to its end; empty if none came in time
     */
    Optional<byte[]> receive(Duration atMost);

    @Override
    void close();
}
