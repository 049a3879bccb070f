package dev.hawser.ipam;

import dev.hawser.ip.IpMath;
import java.net.InetAddress;
import java.util.Comparator;

/** An address that is taken, and by whom. */
public record Lease(InetAddress address, Owner owner) {

    static final Comparator<Lease> BY_ADDRESS = Comparator.comparing(Lease::address, IpMath::compare);

    @Override
    public String toString() {
        return IpMath.text(address) + " " + owner;
    }
}
