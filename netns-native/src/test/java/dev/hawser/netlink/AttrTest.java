package dev.hawser.netlink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class AttrTest {

    @Test
    void lengthsAndPaddingAreWrittenForUs() {
        ByteBuffer written = Bytes.written(out ->
                out.nested(1, inside -> inside.u8(2, 0xff).string(3, "lo").flag(4)));

        assertEquals(Bytes.hex(Bytes.of("""
                        1800 0180          # 24 bytes, NLA_F_NESTED | 1
                          0500 0200 ff000000
                          0700 0300 6c6f0000
                          0400 0400""")), Bytes.hex(written));
    }

    @Test
    void paddingIsZeroInAUsedBuffer() {
        ByteBuffer used = Bytes.of(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1});

        new AttrWriter(used).u8(1, 7);

        assertEquals("05 00 01 00 07 00 00 00", Bytes.hex(used.flip()));
    }

    @Test
    void bigEndianNumbersAreBigEndian() {
        ByteBuffer written =
                Bytes.written(out -> out.u16be(1, 0x0102).u32be(2, 0x01020304).u64be(3, 0x0102030405060708L));

        assertEquals(Bytes.hex(Bytes.of("""
                        0600 0100 01020000
                        0800 0200 01020304
                        0c00 0300 0102030405060708""")), Bytes.hex(written));
    }

    @Property
    void whatIsWrittenIsRead(
            @ForAll @IntRange(max = Netlink.NLA_TYPE_MASK) int type,
            @ForAll int number,
            @ForAll long big,
            @ForAll @Size(max = 300) byte[] bytes) {
        AttrReader read = reader(out -> out.u8(type, number)
                .u16(type, number)
                .u16be(type, number)
                .u32(type, number)
                .u32be(type, number)
                .u64(type, big)
                .u64be(type, big)
                .nested(type, inside -> inside.bytes(type, bytes))
                .flag(type));

        assertEquals(number & 0xff, next(read).u8());
        assertEquals(number & 0xffff, next(read).u16());
        assertEquals(number & 0xffff, next(read).u16be());
        assertEquals(number, next(read).u32());
        assertEquals(number, next(read).u32be());
        assertEquals(big, next(read).u64());
        assertEquals(big, next(read).u64be());
        assertArrayEquals(bytes, next(next(read).nested()).bytes());
        assertEquals(0, next(read).length());
        assertEquals(type, read.type());
        assertFalse(read.next());
    }

    @Property
    void anyTextIsRead(@ForAll String text) {
        String sane = text.replace("\0", "");
        String expected = new String(sane.getBytes(UTF_8), UTF_8);

        AttrReader read = next(reader(out -> out.string(1, sane)));

        assertEquals(expected, read.string());
    }

    @Property(tries = 5000)
    void garbageEndsWithAValueOrAnError(@ForAll @Size(max = 200) byte[] garbage) {
        int attributes = 0;
        try {
            AttrReader read = new AttrReader(Bytes.of(garbage));
            while (read.next()) {
                attributes++;
                read.string();
                walk(read.nested());
            }
        } catch (MalformedNetlink e) {
            assertTrue(e.toString().contains("malformed netlink message"));
        }
        assertTrue(attributes <= garbage.length / Netlink.NLA_HDRLEN);
    }

    private static void walk(AttrReader read) {
        while (read.next()) {
            read.bytes();
        }
    }

    @Test
    void aValueOfAnotherSizeIsAnError() {
        AttrReader read = next(reader(out -> out.u32(1, 7)));

        assertThrows(MalformedNetlink.class, read::u8);
        assertThrows(MalformedNetlink.class, read::u16);
        assertThrows(MalformedNetlink.class, read::u64);
    }

    @Test
    void aLengthBeyondTheEndIsAnError() {
        AttrReader read = new AttrReader(Bytes.of("0900 0100 00000000"));

        assertThrows(MalformedNetlink.class, read::next);
    }

    @Test
    void aLengthShorterThanItsHeaderIsAnErrorAndNoEndlessLoop() {
        AttrReader read = new AttrReader(Bytes.of("0000 0100 00000000"));

        assertThrows(MalformedNetlink.class, read::next);
    }

    @Test
    void theLastAttributeMayLackItsPadding() {
        AttrReader read = next(new AttrReader(Bytes.of("0500 0100 07")));

        assertEquals(7, read.u8());
        assertFalse(read.next());
    }

    @Test
    void anAttributeThatIsTooLongIsRefused() {
        ByteBuffer out = ByteBuffer.allocate(1 << 17).order(ByteOrder.nativeOrder());

        assertThrows(IllegalArgumentException.class, () -> new AttrWriter(out).bytes(1, new byte[0x10000]));
    }

    private static AttrReader reader(Consumer<AttrWriter> writing) {
        return new AttrReader(Bytes.written(writing));
    }

    private static AttrReader next(AttrReader read) {
        assertTrue(read.next());
        return read;
    }
}
