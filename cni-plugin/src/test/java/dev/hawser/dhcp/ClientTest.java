package dev.hawser.dhcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.MacAddress;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClientTest {

    private static final MacAddress MAC = MacAddress.parse("02:00:00:00:00:02");
    private static final Attachment ATTACHMENT = new Attachment("lan", "c1", "eth0");
    private static final Ask ASK = Ask.of(ATTACHMENT).requestDefaults();
    private static final Duration LONG = Dhcp.LONGEST_SEARCH;

    private final FakeServer server = new FakeServer();

    private static Client client(FakeWire wire) {
        return new Client(wire, MAC, ASK, wire.clocks(), new Random(7));
    }

    @Test
    void discoversRequestsAndIsGranted() {
        FakeWire wire = FakeWire.to(server);

        Terms terms = client(wire).acquire(LONG, false);

        assertEquals(List.of(MessageType.DISCOVER, MessageType.REQUEST), wire.types());
        assertEquals(Cidr.parse("192.0.2.17/24"), terms.address());
        assertEquals(FakeServer.ADDRESS, terms.server());
        assertEquals(FakeServer.MAC, terms.nextHop());
        assertEquals(Duration.ofMinutes(30), terms.renewAfter());
        assertEquals(Duration.ofMinutes(51), terms.rebindAfter());
        assertEquals(Duration.ofHours(1), terms.endsAfter());
    }

    @Test
    void saysWhoItIsAndWhatItWantsToEverybody() {
        FakeWire wire = FakeWire.to(server);

        client(wire).acquire(LONG, false);

        Packet discover = wire.sent.get(0);
        Options expected = Options.NONE
                .with(OptionCode.MESSAGE_TYPE, (byte) 1)
                .with(OptionCode.PARAMETER_REQUEST_LIST, (byte) 1, (byte) 3)
                .with(OptionCode.MAXIMUM_MESSAGE_SIZE, (byte) 5, (byte) 0xdc)
                .with(OptionCode.CLIENT_IDENTIFIER, "\0c1/lan/eth0".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertEquals(expected, discover.message().options());
        assertEquals(Packet.EVERYBODY, discover.to());
        assertEquals(Packet.BROADCAST, discover.destination());
        assertEquals(Message.NO_ADDRESS, discover.source());
        Options request = wire.sent.get(1).message().options();
        assertEquals(Optional.of(FakeServer.LEASED), request.address(OptionCode.REQUESTED_ADDRESS));
        assertEquals(Optional.of(FakeServer.ADDRESS), request.address(OptionCode.SERVER_IDENTIFIER));
    }

    @Test
    void asksForBroadcastsWhereItHearsNothingElse() {
        FakeWire wire = FakeWire.to(server);

        client(wire).acquire(LONG, true);

        assertTrue(wire.sent.stream().allMatch(packet -> packet.message().broadcast()));
    }

    @Test
    void asksAgainWhileNobodyAnswersAndWaitsLongerEachTime() {
        FakeWire wire = new FakeWire(packet -> List.of());

        DhcpException e = assertThrows(DhcpException.class, () -> client(wire).acquire(LONG, false));

        assertEquals("no more tries: no DHCP lease after 208 s: nobody answered", e.getMessage());
        assertTrue(e.isTemporary());
        assertEquals(LONG, wire.elapsed());
        List<Integer> expected = List.of(2, 2, 2, 2, 4, 8, 16, 32, 62, 62);
        for (int i = 0; i + 1 < wire.sentAfter.size(); i++) {
            Duration pause = wire.sentAfter.get(i + 1).minus(wire.sentAfter.get(i));
            Duration error = pause.minusSeconds(expected.get(i)).abs();
            assertTrue(error.compareTo(Duration.ofSeconds(1)) <= 0, "pause " + i + ": " + pause);
        }
        assertTrue(wire.sentAfter.size() >= 9, wire.sentAfter::toString);
        assertTrue(wire.types().stream().allMatch(MessageType.DISCOVER::equals));
    }

    @Test
    void isNotHeldUpByLostPackets() {
        List<Packet> heard = new ArrayList<>();
        FakeWire wire = new FakeWire(packet -> {
            heard.add(packet);
            return heard.size() % 3 == 0 ? server.answer(packet).stream().toList() : List.of();
        });

        Terms terms = client(wire).acquire(LONG, false);

        assertEquals(FakeServer.LEASED, terms.address().address());
        assertEquals(6, heard.size());
    }

    @Test
    void doesNotTakeWhatIsMeantForOthers() {
        FakeWire wire = new FakeWire(packet -> {
            Packet right = server.answer(packet).orElseThrow();
            return List.of(
                    withTransaction(right, packet.message().transactionId() + 1),
                    withMac(right, MacAddress.parse("02:00:00:00:00:99")),
                    packet,
                    server.reply(packet, right.message().type(), Message.NO_ADDRESS, Options.NONE),
                    fromPort(right, 6767));
        });

        assertThrows(DhcpException.class, () -> client(wire).acquire(Duration.ofSeconds(10), false));

        assertFalse(wire.types().contains(MessageType.REQUEST));
    }

    private static Packet withTransaction(Packet packet, int transaction) {
        Message m = packet.message();
        return with(
                packet,
                new Message(m.reply(), transaction, 0, m.broadcast(), m.client(), m.your(), m.mac(), m.options()));
    }

    private static Packet withMac(Packet packet, MacAddress mac) {
        Message m = packet.message();
        return with(
                packet,
                new Message(m.reply(), m.transactionId(), 0, m.broadcast(), m.client(), m.your(), mac, m.options()));
    }

    private static Packet with(Packet p, Message message) {
        return new Packet(p.from(), p.to(), p.source(), p.destination(), p.sourcePort(), p.destinationPort(), message);
    }

    private static Packet fromPort(Packet p, int port) {
        return new Packet(p.from(), p.to(), p.source(), p.destination(), port, p.destinationPort(), p.message());
    }

    @Test
    void beginsAgainAfterARefusalAndSaysInTheEndWhoRefused() {
        FakeWire wire = new FakeWire(packet -> switch (packet.message().type()) {
            case DISCOVER -> List.of(server.offer(packet));
            default -> List.of(server.nak(packet, "not on this network"));
        });

        DhcpException e = assertThrows(DhcpException.class, () -> client(wire).acquire(Duration.ofSeconds(20), false));

        assertEquals(
                "no more tries: no DHCP lease after 20 s: the server 192.0.2.1 refused: not on this network",
                e.getMessage());
        long discovers =
                wire.types().stream().filter(MessageType.DISCOVER::equals).count();
        assertTrue(discovers > 1 && discovers < 12, wire.types()::toString);
    }

    @Test
    void asksForAnotherOfferWhenNobodyAcknowledges() {
        FakeWire wire = new FakeWire(
                packet -> packet.message().type() == MessageType.DISCOVER ? List.of(server.offer(packet)) : List.of());

        DhcpException e = assertThrows(DhcpException.class, () -> client(wire).acquire(Duration.ofSeconds(60), false));

        assertTrue(e.toString().endsWith("offered 192.0.2.17 and then did not acknowledge it"), e::toString);
        assertEquals(
                List.of(MessageType.DISCOVER, MessageType.REQUEST, MessageType.REQUEST, MessageType.REQUEST),
                wire.types().subList(0, 4));
        assertEquals(MessageType.DISCOVER, wire.types().get(5));
    }

    @Test
    void aLeaseWithoutAMaskIsGivenBackAtOnce() {
        FakeWire wire = FakeWire.to(new FakeServer(Options.NONE.withSeconds(OptionCode.LEASE_TIME, 60)));

        DhcpException e = assertThrows(DhcpException.class, () -> client(wire).acquire(LONG, false));

        assertTrue(e.toString().contains("DHCP option Subnet Mask not found in DHCPACK"), e::toString);
        assertFalse(e.isTemporary());
        assertEquals(List.of(MessageType.DISCOVER, MessageType.REQUEST, MessageType.RELEASE), wire.types());
    }

    @Test
    void aMaskWithHolesIsNone() {
        Options holes = Options.NONE.with(OptionCode.SUBNET_MASK, HexFormat.of().parseHex("ff00ff00"));
        FakeWire wire = FakeWire.to(new FakeServer(holes));

        DhcpException e = assertThrows(DhcpException.class, () -> client(wire).acquire(LONG, false));

        assertTrue(e.toString().contains("255.0.255.0"), e::toString);
    }

    @Test
    void everyMaskHasItsLength() {
        IntStream.rangeClosed(0, 32).forEach(length -> {
            int bits = length == 0 ? 0 : -1 << (32 - length);
            Options options = Options.NONE.withSeconds(OptionCode.SUBNET_MASK, Integer.toUnsignedLong(bits));

            Terms terms = client(FakeWire.to(new FakeServer(options))).acquire(LONG, false);

            assertEquals(length, terms.address().prefixLength());
        });
    }

    @Test
    void timesThatMakeNoSenseAreTheUsualOnes() {
        Options options = Options.NONE
                .with(OptionCode.SUBNET_MASK, HexFormat.of().parseHex("ffffff00"))
                .withSeconds(OptionCode.LEASE_TIME, 1000)
                .withSeconds(OptionCode.RENEWAL_TIME, 900)
                .withSeconds(OptionCode.REBINDING_TIME, 800);

        Terms terms = client(FakeWire.to(new FakeServer(options))).acquire(LONG, false);

        assertEquals(Duration.ofSeconds(500), terms.renewAfter());
        assertEquals(Duration.ofSeconds(850), terms.rebindAfter());
    }

    @Test
    void aLeaseForEverIsNeverOver() {
        Options options = Options.NONE
                .with(OptionCode.SUBNET_MASK, HexFormat.of().parseHex("ffffff00"))
                .withSeconds(OptionCode.LEASE_TIME, 0xffffffffL);

        Terms terms = client(FakeWire.to(new FakeServer(options))).acquire(LONG, false);

        assertTrue(terms.isInfinite());
        assertFalse(terms.isOver(Long.MAX_VALUE));
    }

    @Test
    void renewsWithTheServerAlone() {
        FakeWire wire = FakeWire.to(server);
        Client client = client(wire);
        Terms terms = client.acquire(LONG, false);

        Client.Extension extension = client.renew(terms);

        assertTrue(extension instanceof Client.Extension.Granted, extension::toString);
        Packet renewal = wire.sent.getLast();
        assertEquals(FakeServer.MAC, renewal.to());
        assertEquals(FakeServer.ADDRESS, renewal.destination());
        assertEquals(FakeServer.LEASED, renewal.source());
        assertEquals(FakeServer.LEASED, renewal.message().client());
        assertNames(renewal, Optional.empty(), Optional.empty());
    }

    /** RFC 2131, 4.3.6: a renewal and a rebinding name neither server nor requested address. */
    private static void assertNames(Packet packet, Optional<InetAddress> requested, Optional<InetAddress> server) {
        assertEquals(requested, packet.message().options().address(OptionCode.REQUESTED_ADDRESS));
        assertEquals(server, packet.message().options().address(OptionCode.SERVER_IDENTIFIER));
    }

    @Test
    void rebindsWithEverybody() {
        FakeWire wire = FakeWire.to(server);
        Client client = client(wire);
        Terms terms = client.acquire(LONG, false);

        Client.Extension extension = client.rebind(terms);

        assertTrue(extension instanceof Client.Extension.Granted, extension::toString);
        Packet rebinding = wire.sent.getLast();
        assertEquals(Packet.EVERYBODY, rebinding.to());
        assertEquals(Packet.BROADCAST, rebinding.destination());
        assertEquals(FakeServer.LEASED, rebinding.message().client());
        assertNames(rebinding, Optional.empty(), Optional.empty());
    }

    @Test
    void aRefusedRenewalAnotherAddressAndSilenceAreToldApart() {
        Terms terms = client(FakeWire.to(server)).acquire(LONG, false);
        FakeWire refusing = new FakeWire(packet -> List.of(server.nak(packet, "gone")));
        FakeWire changing = new FakeWire(packet -> List.of(server.reply(
                packet,
                MessageType.ACK,
                IpMath.parse("192.0.2.99"),
                Options.NONE.with(OptionCode.SUBNET_MASK, HexFormat.of().parseHex("ffffff00")))));
        FakeWire silent = new FakeWire(packet -> List.of());

        assertEquals(
                new Client.Extension.Refused("the server 192.0.2.1 refused: gone"),
                client(refusing).renew(terms));
        assertEquals(
                new Client.Extension.Refused("the server leases 192.0.2.99/24 instead"),
                client(changing).renew(terms));
        assertEquals(new Client.Extension.Unanswered(), client(silent).renew(terms));
        assertTrue(silent.elapsed().toSeconds() <= 6, silent.elapsed()::toString);
    }

    @Test
    void releasesWithWhatTheServerKnowsItBy() {
        FakeWire wire = FakeWire.to(server);
        Client client = client(wire);
        Terms terms = client.acquire(LONG, false);

        client.release(terms);

        Packet release = wire.sent.getLast();
        assertEquals(MessageType.RELEASE, release.message().type());
        assertEquals(FakeServer.LEASED, release.message().client());
        assertEquals(FakeServer.MAC, release.to());
        assertEquals(
                Optional.of(FakeServer.ADDRESS), release.message().options().address(OptionCode.SERVER_IDENTIFIER));
        assertTrue(
                release.message().options().find(OptionCode.CLIENT_IDENTIFIER).isPresent());
    }

    @Test
    void theIdentifierOfALongNameIsCut() {
        Ask ask = Ask.of(new Attachment("n".repeat(200), "c".repeat(200), "eth0"));

        byte[] identifier = ask.provided().find(OptionCode.CLIENT_IDENTIFIER).orElseThrow();

        assertEquals(255, identifier.length);
        assertEquals(0, identifier[0]);
        assertEquals('c', identifier[200]);
        assertEquals('/', identifier[201]);
        assertEquals('n', identifier[254]);
    }
}
