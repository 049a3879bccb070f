package dev.hawser.dhcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.ip.IpMath;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.MacAddress;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** What holds for every message, and for all bytes. */
class MessagePropertyTest {

    private static final Ask ASK = Ask.of(new Attachment("lan", "c1", "eth0")).request(List.of(6, 15, 119, 121));

    @Property
    void whatIsWrittenIsReadAgain(@ForAll("messages") Message message) {
        assertEquals(message, Message.parse(message.bytes()));
    }

    @Property
    void whatIsSentIsReceived(@ForAll("packets") Packet packet) {
        assertEquals(packet, Packet.parse(packet.frame()));
    }

    @Property
    void optionsSurviveAFile(@ForAll("options") Options options) {
        assertEquals(options, Options.ofHex(options.hex()));
    }

    @Property
    void theChecksumOfUdpIsRight(@ForAll("packets") Packet packet) {
        ByteBuffer frame = ByteBuffer.wrap(packet.frame());
        ByteBuffer udp = frame.slice(34, frame.capacity() - 34);
        long sum = 17L + udp.capacity();
        for (int i = 26; i < 34; i += 2) {
            sum += Short.toUnsignedInt(frame.getShort(i));
        }
        for (int i = 0; i < udp.capacity(); i += 2) {
            sum += i + 1 < udp.capacity() ? Short.toUnsignedInt(udp.getShort(i)) : Byte.toUnsignedInt(udp.get(i)) << 8;
        }
        assertEquals(0, sum % 0xffff, "of a right one, the sum of all words is all ones");
    }

    @Property
    void anyBytesAreAMessageOrNone(@ForAll byte[] bytes) {
        read(() -> Message.parse(bytes));
        read(() -> Packet.parse(bytes));
    }

    /** Everything that looks at a message, after damage at any one place. */
    @Property(tries = 5000)
    void aDamagedPacketIsAPacketOrNone(
            @ForAll("packets") Packet packet, @ForAll @IntRange(max = 4000) int at, @ForAll byte value) {
        byte[] frame = packet.frame();
        frame[at % frame.length] = value;
        read(() -> use(Packet.parse(frame)));
    }

    /** Any value of every option that the client understands. */
    @Property(tries = 2000)
    void anyValueOfAnOptionIsOfUseOrNone(
            @ForAll("codes") int code, @ForAll @Size(max = 300) byte[] value, @ForAll("packets") Packet packet) {
        Message m = packet.message();
        Options options = m.options().with(OptionCode.SUBNET_MASK, (byte) -1, (byte) 0, (byte) 0, (byte) 0);
        read(() -> use(new Packet(
                packet.from(),
                packet.to(),
                packet.source(),
                packet.destination(),
                67,
                68,
                new Message(
                        true, m.transactionId(), 0, false, m.client(), m.your(), m.mac(), options.with(code, value)))));
    }

    private static void use(Packet packet) {
        Terms terms = Terms.of(packet, 0, Instant.EPOCH);
        new LeaseResult(ASK, terms, OptionalInt.empty()).result();
    }

    private static void read(Runnable action) {
        try {
            action.run();
        } catch (MalformedMessage | DhcpException e) {
            assertTrue(String.valueOf(e.getMessage()).length() > 5, e::toString);
        }
    }

    @Provide
    Arbitrary<Integer> codes() {
        return Arbitraries.of(1, 3, 6, 15, 33, 51, 52, 53, 54, 58, 59, 119, 121);
    }

    @Provide
    Arbitrary<Options> options() {
        Arbitrary<byte[]> value = Arbitraries.bytes().array(byte[].class).ofMaxSize(600);
        Arbitrary<Integer> type = Arbitraries.integers().between(1, 8);
        // Overload says that there is more elsewhere, which is not so.
        Arbitrary<Integer> code = Arbitraries.integers().between(1, 254).filter(c -> c != OptionCode.OVERLOAD);
        return Combinators.combine(Arbitraries.maps(code, value).ofMaxSize(5), type)
                .as(MessagePropertyTest::options);
    }

    private static Options options(Map<Integer, byte[]> values, int type) {
        Options options = Options.NONE;
        for (Map.Entry<Integer, byte[]> entry : values.entrySet()) {
            options = options.with(entry.getKey(), entry.getValue());
        }
        return options.with(OptionCode.MESSAGE_TYPE, (byte) type);
    }

    private static Arbitrary<InetAddress> addresses() {
        return Arbitraries.bytes().array(byte[].class).ofSize(4).map(IpMath::of);
    }

    private static Arbitrary<MacAddress> macs() {
        return Arbitraries.longs().between(0, 0xffff_ffff_ffffL).map(MacAddress::new);
    }

    @Provide
    Arbitrary<Message> messages() {
        return Combinators.combine(
                        Arbitraries.of(true, false),
                        Arbitraries.integers(),
                        Arbitraries.integers().between(0, 0xffff),
                        Arbitraries.of(true, false),
                        addresses(),
                        addresses(),
                        macs(),
                        options())
                .as(Message::new);
    }

    @Provide
    Arbitrary<Packet> packets() {
        Arbitrary<Integer> ports = Arbitraries.integers().between(0, 0xffff);
        return Combinators.combine(macs(), macs(), addresses(), addresses(), ports, ports, messages())
                .as(Packet::new);
    }
}
