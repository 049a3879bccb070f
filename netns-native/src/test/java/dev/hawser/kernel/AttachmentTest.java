package dev.hawser.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class AttachmentTest {

    @Test
    void anUsualOneIsNotAbbreviated() {
        Attachment usual = new Attachment("pod-network.example_1", "c0ffee".repeat(10) + "c0de", "eth0");

        assertEquals(usual, usual.abbreviated());
        assertEquals(Optional.of(usual), Attachment.parse(usual.toString()));
    }

    @Test
    void aLongPartBecomesItsHash() {
        Attachment longOne = new Attachment("net", "a".repeat(65), "eth0");

        // echo -n aaa… | sha256sum
        assertEquals(
                "net/#635361c48bb9eab14198e76ea8ab7f1a/eth0",
                longOne.abbreviated().toString());
    }

    @Test
    void aQuoteInANameIsNotShownToNft() {
        Attachment quoted = new Attachment("net", "c1", "a\"b");

        assertTrue(quoted.abbreviated().ifName().matches("#[0-9a-f]{14}"), quoted.abbreviated()::toString);
    }

    @Test
    void differentOnesStayDifferent() {
        Attachment one = new Attachment("n".repeat(100) + "1", "c1", "eth0");
        Attachment other = new Attachment("n".repeat(100) + "2", "c1", "eth0");

        assertNotEquals(one.abbreviated(), other.abbreviated());
    }

    @Test
    void readsNothingButThreeParts() {
        assertEquals(Optional.empty(), Attachment.parse(""));
        assertEquals(Optional.empty(), Attachment.parse("by hand"));
        assertEquals(Optional.empty(), Attachment.parse("a/b/c/d"));
    }

    @Property
    void theAbbreviatedFormIsShortAndStable(
            @ForAll @StringLength(max = 200) String network,
            @ForAll @StringLength(max = 200) String containerId,
            @ForAll @StringLength(max = 30) String ifName) {
        Attachment once = new Attachment(network, containerId, ifName).abbreviated();

        assertEquals(once, once.abbreviated());
        assertTrue(once.toString().length() <= 128, once::toString);
        assertEquals(Optional.of(once), Attachment.parse(once.toString()));
    }
}
