package dev.hawser.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import java.net.InetAddress;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class AliasTest {

    private static final Attachment OWNER = new Attachment("net", "0123abcd", "eth0");
    private static final List<Cidr> ADDRESSES = List.of(Cidr.parse("10.1.0.5/16"), Cidr.parse("fd00::5/64"));
    private static final Optional<MacAddress> MAC = Optional.of(MacAddress.parse("02:42:ac:11:00:02"));

    /** With names of so many characters everything has room that the property comes up with. */
    private static final int SHORT = 20;

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

    @Test
    void saysWhatIsForwardedWithoutRepeatingWhatIsMasqueraded() {
        Alias alias = new Alias(OWNER, POD, ADDRESSES, MAC);
        List<InetAddress> both = List.of(IpMath.parse("10.1.0.5"), IpMath.parse("fd00::5"));
        Alias all = alias.with(new ForwardingPolicy(both, "CNI-ADMIN", closed("cni0", false)));
        Alias some = alias.with(new ForwardingPolicy(both.subList(0, 1), "MINE", closed("cni0", true)));
        Alias closedOnly = alias.with(new ForwardingPolicy(List.of(), "CNI-ADMIN", closed("veth1", false)));

        assertEquals(alias + " forward=* closed=cni0", all.toString());
        assertEquals(alias + " forward=10.1.0.5 admin=MINE isolated=cni0", some.toString());
        assertEquals(alias + " closed=veth1", closedOnly.toString());
        for (Alias one : List.of(all, some, closedOnly)) {
            assertEquals(Optional.of(one), Alias.parse(one.toString()));
        }
        assertEquals(alias, all.with(ForwardingPolicy.NONE));
    }

    @Test
    void whatIsForwardedAndWhatIsPublishedKeepEachOther() {
        FirewallChange.PublishPorts ports = new FirewallChange.PublishPorts(
                OWNER, List.of(port(Optional.empty(), "10.1.0.5/16", "")), PublishedPort.Masqueraded.SUBNET);
        ForwardingPolicy policy =
                new ForwardingPolicy(List.of(IpMath.parse("10.1.0.5")), "CNI-ADMIN", closed("cni0", false));
        Alias alias = new Alias(OWNER, POD, List.of(), MAC);

        Alias published = read(alias.with(policy)).with(Optional.of(ports));
        Alias forwarded = read(alias.with(Optional.of(ports))).with(policy);

        assertEquals(published.toString(), forwarded.toString());
        assertEquals(published, read(published));
        assertEquals(alias.with(policy), read(published).with(Optional.empty()));
        assertEquals(alias.with(Optional.of(ports)), read(published).with(ForwardingPolicy.NONE));
    }

    @Test
    void whereRoomIsShortPublishedPortsGoBeforeWhatIsForwarded() {
        Attachment owner = new Attachment("n".repeat(120), "c".repeat(64), "eth0");
        FirewallChange.PublishPorts ports = new FirewallChange.PublishPorts(
                owner, List.of(port(Optional.empty(), "10.1.0.5/16", "")), PublishedPort.Masqueraded.SUBNET);
        ForwardingPolicy policy =
                new ForwardingPolicy(List.of(IpMath.parse("10.1.0.5")), "CNI-ADMIN", closed("cni0", false));
        Alias alias = new Alias(owner, POD, ADDRESSES.subList(0, 1), Optional.empty())
                .with(policy)
                .with(Optional.of(ports));

        assertEquals(owner + " masquerade=10.1.0.5/16 forward=* closed=cni0", alias.toString());
    }

    @Test
    void aMalformedPolicySaysNothing() {
        for (String words : List.of("forward=10.1.0", "forward=", "forward=* admin=-X", "forward=* admin=")) {
            Alias alias = Alias.parse(OWNER + " namespace/pod masquerade=10.1.0.5/16 " + words)
                    .orElseThrow();

            assertEquals(new Alias(OWNER, POD, ADDRESSES.subList(0, 1), Optional.empty()), alias, words);
        }
    }

    @Property
    void readsWhatItWroteAsFarAsThereIsRoom(@ForAll("aliases") Alias alias) {
        String text = alias.toString();

        Alias read = read(alias);

        assertTrue(text.getBytes(UTF_8).length < Link.ALIAS_BYTES, text);
        assertEquals(text, read.toString());
        assertEquals(alias.attachment().abbreviated(), read.attachment().abbreviated());
        assertTrue(List.of(alias.forwarding(), ForwardingPolicy.NONE).contains(read.forwarding()), text);
        assertTrue(List.of(alias.publication(), Optional.empty()).contains(read.publication()), text);
        if (alias.attachment().network().length() <= SHORT
                && alias.pod().orElse("").length() <= SHORT) {
            assertEquals(alias, read);
        }
    }

    @Provide
    Arbitrary<Alias> aliases() {
        return Combinators.combine(
                        Arbitraries.strings().alpha().ofMinLength(1).ofMaxLength(200),
                        Arbitraries.of("namespace/pod", "forward", "p".repeat(60))
                                .optional(),
                        addresses().list().uniqueElements().ofMaxSize(2),
                        Arbitraries.just(MAC.orElseThrow()).optional(),
                        policies(),
                        Arbitraries.of(true, false))
                .as(AliasTest::alias);
    }

    private static Arbitrary<ForwardingPolicy> policies() {
        return Combinators.combine(
                        addresses().map(Cidr::address).list().uniqueElements().ofMaxSize(2),
                        Arbitraries.of("CNI-ADMIN", "MINE", "a,b=c"),
                        Arbitraries.of(
                                        closed("cni0", false).orElseThrow(),
                                        closed("br=0", true).orElseThrow())
                                .optional())
                .as(ForwardingPolicy::new);
    }

    private static Arbitrary<Cidr> addresses() {
        return Arbitraries.of("10.1.0.5/16", "10.1.0.6/16", "fd00::5/64", "fd00:1:2:3:4:5:6:7/64")
                .map(Cidr::parse);
    }

    private static Alias alias(
            String network,
            Optional<String> pod,
            List<Cidr> masquerades,
            Optional<MacAddress> guard,
            ForwardingPolicy policy,
            boolean publishes) {
        Attachment owner = new Attachment(network, "c".repeat(12), "eth0");
        FirewallChange.PublishPorts ports = new FirewallChange.PublishPorts(
                owner, List.of(port(Optional.empty(), "10.1.0.5/16", "")), PublishedPort.Masqueraded.SUBNET);
        return new Alias(owner, pod, masquerades, guard, policy, publishes ? Optional.of(ports) : Optional.empty());
    }

    private static Alias read(Alias alias) {
        return Alias.parse(alias.toString()).orElseThrow();
    }

    private static Optional<FirewallChange.CloseBridge> closed(String bridge, boolean isolated) {
        return Optional.of(new FirewallChange.CloseBridge(bridge, isolated));
    }

    private static PublishedPort port(Optional<InetAddress> host, String address, String conditions) {
        return new PublishedPort(Protocol.TCP, host, 8080, Cidr.parse(address), 80, conditions);
    }
}
