package dev.hawser.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.FirewallChange.PublishPorts;
import dev.hawser.kernel.FirewallChange.UnpublishPorts;
import dev.hawser.kernel.KernelException;
import dev.hawser.kernel.Protocol;
import dev.hawser.kernel.PublishedPort;
import dev.hawser.kernel.PublishedPort.Masqueraded;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Published ports on the real kernel, in a namespace of its own, checked with {@code nft}. */
class PortMapsTest {

    private static final Attachment OWNER = new Attachment("net", "c1", "eth0");
    private static final Attachment OTHER = new Attachment("net", "c2", "eth0");
    private static final Cidr ADDRESS = Cidr.parse("10.1.0.5/16");
    private static final Cidr ADDRESS6 = Cidr.parse("fd00:1::5/64");

    private final NftHost host = new NftHost();
    private final Firewall firewall = host.firewall();

    @AfterEach
    void close() {
        host.close();
    }

    private static PublishedPort tcp(int hostPort) {
        return new PublishedPort(Protocol.TCP, Optional.empty(), hostPort, ADDRESS, 80, "");
    }

    private static PublishPorts publish(Attachment owner, List<PublishedPort> ports) {
        return new PublishPorts(owner, ports, Masqueraded.SUBNET);
    }

    @Test
    void aPortIsAnElementAndItsUsersAreAnother() {
        firewall.apply(publish(OWNER, List.of(tcp(8080))));

        assertEquals(
                "table inet hawser { map ports-ip { type inet_proto . inet_service : ipv4_addr . inet_service"
                        + " elements = { tcp . 8080 comment \"net/c1/eth0\" : 10.1.0.5 . 80 } } }",
                host.nft("list map inet hawser ports-ip"));
        assertEquals(
                "table inet hawser { set hairpin-10.1.0.0-16 { type ipv4_addr . inet_proto . inet_service"
                        + " elements = { 10.1.0.5 . tcp . 8080 comment \"net/c1/eth0\" } } }",
                host.nft("list set inet hawser hairpin-10.1.0.0-16"));
        assertTrue(host.nft("list map inet hawser publishers").contains("comment \"net/c1/eth0\" : 0x00000002"));
    }

    @Test
    void conditionsStandInRulesOfTheirOwn() {
        PublishedPort conditional = new PublishedPort(
                Protocol.UDP, Optional.of(IpMath.parse("2001:db8::1")), 53, ADDRESS6, 53, "iifname eth7");

        firewall.apply(publish(OWNER, List.of(tcp(8080), conditional)));

        String ruleset = host.nft("list table inet hawser");
        assertTrue(
                ruleset.contains("chain " + conditional.chain()
                        + " { iifname \"eth7\" dnat ip6 to ip6 daddr . meta l4proto . th dport map @host-ports-ip6-"),
                ruleset);
        assertTrue(
                ruleset.contains("chain published-ip { dnat ip to ip daddr . meta l4proto . th dport map @host-ports-ip"
                        + " dnat ip to meta l4proto . th dport map @ports-ip }"),
                ruleset);
    }

    @Test
    void theListingLoadsAgain() {
        PublishedPort conditional =
                new PublishedPort(Protocol.SCTP, Optional.empty(), 1, ADDRESS6, 2, "iifname { eth7, eth8 }");
        firewall.apply(publish(OWNER, List.of(tcp(8080), conditional)));
        firewall.apply(new PublishPorts(OTHER, List.of(tcp(8081)), Masqueraded.EVERYBODY));
        String listing = host.nft("list ruleset");

        host.shell("nft list ruleset > /dev/shm/$$ && nft flush ruleset && nft -f /dev/shm/$$; rm /dev/shm/$$");

        assertEquals(listing, host.nft("list ruleset"));
        assertEquals(List.of(), firewall.missing(publish(OWNER, List.of(tcp(8080), conditional))));
    }

    @Test
    void publishingAgainChangesNothing() {
        firewall.apply(publish(OWNER, List.of(tcp(8080))));
        String before = host.nft("-a list ruleset");

        firewall.apply(publish(OWNER, List.of(tcp(8080))));

        assertEquals(before, host.nft("-a list ruleset"));
    }

    @Test
    void aThousandPortsOfOneAttachmentAreOneTransaction() {
        List<PublishedPort> many =
                IntStream.rangeClosed(1001, 2500).mapToObj(PortMapsTest::tcp).toList();
        firewall.apply(publish(OTHER, List.of(tcp(2500))));

        KernelException e = assertThrows(KernelException.class, () -> firewall.apply(publish(OWNER, many)));
        List<Attachment> afterFailure = firewall.publishers();
        firewall.apply(publish(OWNER, many.subList(0, 1499)));

        assertTrue(e.toString().contains("publish 2500/tcp of the host: it is taken by net/c2/eth0"), e::toString);
        assertEquals(List.of(OTHER), afterFailure);
        assertEquals(1500, elements("ports-ip"));
        firewall.apply(new UnpublishPorts(OWNER, many, Masqueraded.SUBNET));
        assertEquals(1, elements("ports-ip"));
        assertEquals(1, elements("hairpin-10.1.0.0-16"));
    }

    @Test
    void aThousandAttachmentsComeAndGo() {
        List<Attachment> owners = IntStream.range(0, 1000)
                .mapToObj(i -> new Attachment("net", "c" + i, "eth0"))
                .toList();

        for (int i = 0; i < owners.size(); i++) {
            firewall.apply(publish(owners.get(i), List.of(tcp(10_000 + i))));
        }
        int published = elements("ports-ip");
        for (int i = 0; i < owners.size(); i++) {
            firewall.apply(new UnpublishPorts(owners.get(i), List.of(tcp(10_000 + i)), Masqueraded.SUBNET));
        }

        assertEquals(1000, published);
        assertFalse(host.nft("list ruleset").contains("elements"));
    }

    /** What a person added by hand, or what an earlier Hawser left without saying whose it is. */
    @Test
    void aPortThatIsTakenByNobodyKnownIsSaidToBe() {
        firewall.apply(publish(OWNER, List.of(tcp(8080))));
        host.nft("'add element inet hawser ports-ip { tcp . 8081 : 10.1.0.9 . 80 }'");

        KernelException e =
                assertThrows(KernelException.class, () -> firewall.apply(publish(OTHER, List.of(tcp(8081)))));

        assertTrue(e.toString().contains("it is taken by somebody who left no name"), e::toString);
    }

    /** By nft's JSON: one comment for each element that is ours. */
    private int elements(String set) {
        String kind = set.startsWith("hairpin") ? "set" : "map";
        return host.shell("nft -j list " + kind + " inet hawser " + set).split("\"comment\"", -1).length - 1;
    }
}
