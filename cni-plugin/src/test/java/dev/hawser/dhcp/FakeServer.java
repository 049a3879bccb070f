package dev.hawser.dhcp;

import dev.hawser.ip.IpMath;
import dev.hawser.kernel.MacAddress;
import java.net.InetAddress;
import java.util.HexFormat;
import java.util.Optional;

/** A DHCP server that always has the same address to give. */
class FakeServer {

    static final MacAddress MAC = MacAddress.parse("02:00:00:00:00:01");
    static final InetAddress ADDRESS = IpMath.parse("192.0.2.1");
    static final InetAddress LEASED = IpMath.parse("192.0.2.17");

    private final Options granted;

    /** A server with an hour to give. */
    FakeServer() {
        this(Options.NONE
                .withSeconds(OptionCode.LEASE_TIME, 3600)
                .with(OptionCode.SUBNET_MASK, HexFormat.of().parseHex("ffffff00"))
                .withAddress(OptionCode.ROUTER, ADDRESS));
    }

    /** @param granted the options of its offers and acknowledgements */
    FakeServer(Options granted) {
        this.granted = granted;
    }

    /** What the protocol wants it to say. */
    Optional<Packet> answer(Packet packet) {
        return switch (packet.message().type()) {
            case DISCOVER -> Optional.of(offer(packet));
            case REQUEST -> Optional.of(ack(packet));
            default -> Optional.empty();
        };
    }

    Packet offer(Packet discover) {
        return reply(discover, MessageType.OFFER, LEASED, granted);
    }

    Packet ack(Packet request) {
        return reply(request, MessageType.ACK, LEASED, granted);
    }

    Packet nak(Packet request, String why) {
        Options options = Options.NONE.with(OptionCode.MESSAGE, why.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return reply(request, MessageType.NAK, Message.NO_ADDRESS, options);
    }

    Packet reply(Packet question, MessageType type, InetAddress your, Options options) {
        Options all = options.with(OptionCode.MESSAGE_TYPE, (byte) type.number())
                .withAddress(OptionCode.SERVER_IDENTIFIER, ADDRESS);
        Message asked = question.message();
        Message message =
                new Message(true, asked.transactionId(), 0, asked.broadcast(), asked.client(), your, asked.mac(), all);
        return new Packet(MAC, question.from(), ADDRESS, LEASED, Packet.SERVER_PORT, Packet.CLIENT_PORT, message);
    }
}
