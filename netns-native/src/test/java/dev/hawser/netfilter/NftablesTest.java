package dev.hawser.netfilter;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.hawser.ip.Cidr;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.FirewallChange.AddMacGuard;
import dev.hawser.kernel.FirewallChange.AddMasquerade;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.NftChain;
import dev.hawser.netfilter.Nftables.AllowedMac;
import dev.hawser.netfilter.Nftables.GuardedPort;
import dev.hawser.netlink.AttrReader;
import dev.hawser.netlink.MalformedNetlink;
import dev.hawser.netlink.MessageReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/**
 * Against what {@code strace -e write=3 nft …} showed (nft 1.0.6, Linux 6.18). Two things differ on purpose: we ask for
 * acknowledgements (NLM_F_ACK, 0x04 in the flags), and leave out NFTA_SET_ELEM_LIST_SET_ID, which names sets that the same
 * batch creates.
 */
class NftablesTest {

    private static final Attachment OWNER = new Attachment("net", "c1", "eth0");
    private static final MacAddress MAC = MacAddress.parse("02:42:ac:11:00:02");
    private static final String LINK = "veth0123456789a";

    private static final String BEGIN = """
            14 00 00 00  10 00 01 00  00 00 00 00  00 00 00 00  // NFNL_MSG_BATCH_BEGIN, NLM_F_REQUEST
            00 00 00 0a                                         // AF_UNSPEC, NFNL_SUBSYS_NFTABLES
            """;

    private static final String TABLE = """
            0b 00 01 00  68 61 77 73 65 72 00 00                // NFTA_…_TABLE "hawser"
            """;

    private static final String GUARDED = """
            0c 00 02 00  67 75 61 72 64 65 64 00                // NFTA_SET_ELEM_LIST_SET "guarded"
            """;

    private static final String ALLOWED = """
            0c 00 02 00  61 6c 6c 6f 77 65 64 00                // NFTA_SET_ELEM_LIST_SET "allowed"
            """;

    private static final String ALLOWED_ELEMENT = """
            28 00 03 80  24 00 01 80                            // NFTA_SET_ELEM_LIST_ELEMENTS, NFTA_LIST_ELEM
            20 00 01 80                                         // NFTA_SET_ELEM_KEY
            1c 00 01 00  76 65 74 68 30 31 32 33 34 35 36 37 38 39 61 00 02 42 ac 11 00 02 00 00  // NFTA_DATA_VALUE
            """;

    /** What {@code nft -a list ruleset} reads for a set with two elements: the kernel does not mark what is nested. */
    private static final String TWO_MASQUERADES = """
            84 00 00 00  0c 0a 02 00  00 00 00 00  78 3a 00 00  // NFT_MSG_NEWSETELEM, NLM_F_MULTI
            01 00 03 3c                                         // NFPROTO_INET, generation
            0b 00 01 00  68 61 77 73 65 72 00 00                // NFTA_SET_ELEM_LIST_TABLE "hawser"
            17 00 02 00  73 75 62 6e 65 74 2d 31 30 2e 31 2e 30 2e 30 2d 31 36 00 00 // NFTA_SET_ELEM_LIST_SET
            4c 00 03 00  24 00 01 00                            // NFTA_SET_ELEM_LIST_ELEMENTS, NFTA_LIST_ELEM
            0c 00 01 00  08 00 01 00  0a 01 00 09               // NFTA_SET_ELEM_KEY, NFTA_DATA_VALUE
            12 00 06 00  00 0c 6e 65 74 2f 63 32 2f 65 74 68 30 00 00 00             // NFTA_SET_ELEM_USERDATA
            24 00 01 00                                         // NFTA_LIST_ELEM
            0c 00 01 00  08 00 01 00  0a 01 00 05
            12 00 06 00  00 0c 6e 65 74 2f 63 31 2f 65 74 68 30 00 00 00
            """;

    private static final String GUARDED_PORT = """
            60 00 00 00  0c 0a 02 00  00 00 00 00  d3 5a 00 00  // NFT_MSG_NEWSETELEM, NLM_F_MULTI
            07 00 03 31                                         // NFPROTO_BRIDGE, generation
            0b 00 01 00  68 61 77 73 65 72 00 00                // NFTA_SET_ELEM_LIST_TABLE
            0c 00 02 00  67 75 61 72 64 65 64 00                // NFTA_SET_ELEM_LIST_SET
            34 00 03 00  30 00 01 00                            // NFTA_SET_ELEM_LIST_ELEMENTS, NFTA_LIST_ELEM
            18 00 01 00  14 00 01 00  76 65 74 68 30 31 32 33 34 35 36 37 38 39 61 00
            12 00 06 00  00 0c 6e 65 74 2f 63 31 2f 65 74 68 30 00 00 00
            """;

