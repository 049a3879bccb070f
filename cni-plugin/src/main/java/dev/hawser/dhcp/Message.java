package dev.hawser.dhcp;

import dev.hawser.ip.IpMath;
import dev.hawser.kernel.MacAddress;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A DHCP message of a link that has Ethernet addresses (RFC 2131, 2).
 *
 * {@snippet lang=text :
 *   0                   1                   2                   3
 *  +---------------+---------------+---------------+---------------+
 *  |  op: 1, 2     |  htype: 1     |  hlen: 6      |  hops         |
 *  +---------------+---------------+---------------+---------------+
 *  |                             xid                               |
 *  +-------------------------------+-------------------------------+
 *  |             secs              |B|           flags             |
 *  +-------------------------------+-------------------------------+
 *  |  ciaddr: the client's, if it has one already                  |
 *  |  yiaddr: the client's, as the server says                     |
 *  |  siaddr: where to boot from next                              |
 *  |  giaddr: the relay's                                          |
 *  +---------------------------------------------------------------+
 *  |  chaddr (16): the client's Ethernet address                   |
 *  |  sname (64), file (128): texts, or more options               |
 *  +---------------------------------------------------------------+
 *  |  magic cookie 63 82 53 63, options                            |
 *  +---------------------------------------------------------------+
 * }
 *
 * @param reply whether it comes from a server (BOOTREPLY)
 * @param transactionId xid
 * @param seconds secs: since the client began
 * @param broadcast whether the client can only hear broadcasts as yet
 * @param client ciaddr
 * @param your yiaddr
 * @param mac chaddr
 * @param options those of {@code sname} and {@code file} among them (RFC 2132, 9.3)
 */
record Message(
        boolean reply,
        int transactionId,
        int seconds,
        boolean broadcast,
        InetAddress client,
        InetAddress your,
        MacAddress mac,
        Options options) {

    static final InetAddress NO_ADDRESS = IpMath.parse("0.0.0.0");

    private static final byte REQUEST = 1;
    private static final byte REPLY = 2;
    private static final byte ETHERNET = 1;
    private static final byte MAC_BYTES = 6;
    private static final int BROADCAST_FLAG = 0x8000;
    private static final int MAGIC_COOKIE = 0x63825363;

    private static final int HARDWARE_ADDRESS = 28;
    private static final int SERVER_NAME = 44;
    private static final int FILE = 108;
    private static final int COOKIE = 236;
    private static final int OPTIONS = 240;

    /** What BOOTP's messages had, and relays of that time insist on (RFC 1542, 2.1). */
    private static final int SHORTEST = 300;

    private static final int IN_FILE = 1;
    private static final int IN_SERVER_NAME = 2;

    MessageType type() {
        return options.messageType().orElseThrow();
    }

    /**
     * Reads a message.
     *
     * @throws MalformedMessage if it is none, or not one for Ethernet, or says no type
     */
    static Message parse(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (bytes.length < OPTIONS || in.getInt(COOKIE) != MAGIC_COOKIE) {
            throw new MalformedMessage("no DHCP message: its magic cookie is missing");
        }
        byte op = in.get(0);
        if ((op != REQUEST && op != REPLY) || in.get(1) != ETHERNET || in.get(2) != MAC_BYTES) {
            throw new MalformedMessage("no DHCP message for Ethernet");
        }
        Options options = options(in);
        if (options.messageType().isEmpty()) {
            throw new MalformedMessage("no DHCP message: it says no type");
        }
        return new Message(
                op == REPLY,
                in.getInt(4),
                Short.toUnsignedInt(in.getShort(8)),
                (in.getShort(10) & BROADCAST_FLAG) != 0,
                address(in, 12),
                address(in, 16),
                MacAddress.of(Arrays.copyOfRange(bytes, HARDWARE_ADDRESS, HARDWARE_ADDRESS + MAC_BYTES)),
                options);
    }

    private static Options options(ByteBuffer in) {
        Options options = Options.parse(in.slice(OPTIONS, in.capacity() - OPTIONS));
        int overload = options.find(OptionCode.OVERLOAD)
                .filter(value -> value.length == 1)
                .map(value -> (int) value[0])
                .orElse(0);
        if ((overload & IN_FILE) != 0) {
            options = options.joinedWith(Options.parse(in.slice(FILE, COOKIE - FILE)));
        }
        if ((overload & IN_SERVER_NAME) != 0) {
            options = options.joinedWith(Options.parse(in.slice(SERVER_NAME, FILE - SERVER_NAME)));
        }
        return options;
    }

    private static InetAddress address(ByteBuffer in, int at) {
        byte[] octets = new byte[4];
        in.get(at, octets);
        return IpMath.of(octets);
    }

    byte[] bytes() {
        byte[] tail = options.bytes();
        ByteBuffer out = ByteBuffer.allocate(Math.max(SHORTEST, OPTIONS + tail.length));
        out.put(reply ? REPLY : REQUEST).put(ETHERNET).put(MAC_BYTES).put((byte) 0);
        out.putInt(transactionId);
        out.putShort((short) seconds).putShort((short) (broadcast ? BROADCAST_FLAG : 0));
        out.put(client.getAddress()).put(your.getAddress());
        out.put(HARDWARE_ADDRESS, mac.octets());
        out.putInt(COOKIE, MAGIC_COOKIE).put(OPTIONS, tail);
        return out.array();
    }
}
