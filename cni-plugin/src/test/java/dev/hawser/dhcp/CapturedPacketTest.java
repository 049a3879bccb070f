package dev.hawser.dhcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.hawser.ip.IpMath;
import dev.hawser.kernel.MacAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What was captured between this client and dnsmasq 2.90, in Python with AF_PACKET. */
class CapturedPacketTest {

    /** Of a client whose container is {@code c1}, with the host name {@code web}. */
    private static final String DISCOVER = """
            ffffffffffffdef6b8cae2320800  // Ethernet
            4500014800000000401179a600000000ffffffff  // IPv4
            004400430134b219  // UDP
            01010600  // op, htype, hlen, hops
            6884786c  // xid
            00000000  // secs, flags
            00000000  // ciaddr
            00000000  // yiaddr
            00000000  // siaddr
            00000000  // giaddr
            def6b8cae23200000000000000000000  // chaddr
            ZEROS
            63825363  // magic cookie
            350101  // 53
            0c03776562  // 12
            370401030679  // 55
            390205dc  // 57
            3d0c0063312f6c616e2f65746830  // 61
            ff  // end
            000000000000000000000000000000000000000000000000000000  // padding
            """;

    /** Its answer, whose UDP checksum is the unfinished one of a veth. */
    private static final String OFFER = """
            def6b8cae2327ef3767822d30800  // Ethernet
            45c0014f4d4900004011a787c0000201c000020c  // IPv4
            00430044013b855a  // UDP
            02010600  // op, htype, hlen, hops
            6884786c  // xid
            00000000  // secs, flags
            00000000  // ciaddr
            c000020c  // yiaddr
            c0000201  // siaddr
            00000000  // giaddr
            def6b8cae23200000000000000000000  // chaddr
            ZEROS
            63825363  // magic cookie
            350102  // 53
            3604c0000201  // 54
            330400000078  // 51
            3a040000003c  // 58
            3b0400000069  // 59
            0104ffffff00  // 1
            1c04c00002ff  // 28
            0604c0000235  // 6
            790d080ac00002090cac1000000000  // 121
            0304c0000201  // 3
            ff  // end
            """;

    private static final MacAddress CLIENT = MacAddress.parse("de:f6:b8:ca:e2:32");
    private static final MacAddress SERVER = MacAddress.parse("7e:f3:76:78:22:d3");
    private static final int TRANSACTION = 0x6884786c;

    private static byte[] bytes(String text) {
        String hex = text.replaceAll("//.*", "")
                .replace("ZEROS", "00".repeat(64 + 128))
                .replaceAll("\\s", "");
        return HexFormat.of().parseHex(hex);
    }

    @Test
    void aDiscoverIsWrittenAsItWasSent() {
        Options options = Options.ofHex(Map.of(
                12, "776562",
                53, "01",
                55, "01030679",
                57, "05dc",
                61, "0063312f6c616e2f65746830"));
        Message message =
                new Message(false, TRANSACTION, 0, false, Message.NO_ADDRESS, Message.NO_ADDRESS, CLIENT, options);

        Packet packet = Packet.toEverybody(CLIENT, Message.NO_ADDRESS, message);

        assertEquals(HexFormat.of().formatHex(bytes(DISCOVER)), HexFormat.of().formatHex(packet.frame()));
    }

    @Test
    void anOfferIsReadAsItCame() {
        Options options = Options.ofHex(Map.ofEntries(
                Map.entry(1, "ffffff00"),
                Map.entry(3, "c0000201"),
                Map.entry(6, "c0000235"),
                Map.entry(28, "c00002ff"),
                Map.entry(51, "00000078"),
                Map.entry(53, "02"),
                Map.entry(54, "c0000201"),
                Map.entry(58, "0000003c"),
                Map.entry(59, "00000069"),
                Map.entry(121, "080ac00002090cac1000000000")));
        Message message = new Message(
                true, TRANSACTION, 0, false, Message.NO_ADDRESS, IpMath.parse("192.0.2.12"), CLIENT, options);

        Packet packet = Packet.parse(bytes(OFFER));

        assertEquals(
                new Packet(SERVER, CLIENT, IpMath.parse("192.0.2.1"), IpMath.parse("192.0.2.12"), 67, 68, message),
                packet);
    }

    @Test
    void everyFrameThatIsCutOffIsNoMessage() {
        byte[] frame = bytes(OFFER);
        for (int length = 0; length < frame.length; length++) {
            byte[] part = java.util.Arrays.copyOf(frame, length);

            assertThrows(MalformedMessage.class, () -> Packet.parse(part), () -> part.length + " bytes");
        }
    }

    @Test
    void aFragmentAnotherProtocolAndAWrongChecksumAreNoMessages() {
        for (int at : List.of(12, 14, 20, 23, 24)) {
            byte[] frame = bytes(OFFER);
            frame[at] ^= 0x21;

            assertThrows(MalformedMessage.class, () -> Packet.parse(frame), () -> "byte " + at);
        }
    }

    /** Ethernet pads short frames: what follows the datagram is not looked at. */
    @Test
    void whatFollowsTheDatagramIsNotLookedAt() {
        byte[] frame = bytes(OFFER);

        assertEquals(Packet.parse(frame), Packet.parse(java.util.Arrays.copyOf(frame, frame.length + 9)));
    }
}
