package dev.hawser.ipam;

import dev.hawser.ip.IpMath;
import java.net.InetAddress;

/** An address that is taken, and by whom. */
public record Lease(InetAddress address, Owner owner) {

    @Override
    public String toString() {
        return IpMath.text(address) + " " + owner;
    }
}
