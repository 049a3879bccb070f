package dev.hawser.netlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.kernel.Errno;
import dev.hawser.kernel.KernelException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalInt;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class MessageReaderTest {

    /** The answer to RTM_GETLINK with a forbidden flag, as NETLINK_CAP_ACK and NETLINK_EXT_ACK make it; its words are shortened. */
    private static final String REFUSAL = """
            4c00 0000 0200 0003 07000000 f05e0000  # 76 bytes, NLMSG_ERROR, NLM_F_CAPPED | NLM_F_ACK_TLVS
            eaffffff                                # -EINVAL
            20000000 1200 0500 07000000 00000000    # the header of the request
            1d00 0100 496e76616c69642076616c75657320696e2068656164657200 000000 # NLMSGERR_ATTR_MSG
            0800 0200 18000000                      # NLMSGERR_ATTR_OFFS
            """;

    @Test
    void stepsOverTwoMessages() {
        ByteBuffer out = ByteBuffer.allocate(256).order(ByteOrder.nativeOrder());
        Request.acknowledged(1, 0, body -> body.u8(5, 1)).writeTo(out, 10);
        Request.dump(2, body -> body.u8(6, 1)).writeTo(out, 11);
        MessageReader messages = new MessageReader(out.flip());

        assertTrue(messages.next());
        assertEquals(new NlMsgHdr(24, 1, Netlink.NLM_F_REQUEST | Netlink.NLM_F_ACK, 10, 0), messages.header());
        assertTrue(messages.next());
        assertEquals(new NlMsgHdr(24, 2, Netlink.NLM_F_REQUEST | Netlink.NLM_F_DUMP, 11, 0), messages.header());
        assertFalse(messages.next());
    }

    @Test
    void readsTheWordsOfARefusal() {
        MessageReader messages = new MessageReader(Bytes.of(REFUSAL));

        assertTrue(messages.next());
        Ack ack = messages.ack();

        assertEquals(new Ack(Errno.EINVAL, "Invalid values in header", OptionalInt.of(24)), ack);
        assertEquals("EINVAL (Invalid argument): Invalid values in header (attribute at byte 24)", ack.text());
    }

    @Test
    void aRefusalSaysWhatWasTriedOnWhat() {
        Ack ack = new Ack(Errno.EOPNOTSUPP, "Unknown device type", OptionalInt.empty());

        KernelException e = assertThrows(KernelException.class, () -> ack.orFail("add link", "dummy0"));

        assertEquals("add link dummy0: EOPNOTSUPP (Operation not supported): Unknown device type", e.getMessage());
        assertEquals(Errno.EOPNOTSUPP, e.errno());
    }

    @Test
    void anErrnoWithoutANameIsANumber() {
        assertEquals("errno 517", new Ack(517, "", OptionalInt.empty()).text());
    }

    @Property(tries = 5000)
    void garbageEndsWithMessagesOrAnError(@ForAll @Size(max = 200) byte[] garbage) {
        assertTrue(readAll(Bytes.of(garbage)) <= garbage.length / NlMsgHdr.BYTES);
    }

    @Property(tries = 2000)
    void aDamagedRefusalEndsWithAnAnswerOrAnError(@ForAll int at, @ForAll byte value) {
        byte[] bytes = Bytes.array(Bytes.of(REFUSAL));
        bytes[Math.floorMod(at, bytes.length)] = value;

        assertTrue(readAll(Bytes.of(bytes)) <= bytes.length / NlMsgHdr.BYTES);
    }

    private static int readAll(ByteBuffer bytes) {
        int messages = 0;
        try {
            MessageReader reader = new MessageReader(bytes);
            while (reader.next()) {
                messages++;
                reader.ack();
            }
        } catch (MalformedNetlink e) {
            assertTrue(e.toString().contains("malformed netlink message"));
        }
        return messages;
    }
}
