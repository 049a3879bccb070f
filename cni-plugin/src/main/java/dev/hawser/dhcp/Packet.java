package dev.hawser.dhcp;

import dev.hawser.ip.IpMath;
import dev.hawser.kernel.MacAddress;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A message on its way: UDP in IPv4 in an Ethernet frame.
 *
 * {@snippet lang=text :
 *  Ethernet  destination (6), source (6), type 08 00
 *  IPv4      version 4 and header length, TOS, total length (2), id (2), fragment (2), TTL, protocol 17,
 *            checksum (2), source (4), destination (4), options
 *  UDP       source port (2), destination port (2), length (2), checksum (2)
 * }
 *
 * @param from whose frame it is: the server, or the router or relay on the way to it
 * @param to the frame's destination
 */
record Packet(
        MacAddress from,
        MacAddress to,
        InetAddress source,
        InetAddress destination,
        int sourcePort,
        int destinationPort,
        Message message) {

    static final int SERVER_PORT = 67;
    static final int CLIENT_PORT = 68;
    static final MacAddress EVERYBODY = MacAddress.parse("ff:ff:ff:ff:ff:ff");
    static final InetAddress BROADCAST = IpMath.parse("255.255.255.255");

    private static final int ETHERNET_BYTES = 14;
    private static final int IP_BYTES = 20;
    private static final int UDP_BYTES = 8;
    private static final int ETH_P_IP = 0x0800;
    private static final int VERSION_4 = 0x40;
    private static final byte TTL = 64;
    private static final byte UDP = 17;

    /** More fragments, and the offset. */
    private static final int FRAGMENT = 0x3fff;

    private static final int MAC_BYTES = 6;

    /** From a client to every server. */
    static Packet toEverybody(MacAddress from, InetAddress source, Message message) {
        return new Packet(from, EVERYBODY, source, BROADCAST, CLIENT_PORT, SERVER_PORT, message);
    }

    /**
     * Reads a frame.
     *
     * <p>The checksum of IP is looked at, that of UDP is not: on virtual links the sender's kernel leaves it to hardware that
     * is not there (CHECKSUM_PARTIAL), so that it is wrong in most frames that a packet socket sees.
     *
     * @throws MalformedMessage if it does not carry one whole message
     */
    static Packet parse(byte[] frame) {
        ByteBuffer in = ByteBuffer.wrap(frame);
        require(frame.length >= ETHERNET_BYTES + IP_BYTES + UDP_BYTES, "too short");
        require(Short.toUnsignedInt(in.getShort(12)) == ETH_P_IP, "no IPv4");
        ByteBuffer ip = in.slice(ETHERNET_BYTES, frame.length - ETHERNET_BYTES);
        int headerBytes = (ip.get(0) & 0x0f) * 4;
        int totalBytes = Short.toUnsignedInt(ip.getShort(2));
        require((ip.get(0) & 0xf0) == VERSION_4 && headerBytes >= IP_BYTES, "no IPv4");
        require(totalBytes >= headerBytes + UDP_BYTES && totalBytes <= ip.capacity(), "cut off");
        require(checksum(sum(ip.slice(0, headerBytes))) == 0, "a wrong checksum");
        require(ip.get(9) == UDP && (ip.getShort(6) & FRAGMENT) == 0, "no whole datagram of UDP");
        ByteBuffer udp = ip.slice(headerBytes, totalBytes - headerBytes);
        int udpBytes = Short.toUnsignedInt(udp.getShort(4));
        require(udpBytes >= UDP_BYTES && udpBytes <= udp.capacity(), "cut off");
        byte[] payload = new byte[udpBytes - UDP_BYTES];
        udp.get(UDP_BYTES, payload);
        return new Packet(
                MacAddress.of(Arrays.copyOfRange(frame, MAC_BYTES, 2 * MAC_BYTES)),
                MacAddress.of(Arrays.copyOfRange(frame, 0, MAC_BYTES)),
                address(ip, 12),
                address(ip, 16),
                Short.toUnsignedInt(udp.getShort(0)),
                Short.toUnsignedInt(udp.getShort(2)),
                Message.parse(payload));
    }

    private static void require(boolean holds, String why) {
        if (!holds) {
            throw new MalformedMessage("a frame with " + why);
        }
    }

    private static InetAddress address(ByteBuffer ip, int at) {
        byte[] octets = new byte[4];
        ip.get(at, octets);
        return IpMath.of(octets);
    }

    byte[] frame() {
        byte[] payload = message.bytes();
        int udpBytes = UDP_BYTES + payload.length;
        ByteBuffer out = ByteBuffer.allocate(ETHERNET_BYTES + IP_BYTES + udpBytes);
        out.put(to.octets()).put(from.octets()).putShort((short) ETH_P_IP);
        putIp(out.slice(ETHERNET_BYTES, IP_BYTES), udpBytes);
        putUdp(out.slice(ETHERNET_BYTES + IP_BYTES, udpBytes), payload);
        return out.array();
    }

    private void putIp(ByteBuffer ip, int udpBytes) {
        ip.put((byte) (VERSION_4 | IP_BYTES / 4)).put((byte) 0).putShort((short) (IP_BYTES + udpBytes));
        ip.putShort((short) 0).putShort((short) 0);
        ip.put(TTL).put(UDP).putShort((short) 0);
        ip.put(source.getAddress()).put(destination.getAddress());
        ip.putShort(10, (short) checksum(sum(ip.flip())));
    }

    private void putUdp(ByteBuffer udp, byte[] payload) {
        udp.putShort((short) sourcePort).putShort((short) destinationPort);
        udp.putShort((short) udp.capacity()).putShort((short) 0).put(payload);
        int checksum = checksum(pseudoHeader(udp.capacity()) + sum(udp.flip()));
        // 0 would mean that there is none (RFC 768).
        udp.putShort(6, (short) (checksum == 0 ? 0xffff : checksum));
    }

    private long pseudoHeader(int udpBytes) {
        ByteBuffer header = ByteBuffer.allocate(12);
        header.put(source.getAddress()).put(destination.getAddress());
        header.put((byte) 0).put(UDP).putShort((short) udpBytes);
        return sum(header.flip());
    }

    /** Of 16-bit words; an odd last byte counts as if a zero followed (RFC 1071). */
    private static long sum(ByteBuffer bytes) {
        long sum = 0;
        int i = 0;
        for (; i + 1 < bytes.limit(); i += 2) {
            sum += Short.toUnsignedInt(bytes.getShort(i));
        }
        return i < bytes.limit() ? sum + (Byte.toUnsignedInt(bytes.get(i)) << 8) : sum;
    }

    private static int checksum(long sum) {
        long folded = sum;
        while (folded > 0xffff) {
            folded = (folded & 0xffff) + (folded >>> 16);
        }
        return (int) ~folded & 0xffff;
    }

    /** Whether a client can have this address. */
    static boolean isUsable(InetAddress address) {
        return address instanceof Inet4Address
                && !address.isAnyLocalAddress()
                && !address.isLoopbackAddress()
                && !address.isMulticastAddress()
                && !address.equals(BROADCAST);
    }
}
