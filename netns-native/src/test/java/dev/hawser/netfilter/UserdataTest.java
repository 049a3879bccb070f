package dev.hawser.netfilter;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.hawser.netlink.MalformedNetlink;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class UserdataTest {

    @Test
    void aCommentEndsWithNul() {
        assertArrayEquals(Hex.bytes("00 06 68 65 6c 6c 6f 00"), Userdata.ofComment("hello"));
    }

    @Test
    void otherKindsAreSteppedOver() {
        assertEquals("hello", Userdata.comment(Hex.bytes("01 02 aa bb 00 06 68 65 6c 6c 6f 00")));
        assertEquals("", Userdata.comment(Hex.bytes("01 02 aa bb")));
        assertEquals("", Userdata.comment(new byte[0]));
    }

    @Test
    void aLengthBeyondTheEndIsMalformed() {
        assertThrows(MalformedNetlink.class, () -> Userdata.comment(Hex.bytes("00 06 68 65")));
    }

    @Test
    void aCommentThatDoesNotFitIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Userdata.ofComment("x".repeat(255)));
    }

    @Property
    void readsWhatItWrote(@ForAll @AlphaChars @StringLength(max = 254) String comment) {
        assertEquals(comment, Userdata.comment(Userdata.ofComment(comment)));
    }

    @Property
    void everyReadingEnds(@ForAll @Size(max = 600) byte[] userdata) {
        int length;
        try {
            length = Userdata.comment(userdata).length();
        } catch (MalformedNetlink e) {
            length = 0;
        }
        assertEquals(Math.min(length, 255), length);
    }
}
