package dev.hawser.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import java.net.InetAddress;
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

    @Test
    void saysWhichPortsArePublishedIfAWordCan() {
        FirewallChange.PublishPorts ports = new FirewallChange.PublishPorts(
                OWNER,
                List.of(
                        port(Optional.empty(), "10.1.0.5/16", ""),
                        port(Optional.empty(), "fd00::5/64", ""),
                        port(Optional.of(IpMath.parse("2001:db8::1")), "fd00::5/64", "")),
                PublishedPort.Masqueraded.EVERYBODY);
        FirewallChange.PublishPorts conditional = new FirewallChange.PublishPorts(
                OWNER,
                List.of(port(Optional.empty(), "10.1.0.5/16", "iifname eth0")),
                PublishedPort.Masqueraded.NOBODY);
        Alias alias = new Alias(OWNER, POD, List.of(), Optional.empty());

        String text = alias.with(Optional.of(ports)).toString();

        assertEquals(alias + " publish=everybody,10.1.0.5/16,fd00::5/64,8080>80/tcp,2001:db8::1@8080>80/tcp", text);
        assertEquals(Optional.of(alias.with(Optional.of(ports))), Alias.parse(text));
        assertEquals(alias.toString(), alias.with(Optional.of(conditional)).toString());
        assertEquals(Optional.of(alias), Alias.parse(alias + " publish=nobody,x>y"));
    }

    private static PublishedPort port(Optional<InetAddress> host, String address, String conditions) {
        return new PublishedPort(Protocol.TCP, host, 8080, Cidr.parse(address), 80, conditions);
    }
}
