package dev.hawser.netlink;

import java.nio.ByteBuffer;

/** A C struct that stands before the attributes of a message, such as {@code struct ifinfomsg}. */
@FunctionalInterface
public interface FixedHeader {

    /** Writes the struct at the buffer's position, in the machine's byte order. */
    void writeTo(ByteBuffer out);
}