    private static final String ALLOWED_MAC = """
            54 00 00 00  0c 0a 02 00  00 00 00 00  d3 5a 00 00
            07 00 03 31
            0b 00 01 00  68 61 77 73 65 72 00 00
            0c 00 02 00  61 6c 6c 6f 77 65 64 00
            28 00 03 00  24 00 01 00
            20 00 01 00  1c 00 01 00  76 65 74 68 30 31 32 33 34 35 36 37 38 39 61 00 02 42 ac 11 00 02 00 00
            """;

    private static final String RULE = """
            84 00 00 00  06 0a 02 08  00 00 00 00  38 56 00 00  // NFT_MSG_NEWRULE, NLM_F_MULTI | NLM_F_APPEND
            01 00 03 3e                                         // NFPROTO_INET, generation
            0b 00 01 00  68 61 77 73 65 72 00 00                // NFTA_RULE_TABLE "hawser"
            17 00 02 00  73 75 62 6e 65 74 2d 31 30 2e 31 2e 30 2e 30 2d 31 36 00 00 // NFTA_RULE_CHAIN
            0c 00 03 00  00 00 00 00 00 00 00 02                // NFTA_RULE_HANDLE 2
            34 00 04 00                                         // NFTA_RULE_EXPRESSIONS
            30 00 01 00  0e 00 01 00  69 6d 6d 65 64 69 61 74 65 00 00 00 // "immediate"
            1c 00 02 00  08 00 01 00  00 00 00 00  10 00 02 00  0c 00 02 00  08 00 01 00  00 00 00 00
            0c 00 07 00  00 06 68 65 6c 6c 6f 00                // NFTA_RULE_USERDATA "hello"
            """;

    @Test
    void masqueradingIsWhatNftCreateElementSends() {
        AddMasquerade masquerade = new AddMasquerade(Cidr.parse("10.1.0.5/16"), OWNER);

        String sent = Hex.text(Nftables.batch(List.of(Nftables.add(masquerade))));

        assertEquals(Hex.text(BEGIN + """
                60 00 00 00  0c 0a 05 06  01 00 00 00  00 00 00 00  // NFT_MSG_NEWSETELEM, CREATE | EXCL | ACK
                01 00 00 00                                         // NFPROTO_INET
                """ + TABLE + """
                17 00 02 00  73 75 62 6e 65 74 2d 31 30 2e 31 2e 30 2e 30 2d 31 36 00 00 // NFTA_SET_ELEM_LIST_SET
                28 00 03 80  24 00 01 80                            // NFTA_SET_ELEM_LIST_ELEMENTS, NFTA_LIST_ELEM
                0c 00 01 80  08 00 01 00  0a 01 00 05               // NFTA_SET_ELEM_KEY, NFTA_DATA_VALUE
                12 00 06 00  00 0c 6e 65 74 2f 63 31 2f 65 74 68 30 00 00 00             // NFTA_SET_ELEM_USERDATA
                """ + end(2)), sent);
    }

    @Test
    void anElementOfAMapIsWhatNftAddElementSends() {
        SetName ports = new SetName(Family.INET, "ports-ip");
        Element element = new Element(
                Key.concatenated(new byte[] {17}, new byte[] {0x1f, (byte) 0x90}),
                Key.concatenated(new byte[] {10, 1, 0, 5}, new byte[] {0, 80}),
                "x");

        String sent = Hex.text(Nftables.batch(List.of(ports.ensure(element))));

        assertEquals(Hex.text(BEGIN + """
                60 00 00 00  0c 0a 05 04  01 00 00 00  00 00 00 00  // NFT_MSG_NEWSETELEM, CREATE | ACK
                01 00 00 00                                         // NFPROTO_INET
                """ + TABLE + """
                0d 00 02 00  70 6f 72 74 73 2d 69 70 00 00 00 00    // NFTA_SET_ELEM_LIST_SET "ports-ip"
                30 00 03 80  2c 00 01 80                            // NFTA_SET_ELEM_LIST_ELEMENTS, NFTA_LIST_ELEM
                10 00 01 80  0c 00 01 00  11 00 00 00 1f 90 00 00   // NFTA_SET_ELEM_KEY: udp . 8080
                10 00 02 80  0c 00 01 00  0a 01 00 05 00 50 00 00   // NFTA_SET_ELEM_DATA: 10.1.0.5 . 80
                08 00 06 00  00 02 78 00                            // NFTA_SET_ELEM_USERDATA "x"
                """ + end(2)), sent);
    }

