package dev.hawser.kernel;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import java.net.InetAddress;
import java.util.Optional;

/**
 * A port of the host that leads to one of a container.
 *
 * @param protocol whose port it is
 * @param hostAddress the address of the host that is meant; absent, all of this family
 * @param hostPort 1 to 65535
 * @param address the container's, with the length of its subnet's prefix
 * @param port the container's
 * @param conditions what else must be true of a packet, in the words of nft(8); empty for nothing else
 */
public record PublishedPort(
        Protocol protocol, Optional<InetAddress> hostAddress, int hostPort, Cidr address, int port, String conditions) {

    private static final int HASH_DIGITS = 12;

    /** Whose connections to a published port come to the container from the host's own address. */
    public enum Masqueraded {
        /** Nobody's. */
        NOBODY,
        /**
         * Those of the container's own subnet, itself included, for it answers them directly; and those of the host that come
         * from 127.0.0.0/8.
         */
        SUBNET,
        /** Everybody's. */
        EVERYBODY
    }

    public boolean isIpv4() {
        return address.isIpv4();
    }

    /**
     * The map in table inet hawser that it is an element of: {@code ports-ip} for all addresses of the host,
     * {@code host-ports-ip6} for one; if there are conditions, with a hash of them.
     */
    public String map() {
        return (hostAddress.isPresent() ? "host-ports-" : "ports-") + family() + suffix();
    }

    /** The chain that looks into the maps of this family and these conditions: {@code published-ip}. */
    public String chain() {
        return "published-" + family() + suffix();
    }

    /**
     * The set of those container's ports whose connections are masqueraded, and the chain that looks into it.
     *
     * @param masqueraded SUBNET: {@code hairpin-10.1.0.0-16}; EVERYBODY: {@code hairpin-all-ip}
     */
    public String hairpinSet(Masqueraded masqueraded) {
        String subnet = address.network().toString().replace('/', '-').replace(':', '_');
        return "hairpin-" + (masqueraded == Masqueraded.EVERYBODY ? "all-" + family() : subnet);
    }

    /** {@code ip} or {@code ip6}. */
    public String family() {
        return isIpv4() ? "ip" : "ip6";
    }

    private String suffix() {
        return conditions.isEmpty() ? "" : "-" + Sha256.hex(conditions, HASH_DIGITS);
    }

    /** {@code 8080/tcp of the host}, {@code 8080/tcp of 192.0.2.1}. */
    public String hostSide() {
        return hostPort + "/" + protocol.word() + " of "
                + hostAddress.map(IpMath::text).orElse("the host");
    }

    /** Its element as nft(8) writes it. */
    String element(Attachment owner) {
        return "{ " + hostAddress.map(host -> IpMath.text(host) + " . ").orElse("") + protocol.word() + " . " + hostPort
                + " comment \"" + owner.abbreviated() + "\" : " + IpMath.text(address.address()) + " . " + port + " }";
    }

    /** The element of its {@link #hairpinSet} as nft(8) writes it. */
    String hairpin(Attachment owner) {
        return "{ " + IpMath.text(address.address()) + " . " + protocol.word() + " . " + hostPort + " comment \""
                + owner.abbreviated() + "\" }";
    }
}
