package dev.hawser.shim.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.shim.wire.CallFrame.FileId;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Whatever comes over the socket is a call or a {@link MalformedFrame}, never anything else. */
class CallFrameTest {

    private static final FrameWriter ADD =
            FrameWriter.call("0.1.0-abc", new FileId(1, 2), Map.of("CNI_COMMAND", "ADD", "PATH", "/bin"));

    @Property(tries = 300)
    void whatWasWrittenIsRead(@ForAll("calls") FrameWriter call) {
        byte[] frame = call.frame();
        ByteBuffer fields = ByteBuffer.wrap(frame, 8, frame.length - 8).slice();

        CallFrame read = CallFrame.read(fields.duplicate());

        assertEquals(frame.length - 8, CallFrame.fieldsBytes(ByteBuffer.wrap(frame)));
        assertEquals(call.build(), CallFrame.buildOf(fields));
        assertEquals(
                new CallFrame(
                        call.build(),
                        call.root(),
                        call.startedNanos(),
                        call.arguments(),
                        call.environment(),
                        call.directory(),
                        call.netnsErrno(),
                        ByteBuffer.wrap(call.stdin())),
                read);
    }

    @Property(tries = 30)
    void everyPrefixIsACallOrMalformed(@ForAll("calls") FrameWriter call) {
        byte[] fields = call.fields();

        for (int length = 0; length < fields.length; length++) {
            Optional<CallFrame> read = readOrMalformed(Arrays.copyOf(fields, length));

            read.ifPresent(frame -> assertTrue(call.arguments().containsAll(frame.arguments()), frame::toString));
        }
    }

    @Property(tries = 10)
    void everyChangedByteGivesACallOrAMalformedFrame(@ForAll("calls") FrameWriter call) {
        byte[] frame = call.frame();

        for (int at = 0; at < frame.length; at++) {
            for (byte value : new byte[] {0, 1, -1, (byte) 0x7f, (byte) 0x80, (byte) (frame[at] ^ 1)}) {
                byte[] changed = frame.clone();
                changed[at] = value;
                assertTrue(readFrameOrMalformed(changed).map(CallFrame::arguments).stream()
                        .noneMatch(List::isEmpty));
            }
        }
    }

    @Property(tries = 2000)
    void anyBytesAreACallOrMalformed(@ForAll byte[] bytes) {
        readOrMalformed(bytes).ifPresent(frame -> assertTrue(!frame.arguments().isEmpty()));
    }

    @Property(tries = 500)
    void aLengthBeyondTheLimitIsRefused(@ForAll @IntRange(min = CallFrame.MAX_BYTES + 1) int length) {
        assertThrows(MalformedFrame.class, () -> CallFrame.fieldsBytes(head(length)));
        assertThrows(MalformedFrame.class, () -> CallFrame.fieldsBytes(head(-length)));
    }

    @Test
    void theLimitItselfIsAllowed() {
        assertEquals(CallFrame.MAX_BYTES, CallFrame.fieldsBytes(head(CallFrame.MAX_BYTES)));
        assertEquals(0, CallFrame.fieldsBytes(head(0)));
    }

    @Test
    void aLengthThatHasItsHighestBitIsNoNegativeOne() {
        MalformedFrame refused =
                assertThrows(MalformedFrame.class, () -> CallFrame.fieldsBytes(head(Integer.MIN_VALUE)));

        assertEquals("a frame of 2147483648 bytes", refused.getMessage());
    }

    @Test
    void anotherMagicIsRefused() {
        ByteBuffer head = ByteBuffer.wrap("GET / HT".getBytes(UTF_8));

        assertEquals(
                "a frame begins with 0x47455420",
                assertThrows(MalformedFrame.class, () -> CallFrame.fieldsBytes(head))
                        .getMessage());
    }

    @Test
    void aFieldLongerThanItsFrameIsRefused() {
        for (int length : new int[] {1, 1000, Integer.MAX_VALUE, Integer.MIN_VALUE, -1}) {
            byte[] field = ByteBuffer.allocate(5).put((byte) 8).putInt(length).array();

            assertThrows(MalformedFrame.class, () -> CallFrame.read(ByteBuffer.wrap(field)));
        }
    }

    @Test
    void fieldsOfALaterBuildAreSkipped() {
        ByteArrayOutputStream fields = new ByteArrayOutputStream();
        fields.writeBytes(ADD.fields());
        FrameWriter.field(fields, 9, new byte[] {1, 2, 3});
        FrameWriter.field(fields, 255, new byte[0]);

        assertEquals(
                CallFrame.read(ByteBuffer.wrap(ADD.fields())), CallFrame.read(ByteBuffer.wrap(fields.toByteArray())));
    }