    @Test
    void aConcatenationIsReadByTheLengthsOfItsParts() {
        Key key = Key.concatenated(new byte[] {17}, new byte[] {0x1f, (byte) 0x90});

        assertEquals("11 00 00 00 1f 90 00 00", key.toString());
        assertArrayEquals(new byte[] {0x1f, (byte) 0x90}, key.parts(1, 2).get(1));
        assertEquals(List.of(), key.parts(4, 1, 2));
    }

    @Test
    void guardingIsWhatNftAddElementSends() {
        String sent = Hex.text(Nftables.batch(Nftables.add(new AddMacGuard(LINK, MAC, OWNER))));

        assertEquals(Hex.text(BEGIN + """
                60 00 00 00  0c 0a 05 06  01 00 00 00  00 00 00 00  // NFT_MSG_NEWSETELEM, CREATE | EXCL | ACK
                07 00 00 00                                         // NFPROTO_BRIDGE
                """ + TABLE + GUARDED + """
                34 00 03 80  30 00 01 80                            // NFTA_SET_ELEM_LIST_ELEMENTS, NFTA_LIST_ELEM
                18 00 01 80                                         // NFTA_SET_ELEM_KEY
                14 00 01 00  76 65 74 68 30 31 32 33 34 35 36 37 38 39 61 00
                12 00 06 00  00 0c 6e 65 74 2f 63 31 2f 65 74 68 30 00 00 00
                54 00 00 00  0c 0a 05 04  02 00 00 00  00 00 00 00  // NFT_MSG_NEWSETELEM, CREATE | ACK
                07 00 00 00
                """ + TABLE + ALLOWED + ALLOWED_ELEMENT + end(3)), sent);
    }

    @Test
    void deletingAnElementIsWhatNftDeleteElementSends() {
        String sent = Hex.text(Nftables.batch(List.of(Nftables.deleteAllowed(LINK, MAC))));

        assertEquals(Hex.text(BEGIN + """
                54 00 00 00  0e 0a 05 00  01 00 00 00  00 00 00 00  // NFT_MSG_DELSETELEM, ACK
                07 00 00 00
                """ + TABLE + ALLOWED + ALLOWED_ELEMENT + end(2)), sent);
    }

    /** nft writes the set before the table; the kernel does not mind. */
    @Test
    void lookingUpAnElementIsWhatNftGetElementSends() {
        String sent = Hex.text(List.of(Nftables.masqueradeOf(Cidr.parse("10.1.0.5/16"))));

        assertEquals(Hex.text("""
                4c 00 00 00  0d 0a 01 00  00 00 00 00  00 00 00 00  // NFT_MSG_GETSETELEM, REQUEST
                01 00 00 00
                """ + TABLE + """
                17 00 02 00  73 75 62 6e 65 74 2d 31 30 2e 31 2e 30 2e 30 2d 31 36 00 00 // NFTA_SET_ELEM_LIST_SET
                14 00 03 80  10 00 01 80  0c 00 01 80  08 00 01 00  0a 01 00 05
                """), sent);
    }

    @Test
    void deletingARuleIsWhatNftDeleteRuleSends() {
        NftChain chain = new NftChain("inet", "hawser", "subnet-10.1.0.0-16");

        String sent = Hex.text(Nftables.batch(List.of(Nftables.deleteRule(chain, 99))));

        assertEquals(Hex.text(BEGIN + """
                44 00 00 00  08 0a 05 00  01 00 00 00  00 00 00 00  // NFT_MSG_DELRULE, ACK
                01 00 00 00
                """ + TABLE + """
                17 00 02 00  73 75 62 6e 65 74 2d 31 30 2e 31 2e 30 2e 30 2d 31 36 00 00 // NFTA_RULE_CHAIN
                0c 00 03 00  00 00 00 00 00 00 00 63                // NFTA_RULE_HANDLE
                """ + end(2)), sent);
    }

    @Test
    void deletingAChainIsWhatNftFlushAndDeleteChainSend() {
        String sent = Hex.text(Nftables.batch(Nftables.delete(new NftChain("inet", "hawser", "x"))));

        assertEquals(Hex.text(BEGIN + """
                28 00 00 00  08 0a 05 00  01 00 00 00  00 00 00 00  // NFT_MSG_DELRULE, ACK
                01 00 00 00
                """ + TABLE + """
                06 00 02 00  78 00 00 00                            // NFTA_RULE_CHAIN "x"
                28 00 00 00  05 0a 05 00  02 00 00 00  00 00 00 00  // NFT_MSG_DELCHAIN, ACK
                01 00 00 00
                """ + TABLE + """
                06 00 03 00  78 00 00 00                            // NFTA_CHAIN_NAME "x"
                """ + end(3)), sent);
    }

