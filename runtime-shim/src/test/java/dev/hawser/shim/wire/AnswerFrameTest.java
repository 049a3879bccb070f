package dev.hawser.shim.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class AnswerFrameTest {

    @Test
    void isWrittenAsItIsDrawn() {
        AnswerFrame answer = new AnswerFrame(AnswerFrame.Kind.DONE, 1, UTF_8.encode("{}"), UTF_8.encode("a line\n"));

        assertEquals(
                "48575341" + "00" + "000001" + "00000002" + "00000007" + "7b7d" + "61206c696e650a",
                HexFormat.of().formatHex(bytes(answer.write())));
    }

    @Test
    void aRefusalSaysSoInItsKind() {
        AnswerFrame refusal =
                new AnswerFrame(AnswerFrame.Kind.REFUSED, 0, ByteBuffer.allocate(0), UTF_8.encode("another build\n"));

        assertEquals(
                "48575341" + "01" + "000000" + "00000000" + "0000000e",
                HexFormat.of().formatHex(bytes(refusal.write()), 0, AnswerFrame.HEAD_BYTES));
    }

    @Property(tries = 300)
    void holdsAllThatItWasGiven(
            @ForAll @IntRange(max = 255) int exitStatus, @ForAll byte[] stdout, @ForAll byte[] stderr) {
        ByteBuffer frame = new AnswerFrame(
                        AnswerFrame.Kind.DONE, exitStatus, ByteBuffer.wrap(stdout), ByteBuffer.wrap(stderr))
                .write();

        frame.position(4);
        assertEquals(exitStatus, frame.getInt());
        assertEquals(stdout.length, frame.getInt());
        assertEquals(stderr.length, frame.getInt());
        assertArrayEquals(stdout, bytes(frame, stdout.length));
        assertArrayEquals(stderr, bytes(frame, stderr.length));
        assertEquals(0, frame.remaining());
    }

    @Test
    void canBeWrittenTwice() {
        AnswerFrame answer = new AnswerFrame(AnswerFrame.Kind.DONE, 0, UTF_8.encode("once"), UTF_8.encode("more"));

        assertEquals(answer.write(), answer.write());
    }

    private static byte[] bytes(ByteBuffer buffer) {
        return bytes(buffer, buffer.remaining());
    }

    private static byte[] bytes(ByteBuffer buffer, int length) {
        byte[] bytes = new byte[length];
        buffer.get(bytes);
        return bytes;
    }
}
