package dev.hawser.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.ip.Cidr;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AliasTest {

    private static final Attachment OWNER = new Attachment("net", "0123abcd", "eth0");
    private static final List<Cidr> ADDRESSES = List.of(Cidr.parse("10.1.0.5/16"), Cidr.parse("fd00::5/64"));
    private static final Optional<MacAddress> MAC = Optional.of(MacAddress.parse("02:42:ac:11:00:02"));
    private static final Optional<String> POD = Optional.of("namespace/pod");

    @Test
    void saysWhoseALinkIsAndWhatTheFirewallKeepsForIt() {
        Alias alias = new Alias(OWNER, POD, ADDRESSES, MAC);

        assertEquals(
                "net/0123abcd/eth0 namespace/pod masquerade=10.1.0.5/16,fd00::5/64 mac=02:42:ac:11:00:02",
                alias.toString());
        assertEquals(Optional.of(alias), Alias.parse(alias.toString()));
    }

    @Test
    void saysNothingOfWhatIsNotUsed() {
        Alias alias = new Alias(OWNER, Optional.empty(), List.of(), Optional.empty());

        assertEquals("net/0123abcd/eth0", alias.toString());
        assertEquals(Optional.of(alias), Alias.parse("net/0123abcd/eth0"));
    }

    @Test
    void whereRoomIsShortThePodGoesFirst() {
        Attachment owner = new Attachment("n".repeat(100), "c".repeat(64), "eth0");

        String text = new Alias(owner, Optional.of("p".repeat(100)), ADDRESSES, Optional.empty()).toString();

        assertEquals(owner + " masquerade=10.1.0.5/16,fd00::5/64", text);
    }

    @Test
    void whereRoomIsShorterStillNamesAreAbbreviatedAndAddressesLeftOut() {
        Attachment owner = new Attachment("é".repeat(100), "c".repeat(64), "eth0");
        Alias alias = new Alias(owner, POD, Collections.nCopies(100, ADDRESSES.getLast()), MAC);

        Alias read = Alias.parse(alias.toString()).orElseThrow();

        assertTrue(alias.toString().length() < Link.ALIAS_BYTES);
        assertEquals(owner.abbreviated(), read.attachment());
        assertEquals(MAC, read.guard());
        assertTrue(read.masquerades().size() > 2, alias::toString);
    }

    @Test
    void aPodThatWouldBeReadAsSomethingElseIsLeftOut() {
        for (String pod : List.of("mac=02:42:ac:11:00:02", "two words", "\u001b[2J", "")) {
            assertEquals(
                    "net/0123abcd/eth0", new Alias(OWNER, Optional.of(pod), List.of(), Optional.empty()).toString());
        }
    }

    @Test
    void whatOthersWriteIsNoAliasOfOurs() {
        assertEquals(Optional.empty(), Alias.parse(""));
        assertEquals(Optional.empty(), Alias.parse("uplink to rack 3"));
    }

    @Test
    void wordsThatAreMalformedSayNothing() {
        assertEquals(
                Optional.of(new Alias(OWNER, POD, List.of(), Optional.empty())),
                Alias.parse(OWNER + " namespace/pod masquerade=10.1.0,x mac=1 more"));
    }
}