    @Test
    void readsEveryMasqueradeOfADatagram() {
        List<AddMasquerade> masquerades = read(Hex.bytes(TWO_MASQUERADES), Nftables::masquerades);

        assertEquals(
                List.of(
                        new AddMasquerade(Cidr.parse("10.1.0.9/16"), new Attachment("net", "c2", "eth0")),
                        new AddMasquerade(Cidr.parse("10.1.0.5/16"), OWNER)),
                masquerades);
    }

    /** The second element is not of the subnet, the comment of the first is not ours. */
    @Test
    void leavesOutElementsOfOthers() {
        String foreign = TWO_MASQUERADES
                .replace("6e 65 74 2f 63 32", "6e 65 74 20 63 32")
                .replace("0a 01 00 05", "0a 09 00 05");

        assertEquals(List.of(), read(Hex.bytes(foreign), Nftables::masquerades));
    }

    @Test
    void readsGuardedPortsAndAllowedMacs() {
        assertEquals(
                List.of(new GuardedPort(LINK, Optional.of(OWNER))),
                read(Hex.bytes(GUARDED_PORT), Nftables::guardedPorts));
        assertEquals(List.of(new AllowedMac(LINK, MAC)), read(Hex.bytes(ALLOWED_MAC), Nftables::allowedMacs));
    }

    @Test
    void readsARuleOfTheChainThatWasAskedFor() {
        NftChain chain = new NftChain("inet", "hawser", "subnet-10.1.0.0-16");
        NftChain other = new NftChain("inet", "hawser", "subnet-10.1.0.0-17");

        assertEquals(
                List.of(new NftChain.Rule(2, "hello")), read(Hex.bytes(RULE), body -> Nftables.rules(chain, body)));
        assertEquals(List.of(), read(Hex.bytes(RULE), body -> Nftables.rules(other, body)));
    }

    @Test
    void anUnknownFamilyIsNamed() {
        NftChain chain = new NftChain("ipx", "nat", "c");

        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> Hex.text(List.of(Nftables.lookUp(chain))));

        assertEquals("\"ipx\" is not a family of nftables: write inet, ip, ip6, arp, bridge or netdev", e.getMessage());
    }

    @Test
    void aLinkNameThatIsTooLongIsRefused() {
        AddMacGuard guard = new AddMacGuard("veth0123456789ab", MAC, OWNER);

        assertThrows(IllegalArgumentException.class, () -> Nftables.add(guard));
    }

    /** Whatever a kernel sends, reading ends, with values or with MalformedNetlink. */
    @Property
    void survivesAnyByteAnywhere(
            @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 16, max = 203) Integer> places, @ForAll byte value) {
        for (String fixture : List.of(TWO_MASQUERADES, GUARDED_PORT, ALLOWED_MAC, RULE)) {
            byte[] bytes = Hex.bytes(fixture);
            places.forEach(place -> bytes[16 + place % (bytes.length - 16)] = value);

            readOrRefuse(bytes);
        }
    }

    @Property
    void survivesAnyBody(@ForAll @Size(max = 300) byte[] body) {
        byte[] message = new byte[16 + body.length];
        System.arraycopy(body, 0, message, 16, body.length);
        Hex.buffer(message).putInt(0, message.length);

        readOrRefuse(message);
    }

    private static void readOrRefuse(byte[] bytes) {
        List<Function<AttrReader, List<?>>> readers = List.of(
                Nftables::masquerades,
                Nftables::masqueradeSets,
                Nftables::guardedPorts,
                Nftables::allowedMacs,
                body -> Nftables.rules(new NftChain("inet", "hawser", "subnet-10.1.0.0-16"), body));
        for (Function<AttrReader, List<?>> reader : readers) {
            int found = 0;
            try {
                found = reader.apply(firstBody(bytes)).size();
            } catch (MalformedNetlink e) {
                assertEquals(0, found);
            }
        }
    }

    private static <T> List<T> read(byte[] datagram, Function<AttrReader, List<T>> reader) {
        return new ArrayList<>(reader.apply(firstBody(datagram)));
    }

    private static AttrReader firstBody(byte[] datagram) {
        MessageReader messages = new MessageReader(Hex.buffer(datagram));
        messages.next();
        return messages.body();
    }

    private static String end(int sequence) {
        return "14 00 00 00  11 00 01 00  0" + sequence + " 00 00 00  00 00 00 00 // NFNL_MSG_BATCH_END\n00 00 00 0a\n";
    }
}