    @Test
    void theFirstOfTwoVariablesCounts() {
        ByteArrayOutputStream fields = new ByteArrayOutputStream();
        fields.writeBytes(ADD.fields());
        FrameWriter.field(fields, 5, "CNI_COMMAND=DEL".getBytes(UTF_8));

        assertEquals(
                "ADD", CallFrame.read(ByteBuffer.wrap(fields.toByteArray())).variable("CNI_COMMAND"));
    }

    @Test
    void aVariableWithoutANameIsRefused() {
        for (String variable : List.of("", "=", "=value", "CNI_COMMAND")) {
            ByteArrayOutputStream fields = new ByteArrayOutputStream();
            fields.writeBytes(ADD.fields());
            FrameWriter.field(fields, 5, variable.getBytes(UTF_8));

            assertThrows(MalformedFrame.class, () -> CallFrame.read(ByteBuffer.wrap(fields.toByteArray())));
        }
    }

    @Test
    void aCallWithoutArgvIsRefused() {
        FrameWriter nameless = new FrameWriter("b", new FileId(0, 0), 0, List.of(), Map.of(), "/", 0, new byte[0]);

        assertThrows(MalformedFrame.class, () -> CallFrame.read(ByteBuffer.wrap(nameless.fields())));
    }

    @Test
    void aFrameThatDoesNotBeginWithItsBuildHasNone() {
        byte[] fields = ADD.fields();
        fields[0] = 2;

        assertThrows(MalformedFrame.class, () -> CallFrame.buildOf(ByteBuffer.wrap(fields)));
        assertThrows(MalformedFrame.class, () -> CallFrame.buildOf(ByteBuffer.allocate(0)));
    }

    @Test
    void stdinOfAllBytesIsKeptWhenTheConnectionsBufferIsUsedAgain() {
        byte[] stdin = new byte[100_000];
        ThreadLocalRandom.current().nextBytes(stdin);
        ByteBuffer fields = ByteBuffer.wrap(ADD.reading(stdin).fields());

        CallFrame call = CallFrame.read(fields.duplicate());
        Arrays.fill(fields.array(), (byte) 0);

        byte[] read = new byte[stdin.length];
        call.stdin().duplicate().get(read);
        assertArrayEquals(stdin, read);
    }

    @Provide
    Arbitrary<FrameWriter> calls() {
        Arbitrary<String> texts = Arbitraries.strings().ofMaxLength(20).filter(CallFrameTest::isUnicode);
        Arbitrary<FileId> files =
                Combinators.combine(Arbitraries.longs(), Arbitraries.longs()).as(FileId::new);
        Arbitrary<Map<String, String>> variables = Arbitraries.maps(
                        texts.filter(name -> !name.isEmpty() && !name.contains("=")), texts)
                .ofMaxSize(5);
        return Combinators.combine(
                        texts,
                        files,
                        Arbitraries.longs(),
                        texts.list().ofMinSize(1).ofMaxSize(4),
                        variables,
                        texts,
                        Arbitraries.integers(),
                        Arbitraries.bytes().array(byte[].class).ofMaxSize(100))
                .as(FrameWriter::new);
    }

    /** Half a surrogate pair is no text that UTF-8 could carry. */
    private static boolean isUnicode(String text) {
        return new String(text.getBytes(UTF_8), UTF_8).equals(text);
    }

    private static ByteBuffer head(int length) {
        return ByteBuffer.allocate(8).putInt(CallFrame.MAGIC).putInt(length).flip();
    }

    /** Any other exception is the test's failure. */
    private static Optional<CallFrame> readOrMalformed(byte[] fields) {
        try {
            String build = CallFrame.buildOf(ByteBuffer.wrap(fields));
            assertTrue(build.length() <= fields.length);
            return Optional.of(CallFrame.read(ByteBuffer.wrap(fields)));
        } catch (MalformedFrame e) {
            return Optional.empty();
        }
    }

    private static Optional<CallFrame> readFrameOrMalformed(byte[] frame) {
        try {
            int length = CallFrame.fieldsBytes(ByteBuffer.wrap(frame, 0, 8));
            return length > frame.length - 8
                    ? Optional.empty()
                    : readOrMalformed(Arrays.copyOfRange(frame, 8, 8 + length));
        } catch (MalformedFrame e) {
            return Optional.empty();
        }
    }
}
