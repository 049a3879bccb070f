package dev.hawser.kernel;

import static dev.hawser.kernel.Side.HOST;
import static dev.hawser.kernel.Side.POD;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import dev.hawser.kernel.PublishedPort.Masqueraded;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** What every kernel promises. It starts with two namespaces in which there is but {@code lo}, down. */
public abstract class KernelContract {

    private static final MacAddress HOST_MAC = MacAddress.parse("02:00:00:00:00:01");
    private static final MacAddress POD_MAC = MacAddress.parse("02:00:00:00:00:02");
    private static final MacAddress OTHER_MAC = MacAddress.parse("02:00:00:00:00:03");
    private static final Cidr ADDRESS = Cidr.parse("10.1.2.5/24");
    private static final Cidr ADDRESS6 = Cidr.parse("fd00:1::5/64");
    private static final Attachment OWNER = new Attachment("net", "0123abcd", "eth0");
    private static final Attachment OTHER = new Attachment("net", "4567cdef", "eth0");
    private static final PublishedPort WEB = new PublishedPort(Protocol.TCP, Optional.empty(), 8080, ADDRESS, 80, "");
    private static final PublishedPort DNS = new PublishedPort(Protocol.UDP, Optional.empty(), 53, ADDRESS, 53, "");
    private static final int WAIT_MILLIS = 5000;

    /** The kernel under test, opened with both sides; the same one throughout a test. */
    protected abstract Kernel kernel();

    /** Skips the test that asks if this kernel lacks the feature; the fake has all. */
    protected void needs(KernelFeature feature) {}

    // Bridges.

    @Test
    void anAddedBridgeIsThere() {
        apply(HOST, new LinkChange.AddBridge("br0", OptionalInt.of(1400), false));

        Link bridge = kernel().linkOrThrow(HOST, "br0");
        assertEquals(Optional.of("bridge"), bridge.kind());
        assertEquals(1400, bridge.mtuBytes());
        assertFalse(bridge.up());
    }

    @Test
    void aBridgeThatIsThereKeepsItsSettings() {
        apply(HOST, new LinkChange.AddBridge("br0", OptionalInt.of(1400), false));
        Link before = kernel().linkOrThrow(HOST, "br0");

        apply(HOST, new LinkChange.AddBridge("br0", OptionalInt.of(9000), false));

        assertEquals(before, kernel().linkOrThrow(HOST, "br0"));
    }

    @Test
    void aBridgeDoesNotReplaceAnotherLink() {
        addVeth();

        KernelException e = assertThrows(KernelException.class, () -> addBridge("veth1"));

        assertEquals("\"veth1\" already exists but is not a bridge", e.getMessage());
        assertEquals(Errno.EEXIST, e.errno());
    }

    @Test
    void aBridgeIsOnOneSideOnly() {
        addBridge("br0");

        assertEquals(Optional.empty(), kernel().link(POD, "br0"));
    }

    // Veths.

    @Test
    void bothEndsOfAVethAreThereAndDown() {
        addBridge("br0");

        addVeth("veth1", "eth0", Optional.of("br0"), OptionalInt.of(1400));

        Link host = kernel().linkOrThrow(HOST, "veth1");
        Link pod = kernel().linkOrThrow(POD, "eth0");
        OptionalInt bridge = OptionalInt.of(kernel().linkOrThrow(HOST, "br0").index());
        assertEquals(veth(host.index(), "veth1", HOST_MAC, bridge, pod.index()), host);
        assertEquals(veth(pod.index(), "eth0", POD_MAC, OptionalInt.empty(), host.index()), pod);
    }

    private static Link veth(int index, String name, MacAddress mac, OptionalInt master, int peer) {
        return new Link(
                index,
                name,
                Optional.of("veth"),
                Optional.of(mac),
                1400,
                false,
                false,
                false,
                false,
                1000,
                master,
                OptionalInt.of(peer),
                OptionalInt.empty(),
                "");
    }

    @Test
    void aVethHasTheMtuOfEthernetUnlessToldOtherwise() {
        addVeth();

        assertEquals(1500, kernel().linkOrThrow(HOST, "veth1").mtuBytes());
        assertEquals(1500, kernel().linkOrThrow(POD, "eth0").mtuBytes());
    }

    @Test
    void bothEndsOfAVethMayBeOnOneSide() {
        apply(
                HOST,
                new LinkChange.AddVeth(
                        "veth1", HOST_MAC, Optional.empty(), HOST, "veth2", POD_MAC, OptionalInt.empty()));

        Link near = kernel().linkOrThrow(HOST, "veth1");
        Link far = kernel().linkOrThrow(HOST, "veth2");
        assertEquals(OptionalInt.of(far.index()), near.peer());
        assertEquals(OptionalInt.of(near.index()), far.peer());
    }

    @Test
    void aVethNeedsAFreeNameInTheContainer() {
        addVeth();

        KernelException e = assertThrows(KernelException.class, () -> addVeth("veth2", "eth0"));

        assertEquals("container veth name (\"eth0\") peer provided (\"veth2\") already exists", e.getMessage());
        assertEquals(Errno.EEXIST, e.errno());
        assertEquals(Optional.empty(), kernel().link(HOST, "veth2"));
    }

    @Test
    void aVethNeedsAFreeNameOnTheHost() {
        addVeth();

        KernelException e = assertThrows(KernelException.class, () -> addVeth("veth1", "eth1"));

        assertTrue(e.toString().contains("veth1"), e::toString);
        assertEquals(Errno.EEXIST, e.errno());
        assertEquals(Optional.empty(), kernel().link(POD, "eth1"));
    }

    @Test
    void aVethNeedsTheBridgeThatItIsToJoin() {
        KernelException e = assertThrows(
                KernelException.class, () -> addVeth("veth1", "eth0", Optional.of("no-such"), OptionalInt.empty()));

        assertEquals(Errno.ENODEV, e.errno());
        assertEquals(Optional.empty(), kernel().link(HOST, "veth1"));
    }

    @Test
    void deletingOneVethEndDeletesTheOther() {
        addVeth();

        apply(POD, new LinkChange.DeleteLink("eth0"));

        assertEquals(Optional.empty(), kernel().link(HOST, "veth1"));
    }

    // Links on top of others, and links of their own.

    @Test
    void aMacvlanHasAMacOfItsOwnOnItsParent() {
        needs(KernelFeature.MACVLAN);
        addVeth();
        LinkKind kind = new LinkKind.Macvlan("veth1", HOST, LinkKind.MacvlanMode.PRIVATE, OptionalInt.of(2000));

        apply(POD, new LinkChange.AddLink("eth1", kind, Optional.of(OTHER_MAC), OptionalInt.of(1400)));

        assertEquals(expected("eth1", kind, OTHER_MAC, 1400), kernel().linkOrThrow(POD, "eth1"));
        assertEquals(Optional.empty(), kernel().link(HOST, "eth1"));
    }

    @Test
    void theMtuOfAParentIsThatOfWhatIsOnIt() {
        needs(KernelFeature.MACVLAN);
        addVeth("veth1", "eth0", Optional.empty(), OptionalInt.of(1300));

        addMacvlan("eth1", LinkKind.MacvlanMode.BRIDGE);

        assertEquals(1300, kernel().linkOrThrow(POD, "eth1").mtuBytes());
    }

    @Test
    void aMacvlanInPassthruHasTheMacOfItsParent() {
        needs(KernelFeature.MACVLAN);
        addVeth();

        addMacvlan("eth1", LinkKind.MacvlanMode.PASSTHRU);

        assertEquals(Optional.of(HOST_MAC), kernel().linkOrThrow(POD, "eth1").mac());
    }

    @Test
    void aParentMayBeInTheContainer() {
        needs(KernelFeature.MACVLAN);
        addVeth();
        LinkKind kind = new LinkKind.Macvlan("eth0", POD, LinkKind.MacvlanMode.BRIDGE, OptionalInt.empty());

        apply(POD, new LinkChange.AddLink("eth1", kind, Optional.of(OTHER_MAC), OptionalInt.empty()));

        assertEquals(expected("eth1", kind, OTHER_MAC, 1500), kernel().linkOrThrow(POD, "eth1"));
    }

    @Test
    void anIpvlanHasTheMacOfItsParent() {
        needs(KernelFeature.IPVLAN);
        addVeth();
        LinkKind kind = new LinkKind.Ipvlan("veth1", HOST, LinkKind.IpvlanMode.L3S);

        apply(POD, new LinkChange.AddLink("eth1", kind, Optional.empty(), OptionalInt.of(1400)));

        assertEquals(expected("eth1", kind, HOST_MAC, 1400), kernel().linkOrThrow(POD, "eth1"));
    }

    @Test
    void aVlanIsOnItsParent() {
        needs(KernelFeature.VLAN);
        addVeth();
        LinkKind kind = new LinkKind.Vlan("veth1", HOST, 100);

        apply(POD, new LinkChange.AddLink("eth1", kind, Optional.empty(), OptionalInt.of(1400)));

        assertEquals(expected("eth1", kind, HOST_MAC, 1400), kernel().linkOrThrow(POD, "eth1"));
    }

    @Test
    void aParentHasOneLinkOfAVlan() {
        needs(KernelFeature.VLAN);
        addVeth();
        LinkKind kind = new LinkKind.Vlan("veth1", HOST, 100);
        apply(POD, new LinkChange.AddLink("eth1", kind, Optional.empty(), OptionalInt.empty()));

        KernelException e = assertThrows(
                KernelException.class,
                () -> apply(POD, new LinkChange.AddLink("eth2", kind, Optional.empty(), OptionalInt.empty())));

        assertEquals(Errno.EEXIST, e.errno());
        assertEquals(Optional.empty(), kernel().link(POD, "eth2"));
    }

    @Test
    void aDummyIsThere() {
        needs(KernelFeature.DUMMY);
        LinkKind kind = new LinkKind.Dummy();

        apply(POD, new LinkChange.AddLink("eth0", kind, Optional.of(POD_MAC), OptionalInt.of(1400)));

        assertEquals(expected("eth0", kind, POD_MAC, 1400), kernel().linkOrThrow(POD, "eth0"));
    }

    @Test
    void anIfbIsThere() {
        needs(KernelFeature.IFB);
        LinkKind kind = new LinkKind.Ifb();

        apply(HOST, new LinkChange.AddLink("bwp1", kind, Optional.of(HOST_MAC), OptionalInt.of(1400)));

        assertEquals(expected("bwp1", kind, HOST_MAC, 1400), kernel().linkOrThrow(HOST, "bwp1"));
    }

    @Test
    void aVrfHasItsTable() {
        needs(KernelFeature.VRF);
        LinkKind kind = new LinkKind.Vrf(1001);

        apply(POD, new LinkChange.AddLink("vrf1", kind, Optional.of(POD_MAC), OptionalInt.of(1400)));

        assertEquals(expected("vrf1", kind, POD_MAC, 1400), kernel().linkOrThrow(POD, "vrf1"));
    }

    @Test
    void aNewLinkNeedsAFreeName() {
        needs(KernelFeature.MACVLAN);
        addVeth();
        addMacvlan("eth1", LinkKind.MacvlanMode.BRIDGE);

        KernelException e = assertThrows(KernelException.class, () -> addMacvlan("eth1", LinkKind.MacvlanMode.BRIDGE));

        assertTrue(e.toString().contains("there is a macvlan of this name already"), e::toString);
        assertEquals(Errno.EEXIST, e.errno());
    }

    @Test
    void aNameThatIsTakenWhereTheParentIsIsFreeInTheContainer() {
        needs(KernelFeature.MACVLAN);
        addVeth();
        addBridge("eth1");

        addMacvlan("eth1", LinkKind.MacvlanMode.BRIDGE);

        assertEquals(Optional.of("macvlan"), kernel().linkOrThrow(POD, "eth1").kind());
        assertEquals(Optional.of("bridge"), kernel().linkOrThrow(HOST, "eth1").kind());
    }

    @Test
    void aLinkOnTopOfAnotherNeedsThat() {
        needs(KernelFeature.MACVLAN);

        KernelException e = assertThrows(KernelException.class, () -> addMacvlan("eth1", LinkKind.MacvlanMode.BRIDGE));

        assertTrue(e.toString().contains("veth1"), e::toString);
        assertEquals(Errno.ENODEV, e.errno());
    }

    @Test
    void whatIsOnTopOfALinkGoesWithIt() {
        needs(KernelFeature.MACVLAN);
        addVeth();
        addMacvlan("eth1", LinkKind.MacvlanMode.BRIDGE);

        apply(HOST, new LinkChange.DeleteLink("veth1"));

        assertEquals(Optional.empty(), kernel().link(POD, "eth1"));
    }

    private void addMacvlan(String name, LinkKind.MacvlanMode mode) {
        LinkKind kind = new LinkKind.Macvlan("veth1", HOST, mode, OptionalInt.empty());
        apply(POD, new LinkChange.AddLink(name, kind, Optional.of(OTHER_MAC), OptionalInt.empty()));
    }

    /** On the side where it has just been made; with the index that it got. */
    private Link expected(String name, LinkKind kind, MacAddress mac, int mtuBytes) {
        Side side = name.startsWith("bwp") ? HOST : POD;
        OptionalInt parent = kind.on()
                .map(on -> OptionalInt.of(
                        kernel().linkOrThrow(on.side(), on.link()).index()))
                .orElse(OptionalInt.empty());
        return new Link(
                kernel().linkOrThrow(side, name).index(),
                name,
                Optional.of(kind.name()),
                Optional.of(mac),
                mtuBytes,
                false,
                false,
                false,
                false,
                kind instanceof LinkKind.Ifb ? 32 : 1000,
                OptionalInt.empty(),
                parent,
                kind.setting(),
                "");
    }

    @Test
    void aLinkThatIsGoneIsDeletedAlready() {
        assertDoesNotThrow(() -> apply(HOST, new LinkChange.DeleteLink("no-such")));
    }

    // Links.

    @Test
    void thereIsNoLinkOfAnUnusedName() {
        assertEquals(Optional.empty(), kernel().link(HOST, "no-such"));
        assertEquals(Optional.empty(), kernel().link(HOST, "a-name-that-is-too-long-for-any-link"));
    }

    @Test
    void allLinksAreListed() {
        addBridge("br0");
        addVeth();

        assertEquals(
                List.of("lo", "br0", "veth1"),
                kernel().links(HOST).stream().map(Link::name).toList());
    }

    @Test
    void aLinkGoesUpAndDown() {
        addVeth();

        apply(HOST, new LinkChange.SetUp("veth1"));
        boolean up = kernel().linkOrThrow(HOST, "veth1").up();
        apply(HOST, new LinkChange.SetDown("veth1"));
        boolean stillUp = kernel().linkOrThrow(HOST, "veth1").up();

        assertTrue(up);
        assertFalse(stillUp);
    }

    @Test
    void aMissingLinkCannotBeSetUp() {
        KernelException e = assertThrows(KernelException.class, () -> apply(HOST, new LinkChange.SetUp("no-such")));

        assertTrue(e.toString().contains("no-such"), e::toString);
        assertEquals(Errno.ENODEV, e.errno());
    }

    @Test
    void anAliasIsKept() {
        addVeth();

        apply(HOST, new LinkChange.SetAlias("veth1", "net/0123/eth0 é"));

        assertEquals("net/0123/eth0 é", kernel().linkOrThrow(HOST, "veth1").alias());
    }

    @Test
    void anAliasMayFillItsSpace() {
        addVeth();
        String alias = "a".repeat(Link.ALIAS_BYTES - 1);

        apply(HOST, new LinkChange.SetAlias("veth1", alias));

        assertEquals(alias, kernel().linkOrThrow(HOST, "veth1").alias());
    }

    @Test
    void aLinkBecomesPromiscuous() {
        addBridge("br0");

        apply(HOST, new LinkChange.SetPromiscuous("br0"));

        assertTrue(kernel().linkOrThrow(HOST, "br0").promiscuous());
    }

    @Test
    void aLinkTakesItsSettingsAndOthersAgain() {
        addVeth();
        Link before = kernel().linkOrThrow(POD, "eth0");

        set("eth0", MacAddress.parse("02:00:00:00:00:99"), 1280, true, 500);
        Link tuned = kernel().linkOrThrow(POD, "eth0");
        set("eth0", POD_MAC, 1500, false, 1000);

        assertEquals(Optional.of(MacAddress.parse("02:00:00:00:00:99")), tuned.mac());
        assertEquals(1280, tuned.mtuBytes());
        assertEquals(500, tuned.txQueueLength());
        assertTrue(tuned.promiscuous());
        assertTrue(tuned.allMulticast());
        assertEquals(before, kernel().linkOrThrow(POD, "eth0"));
    }

    private void set(String link, MacAddress mac, int mtuBytes, boolean takesAll, int txQueueLength) {
        apply(POD, new LinkChange.SetMac(link, mac));
        apply(POD, new LinkChange.SetMtu(link, mtuBytes));
        apply(POD, new LinkChange.SetPromiscuous(link, takesAll));
        apply(POD, new LinkChange.SetAllMulticast(link, takesAll));
        apply(POD, new LinkChange.SetTxQueueLength(link, txQueueLength));
    }

    @Test
    void aMissingLinkTakesNoSettings() {
        KernelException e =
                assertThrows(KernelException.class, () -> apply(POD, new LinkChange.SetMtu("no-such", 1400)));

        assertEquals(Errno.ENODEV, e.errno());
    }

    @Test
    void aBridgeFollowsTheMacOfItsPort() {
        addBridge("br0");

        addPort();

        assertEquals(Optional.of(HOST_MAC), kernel().linkOrThrow(HOST, "br0").mac());
    }

    @Test
    void aBridgeWithAPinnedMacKeepsItWhenAPortComes() {
        addBridge("br0");
        apply(HOST, new LinkChange.PinMac("br0"));
        Optional<MacAddress> before = kernel().linkOrThrow(HOST, "br0").mac();

        addPort();

        assertEquals(before, kernel().linkOrThrow(HOST, "br0").mac());
    }

    @Test
    void aBridgePortTakesItsSettings() {
        addBridge("br0");
        addPort();

        assertDoesNotThrow(() -> apply(HOST, new LinkChange.SetBridgePort("veth1", true, true)));
    }

    @Test
    void aLinkThatIsNoBridgePortHasNoSuchSettings() {
        addVeth();

        assertThrows(KernelException.class, () -> apply(HOST, new LinkChange.SetBridgePort("veth1", true, false)));
    }

    @Test
    void aPortIsUpOnceBothEndsAndTheBridgeAre() {
        addBridge("br0");
        addPort();
        apply(HOST, new LinkChange.SetUp("br0"));
        apply(HOST, new LinkChange.SetUp("veth1"));
        apply(POD, new LinkChange.SetUp("eth0"));

        apply(HOST, new LinkChange.AwaitUp("veth1", WAIT_MILLIS));

        assertTrue(kernel().linkOrThrow(HOST, "veth1").operationallyUp());
    }

    @Test
    void aPortWhoseOtherEndIsDownDoesNotComeUp() {
        addBridge("br0");
        addPort();
        apply(HOST, new LinkChange.SetUp("br0"));
        apply(HOST, new LinkChange.SetUp("veth1"));

        KernelException e = assertThrows(KernelException.class, () -> apply(HOST, new LinkChange.AwaitUp("veth1", 20)));

        // The kernel looks below the port when it finds the time: until then it is just down.
        assertTrue(e.toString().matches("(?s).*bridge port in error state: (lowerlayer)?down: .*"), e::toString);
    }

    @Test
    void aPortOfABridgeThatIsDownIsNotInUse() {
        addBridge("br0");
        addPort();
        apply(HOST, new LinkChange.SetUp("veth1"));
        apply(POD, new LinkChange.SetUp("eth0"));

        KernelException e = assertThrows(KernelException.class, () -> apply(HOST, new LinkChange.AwaitUp("veth1", 20)));

        assertTrue(e.toString().contains("bridge port in error state: disabled"), e::toString);
    }

    // Qdiscs.

    private static final Tbf TBF = Tbf.of(1_000_000, 10_000, Duration.ofMillis(25));

    @Test
    void whatALinkSendsGoesThroughItsTokenBucket() {
        addVeth();
        List<Qdisc> before = kernel().qdiscs(HOST, "veth1");

        apply(HOST, new QdiscChange.SetTbf("veth1", TBF));

        assertEquals(List.of(), before);
        assertEquals(List.of(new Qdisc("tbf", Qdisc.OURS, Optional.of(TBF))), kernel().qdiscs(HOST, "veth1"));
        assertEquals(List.of(), kernel().qdiscs(POD, "eth0"));
    }

    @Test
    void aTokenBucketTakesOtherSettingsAndAgainTheSame() {
        addVeth();
        apply(HOST, new LinkChange.SetUp("veth1"));
        Tbf other = Tbf.of(6_000_000_000L, 20_000_000, Duration.ofMillis(50));

        apply(HOST, new QdiscChange.SetTbf("veth1", TBF));
        apply(HOST, new QdiscChange.SetTbf("veth1", other));
        apply(HOST, new QdiscChange.SetTbf("veth1", other));

        assertEquals(List.of(new Qdisc("tbf", Qdisc.OURS, Optional.of(other))), kernel().qdiscs(HOST, "veth1"));
    }

    @Test
    void aTokenBucketThatIsGoneIsDeletedAlready() {
        addVeth();
        apply(HOST, new QdiscChange.SetTbf("veth1", TBF));

        apply(HOST, new QdiscChange.DeleteTbf("veth1"));
        apply(HOST, new QdiscChange.DeleteTbf("veth1"));
        apply(HOST, new QdiscChange.DeleteTbf("no-such"));

        assertEquals(List.of(), kernel().qdiscs(HOST, "veth1"));
        assertEquals(List.of(), kernel().qdiscs(HOST, "no-such"));
    }

    @Test
    void aMissingLinkTakesNoTokenBucket() {
        KernelException e =
                assertThrows(KernelException.class, () -> apply(HOST, new QdiscChange.SetTbf("no-such", TBF)));

        assertEquals(Errno.ENODEV, e.errno());
    }

    @Test
    void whatALinkReceivesIsRedirected() {
        addVeth();
        addIfb("bwp1");
        List<Integer> before = kernel().redirects(HOST, "veth1");

        apply(HOST, new QdiscChange.AddIngress("veth1"));
        apply(HOST, new QdiscChange.AddIngress("veth1"));
        apply(HOST, new QdiscChange.Redirect("veth1", "bwp1"));
        apply(HOST, new QdiscChange.Redirect("veth1", "bwp1"));

        assertEquals(List.of(), before);
        assertEquals(
                List.of("ingress"),
                kernel().qdiscs(HOST, "veth1").stream().map(Qdisc::kind).toList());
        assertEquals(List.of(kernel().linkOrThrow(HOST, "bwp1").index()), kernel().redirects(HOST, "veth1"));
    }

    @Test
    void anotherRedirectionTakesThePlaceOfTheFirst() {
        addVeth();
        addIfb("bwp1");
        addIfb("bwp2");
        apply(HOST, new QdiscChange.AddIngress("veth1"));

        apply(HOST, new QdiscChange.Redirect("veth1", "bwp1"));
        apply(HOST, new QdiscChange.Redirect("veth1", "bwp2"));

        assertEquals(List.of(kernel().linkOrThrow(HOST, "bwp2").index()), kernel().redirects(HOST, "veth1"));
    }

    @Test
    void aRedirectionToALinkThatIsGoneLeadsNowhere() {
        addVeth();
        addIfb("bwp1");
        apply(HOST, new QdiscChange.AddIngress("veth1"));
        apply(HOST, new QdiscChange.Redirect("veth1", "bwp1"));

        apply(HOST, new LinkChange.DeleteLink("bwp1"));

        assertEquals(List.of(0), kernel().redirects(HOST, "veth1"));
    }

    @Test
    void aRedirectionGoesWithTheIngressQdisc() {
        addVeth();
        addIfb("bwp1");
        apply(HOST, new QdiscChange.AddIngress("veth1"));
        apply(HOST, new QdiscChange.Redirect("veth1", "bwp1"));

        apply(HOST, new QdiscChange.DeleteIngress("veth1"));
        apply(HOST, new QdiscChange.DeleteIngress("veth1"));
        apply(HOST, new QdiscChange.DeleteIngress("no-such"));

        assertEquals(List.of(), kernel().qdiscs(HOST, "veth1"));
        assertEquals(List.of(), kernel().redirects(HOST, "veth1"));
        assertThrows(KernelException.class, () -> apply(HOST, new QdiscChange.Redirect("veth1", "bwp1")));
    }

    private void addIfb(String name) {
        needs(KernelFeature.IFB);
        apply(HOST, new LinkChange.AddLink(name, new LinkKind.Ifb(), Optional.empty(), OptionalInt.empty()));
    }

    // Addresses.

    @Test
    void anAddedAddressIsThere() {
        addVeth();

        apply(POD, new IpChange.AddAddress("eth0", ADDRESS));
        apply(POD, new IpChange.AddAddress("eth0", ADDRESS6));

        assertEquals(List.of(ADDRESS, ADDRESS6), kernel().addresses(POD, "eth0"));
        assertEquals(List.of(), kernel().addresses(HOST, "veth1"));
    }

    @Test
    void anAddressThatIsThereIsAddedAlready() {
        addVeth();
        apply(POD, new IpChange.AddAddress("eth0", ADDRESS));
        apply(POD, new IpChange.AddAddress("eth0", ADDRESS6));

        apply(POD, new IpChange.AddAddress("eth0", ADDRESS));
        apply(POD, new IpChange.AddAddress("eth0", ADDRESS6));

        assertEquals(List.of(ADDRESS, ADDRESS6), kernel().addresses(POD, "eth0"));
    }

    @Test
    void anIpv6AddressHasOnePrefixLengthAtATime() {
        addVeth();
        apply(POD, new IpChange.AddAddress("eth0", ADDRESS6));
        Change wider = new IpChange.AddAddress("eth0", new Cidr(ADDRESS6.address(), 48));

        KernelException e = assertThrows(KernelException.class, () -> apply(POD, wider));

        assertEquals(Errno.EEXIST, e.errno());
    }

    @Test
    void aLinkWithoutIpv6TakesNoIpv6Address() {
        addVeth();
        apply(POD, new Change.SetSysctl("net/ipv6/conf/eth0/disable_ipv6", "1", true));

        KernelException e =
                assertThrows(KernelException.class, () -> apply(POD, new IpChange.AddAddress("eth0", ADDRESS6)));

        assertEquals(Errno.EACCES, e.errno());
    }

    @Test
    void theSubnetOfAnAddressMayBeElsewhere() {
        addVeth();
        apply(POD, new IpChange.AddAddress("eth0", ADDRESS, false));
        apply(POD, new IpChange.AddAddress("eth0", ADDRESS6, false));
        apply(POD, new LinkChange.SetUp("eth0"));

        assertEquals(List.of(ADDRESS, ADDRESS6), kernel().addresses(POD, "eth0").subList(0, 2));
        assertFalse(kernel().routes(POD, "eth0").contains(route("10.1.2.0/24")));
        assertTrue(kernel().routes(POD, "eth0").stream()
                .noneMatch(route -> route.destination().equals(ADDRESS6.network())));
    }

    @Test
    void aDeletedAddressIsGone() {
        addVeth();
        apply(POD, new IpChange.AddAddress("eth0", ADDRESS));

        apply(POD, new IpChange.DeleteAddress("eth0", ADDRESS));
        apply(POD, new IpChange.DeleteAddress("eth0", ADDRESS));
        apply(POD, new IpChange.DeleteAddress("no-such", ADDRESS));

        assertEquals(List.of(), kernel().addresses(POD, "eth0"));
    }

    @Test
    void aMissingLinkHasNoAddressesAndNoRoutes() {
        assertEquals(List.of(), kernel().addresses(POD, "no-such"));
        assertEquals(List.of(), kernel().routes(POD, "no-such"));
    }

    @Test
    void aMissingLinkTakesNoAddress() {
        KernelException e =
                assertThrows(KernelException.class, () -> apply(POD, new IpChange.AddAddress("no-such", ADDRESS)));

        assertEquals(Errno.ENODEV, e.errno());
    }

    @Test
    void addressesOfALinkThatIsUpBecomeUsable() {
        addVethWithAddresses();

        assertDoesNotThrow(() -> apply(POD, new IpChange.AwaitAddresses("eth0", WAIT_MILLIS)));
    }

    // Routes.

    @Test
    void theSubnetOfAnAddressIsReachable() {
        addVethWithAddresses();

        assertTrue(kernel().routes(POD, "eth0").contains(route("10.1.2.0/24").from(ADDRESS.address())));
        assertFalse(kernel().routes(POD, "eth0").contains(route("10.1.2.5/32")));
    }

    @Test
    void anAddedRouteIsThere() {
        addVethWithAddresses();
        Route route4 = route("0.0.0.0/0", "10.1.2.1");
        Route route6 = route("::/0", "fd00:1::1");

        apply(POD, new IpChange.AddRoute("eth0", route4));
        apply(POD, new IpChange.AddRoute("eth0", route6));

        assertTrue(kernel().routes(POD, "eth0").containsAll(List.of(route4, route6)));
    }

    @Test
    void aRouteMayHaveASource() {
        addVethWithAddresses();
        Route route4 = route("10.9.0.1/32").from(ADDRESS.address());
        Route route6 = route("fd09::1/128").from(ADDRESS6.address());
        apply(POD, new IpChange.AwaitAddresses("eth0", WAIT_MILLIS));

        apply(POD, new IpChange.AddRoute("eth0", route4));
        apply(POD, new IpChange.AddRoute("eth0", route6));

        assertTrue(kernel().routes(POD, "eth0").containsAll(List.of(route4, route6)));
    }

    @Test
    void theDefaultRouteLeadsThroughALink() {
        addVethWithAddresses();
        Optional<String> none = kernel().defaultRouteLink(POD);
        apply(POD, new IpChange.AddRoute("eth0", route("::/0", "fd00:1::1")));
        Optional<String> ipv6 = kernel().defaultRouteLink(POD);
        apply(POD, new IpChange.AddRoute("eth0", route("0.0.0.0/0", "10.1.2.1")));

        assertEquals(Optional.empty(), none);
        assertEquals(Optional.of("eth0"), ipv6);
        assertEquals(Optional.of("eth0"), kernel().defaultRouteLink(POD));
    }

    @Test
    void aDefaultRouteOfAnotherTableIsNotTheDefaultRoute() {
        addVethWithAddresses();
        Route route = new Route(
                Cidr.parse("0.0.0.0/0"),
                Optional.of(IpMath.parse("10.1.2.1")),
                OptionalInt.empty(),
                OptionalInt.of(1000),
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.empty());

        apply(POD, new IpChange.AddRoute("eth0", route));

        assertEquals(Optional.empty(), kernel().defaultRouteLink(POD));
    }

    @Test
    void aRouteWithEverythingSetComesBackAsItWas() {
        addVethWithAddresses();
        Route route = new Route(
                Cidr.parse("10.9.0.0/16"),
                Optional.of(IpMath.parse("10.1.2.1")),
                OptionalInt.of(5),
                OptionalInt.of(1000),
                OptionalInt.of(100),
                OptionalInt.of(1400),
                OptionalInt.of(1360),
                Optional.of(ADDRESS.address()));

        apply(POD, new IpChange.AddRoute("eth0", route));

        List<Route> routes = kernel().routes(POD, "eth0");
        assertTrue(routes.contains(route), routes::toString);
    }

    @Test
    void aRouteThatIsThereIsAddedAlready() {
        addVethWithAddresses();
        Change add4 = new IpChange.AddRoute("eth0", route("10.9.0.0/16", "10.1.2.1"));
        Change add6 = new IpChange.AddRoute("eth0", route("fd09::/16", "fd00:1::1"));
        apply(POD, add4);
        apply(POD, add6);
        List<Route> before = addedRoutes();

        apply(POD, add4);
        apply(POD, add6);

        assertEquals(before, addedRoutes());
    }

    @Test
    void aSecondNextHopIsAnotherRoute() {
        addVethWithAddresses();
        List<Route> both = List.of(route("fd09::/16", "fd00:1::1"), route("fd09::/16", "fd00:1::2"));

        both.forEach(route -> apply(POD, new IpChange.AddRoute("eth0", route)));

        assertEquals(both, addedRoutes());
    }

    @Test
    void theLinkTowardsAnAddressIsTheOneOfItsRoute() {
        addVethWithAddresses();

        assertEquals(
                Optional.of("eth0"),
                kernel().linkTowards(POD, IpMath.parse("10.1.2.9")).map(Link::name));
        assertEquals(Optional.empty(), kernel().linkTowards(POD, IpMath.parse("192.0.2.1")));
    }

    @Test
    void aDeletedRouteIsGone() {
        addVethWithAddresses();
        Route route = route("10.9.0.0/16", "10.1.2.1");
        apply(POD, new IpChange.AddRoute("eth0", route));

        apply(POD, new IpChange.DeleteRoute("eth0", route));
        apply(POD, new IpChange.DeleteRoute("eth0", route));
        apply(POD, new IpChange.DeleteRoute("no-such", route));

        assertEquals(List.of(), addedRoutes());
    }

    @Test
    void theSubnetOfAnAddressCanLeaveATableAndComeBack() {
        addVethWithAddresses();
        Route subnet = route("10.1.2.0/24").from(ADDRESS.address());

        apply(POD, new IpChange.AddRoute("eth0", subnet.inTable(100)));
        apply(POD, new IpChange.DeleteRoute("eth0", subnet));
        List<Route> moved = ipv4Routes();
        apply(POD, new IpChange.AddRoute("eth0", subnet));
        apply(POD, new IpChange.DeleteRoute("eth0", subnet.inTable(100)));

        assertEquals(List.of(subnet.inTable(100)), moved);
        assertEquals(List.of(subnet), ipv4Routes());
    }

    private List<Route> ipv4Routes() {
        return kernel().routes(POD, "eth0").stream()
                .filter(route -> route.destination().isIpv4())
                .toList();
    }

    // Taps.

    @Test
    void aTapIsWhatItWasToldToBe() {
        apply(POD, new LinkChange.AddTap("tap0", true, OptionalInt.of(1000), OptionalInt.of(-2), Optional.empty()));
        apply(POD, new LinkChange.AddTap("tap1", false, OptionalInt.empty(), OptionalInt.empty(), Optional.empty()));

        Link link = kernel().linkOrThrow(POD, "tap0");
        assertEquals(Optional.of("tun"), link.kind());
        assertFalse(link.up());
        assertEquals(
                Optional.of(new Tap(OptionalInt.of(1000), OptionalInt.of(-2), true, true)), kernel().tap(POD, "tap0"));
        assertEquals(
                Optional.of(new Tap(OptionalInt.empty(), OptionalInt.empty(), false, true)), kernel().tap(POD, "tap1"));
        assertEquals(Optional.empty(), kernel().link(HOST, "tap0"));
    }

    @Test
    void onlyATapIsATap() {
        addVeth();

        assertEquals(Optional.empty(), kernel().tap(POD, "eth0"));
        assertEquals(Optional.empty(), kernel().tap(POD, "no-such"));
    }

    @Test
    void aTapNeedsAFreeName() {
        addVeth();
        Change tap = new LinkChange.AddTap("tap0", false, OptionalInt.empty(), OptionalInt.empty(), Optional.empty());
        apply(POD, tap);
        Tap before = kernel().tap(POD, "tap0").orElseThrow();
        Change again = new LinkChange.AddTap("tap0", true, OptionalInt.of(5), OptionalInt.empty(), Optional.empty());
        Change veth = new LinkChange.AddTap("eth0", true, OptionalInt.of(5), OptionalInt.empty(), Optional.empty());

        KernelException ofTap = assertThrows(KernelException.class, () -> apply(POD, again));
        KernelException ofVeth = assertThrows(KernelException.class, () -> apply(POD, veth));

        assertEquals(List.of(Errno.EEXIST, Errno.EEXIST), List.of(ofTap.errno(), ofVeth.errno()));
        assertEquals(before, kernel().tap(POD, "tap0").orElseThrow());
    }

    @Test
    void aTapHasTheMacAndTheMtuThatItIsGiven() {
        apply(POD, new LinkChange.AddTap("tap0", false, OptionalInt.empty(), OptionalInt.empty(), Optional.empty()));

        apply(POD, new LinkChange.SetMac("tap0", POD_MAC));
        apply(POD, new LinkChange.SetMtu("tap0", 1400));

        assertEquals(Optional.of(POD_MAC), kernel().linkOrThrow(POD, "tap0").mac());
        assertEquals(1400, kernel().linkOrThrow(POD, "tap0").mtuBytes());
    }

    // Ports.

    @Test
    void aLinkBecomesAPortAndAFreeLinkAgain() {
        addBridge("br0");
        addVeth();

        apply(HOST, new LinkChange.SetMaster("veth1", "br0"));
        OptionalInt master = kernel().linkOrThrow(HOST, "veth1").master();
        apply(HOST, new LinkChange.ClearMaster("veth1"));

        assertEquals(OptionalInt.of(kernel().linkOrThrow(HOST, "br0").index()), master);
        assertEquals(OptionalInt.empty(), kernel().linkOrThrow(HOST, "veth1").master());
    }

    @Test
    void aPortOfAVrfRoutesByItsTable() {
        needs(KernelFeature.VRF);
        addVethWithAddresses();
        apply(POD, new IpChange.AddRoute("eth0", route("10.9.0.0/16", "10.1.2.1")));
        apply(POD, new LinkChange.AddLink("blue", new LinkKind.Vrf(10), Optional.empty(), OptionalInt.empty()));
        apply(POD, new LinkChange.SetUp("blue"));

        apply(POD, new LinkChange.SetMaster("eth0", "blue"));

        assertEquals(List.of(route("10.1.2.0/24").from(ADDRESS.address()).inTable(10)), ipv4Routes());
        assertTrue(kernel().addresses(POD, "eth0").contains(ADDRESS));
        assertFalse(kernel().addresses(POD, "eth0").contains(ADDRESS6));
    }

    // Moves.

    @Test
    void aMovedLinkIsOnTheOtherSideUnderItsNewName() {
        addVeth();
        apply(HOST, new IpChange.AddAddress("veth1", ADDRESS));
        apply(HOST, new LinkChange.SetAlias("veth1", "mine"));
        apply(HOST, new LinkChange.SetUp("veth1"));

        apply(HOST, new LinkChange.MoveLink("veth1", POD, "net1"));

        Link moved = kernel().linkOrThrow(POD, "net1");
        assertEquals(Optional.of(HOST_MAC), moved.mac());
        assertEquals("mine", moved.alias());
        assertFalse(moved.up());
        assertEquals(Optional.empty(), kernel().link(HOST, "veth1"));
        assertEquals(List.of(), kernel().addresses(POD, "net1"));
    }

    @Test
    void aMovedLinkCanComeBack() {
        addVeth();
        apply(HOST, new LinkChange.MoveLink("veth1", POD, "net1"));

        apply(POD, new LinkChange.MoveLink("net1", HOST, "veth1"));

        assertEquals(Optional.of(HOST_MAC), kernel().linkOrThrow(HOST, "veth1").mac());
        assertEquals(Optional.empty(), kernel().link(POD, "net1"));
    }

    @Test
    void aLinkWhoseNameIsTakenThereDoesNotMove() {
        addVeth();
        Link before = kernel().linkOrThrow(HOST, "veth1");

        KernelException e =
                assertThrows(KernelException.class, () -> apply(HOST, new LinkChange.MoveLink("veth1", POD, "eth0")));

        assertEquals(Errno.EEXIST, e.errno());
        assertEquals(before, kernel().linkOrThrow(HOST, "veth1"));
    }

    @Test
    void theOldNameOfAMovedLinkMayBeTakenThere() {
        addVeth();
        apply(
                HOST,
                new LinkChange.AddVeth(
                        "eth0", HOST_MAC, Optional.empty(), HOST, "veth9", POD_MAC, OptionalInt.empty()));

        apply(HOST, new LinkChange.MoveLink("eth0", POD, "net1"));

        assertEquals(Optional.of(POD_MAC), kernel().linkOrThrow(POD, "eth0").mac());
        assertEquals(Optional.of(HOST_MAC), kernel().linkOrThrow(POD, "net1").mac());
    }

    // The routing policy.

    @Test
    void anAddedRuleIsAskedFirstAndOnItsSideOnly() {
        List<PolicyRule> before = kernel().policyRules(POD);
        PolicyRule rule4 = new PolicyRule(Cidr.parse("10.1.2.5/32"), 100);
        PolicyRule rule6 = new PolicyRule(Cidr.parse("fd00:1::5/128"), 70000);

        for (PolicyRule rule : List.of(rule4, rule4, rule6, rule6)) {
            apply(POD, new IpChange.AddRule(rule));
        }

        List<PolicyRule> after = new ArrayList<>(kernel().policyRules(POD));
        assertEquals(1, after.indexOf(rule4), after::toString);
        assertTrue(after.indexOf(rule6) < after.indexOf(new PolicyRule(Cidr.parse("::/0"), Route.MAIN_TABLE)));
        assertTrue(after.removeAll(List.of(rule4, rule6)));
        assertEquals(before, after);
        assertEquals(before, kernel().policyRules(HOST));
    }

    @Test
    void aDeletedRuleIsGone() {
        List<PolicyRule> before = kernel().policyRules(POD);
        PolicyRule rule = new PolicyRule(Cidr.parse("10.1.2.5/32"), 100);
        apply(POD, new IpChange.AddRule(rule));

        apply(POD, new IpChange.DeleteRule(rule));
        apply(POD, new IpChange.DeleteRule(rule));

        assertEquals(before, kernel().policyRules(POD));
    }

    @Test
    void aGatewayMustBeOnTheLink() {
        addVethWithAddresses();
        Change far4 = new IpChange.AddRoute("eth0", route("10.9.0.0/16", "192.0.2.1"));
        Change far6 = new IpChange.AddRoute("eth0", route("fd09::/16", "2001:db8::1"));

        KernelException e4 = assertThrows(KernelException.class, () -> apply(POD, far4));
        KernelException e6 = assertThrows(KernelException.class, () -> apply(POD, far6));

        assertEquals(Errno.ENETUNREACH, e4.errno());
        assertEquals(Errno.EHOSTUNREACH, e6.errno());
    }

    @Test
    void aLinkThatIsDownTakesNoRoute() {
        addVeth();
        Change add = new IpChange.AddRoute("eth0", route("10.9.0.0/16"));

        KernelException e = assertThrows(KernelException.class, () -> apply(POD, add));

        assertEquals(Errno.ENETDOWN, e.errno());
    }

    @Test
    void aLinkThatGoesDownLosesItsRoutes() {
        addVethWithAddresses();
        apply(POD, new IpChange.AddRoute("eth0", route("10.9.0.0/16", "10.1.2.1")));

        apply(POD, new LinkChange.SetDown("eth0"));

        assertEquals(List.of(), addedRoutes());
    }

    // Kernel parameters.

    @Test
    void aKernelParameterIsOfItsSideOnly() {
        addVeth();

        apply(POD, new Change.SetSysctl("net/ipv4/conf/eth0/arp_notify", "1", true));
        apply(HOST, new Change.SetSysctl("net/ipv4/ip_forward", "1", true));

        assertEquals(Optional.of("1"), kernel().sysctl(POD, "net/ipv4/conf/eth0/arp_notify"));
        assertEquals(Optional.of("1"), kernel().sysctl(HOST, "net/ipv4/ip_forward"));
        assertEquals(Optional.of("0"), kernel().sysctl(POD, "net/ipv4/ip_forward"));
        assertEquals(Optional.empty(), kernel().sysctl(HOST, "net/ipv4/conf/eth0/arp_notify"));
    }

    @Test
    void aMissingParameterMattersOnlyIfItIsRequired() {
        String missing = "net/ipv4/conf/no-such/arp_notify";
        Change required = new Change.SetSysctl(missing, "1", true);

        assertDoesNotThrow(() -> apply(POD, new Change.SetSysctl(missing, "1", false)));
        KernelException e = assertThrows(KernelException.class, () -> apply(POD, required));

        assertTrue(e.toString().contains(missing), e::toString);
    }

    // Masquerading and MAC guards.

    @Test
    void aMasqueradedAddressHasAnOwner() {
        apply(HOST, new FirewallChange.AddMasquerade(ADDRESS, OWNER));
        apply(HOST, new FirewallChange.AddMasquerade(ADDRESS6, OTHER));

        assertEquals(Optional.of(OWNER), kernel().masqueradeOwner(ADDRESS));
        assertEquals(
                List.of(
                        new FirewallChange.AddMasquerade(ADDRESS, OWNER),
                        new FirewallChange.AddMasquerade(ADDRESS6, OTHER)),
                kernel().masquerades());
    }

    @Test
    void aMasqueradedAddressPassesToItsNewOwner() {
        apply(HOST, new FirewallChange.AddMasquerade(ADDRESS, OWNER));

        apply(HOST, new FirewallChange.AddMasquerade(ADDRESS, OTHER));
        apply(HOST, new FirewallChange.DeleteMasquerade(ADDRESS, OWNER));

        assertEquals(Optional.of(OTHER), kernel().masqueradeOwner(ADDRESS));
    }

    @Test
    void anAddressIsNoLongerMasqueradedOnceItsOwnerIsGone() {
        apply(HOST, new FirewallChange.AddMasquerade(ADDRESS, OWNER));

        apply(HOST, new FirewallChange.DeleteMasquerade(ADDRESS, OWNER));
        apply(HOST, new FirewallChange.DeleteMasquerade(ADDRESS, OWNER));

        assertEquals(Optional.empty(), kernel().masqueradeOwner(ADDRESS));
    }

    @Test
    void aPublishedPortIsItsOwnersUntilItIsNot() {
        FirewallChange.PublishPorts publish = publish(OWNER, WEB, DNS);

        apply(HOST, publish);
        List<String> missing = kernel().missing(publish);
        List<Attachment> publishers = kernel().publishers();
        apply(HOST, new FirewallChange.UnpublishPorts(OWNER, List.of(WEB, DNS), Masqueraded.SUBNET));

        assertEquals(List.of(), missing);
        assertEquals(List.of(OWNER), publishers);
        assertEquals(List.of(), kernel().publishers());
        assertFalse(kernel().missing(publish).isEmpty());
    }

    @Test
    void aPortThatIsTakenStaysItsHoldersAndNothingElseIsPublished() {
        apply(HOST, publish(OTHER, WEB));

        KernelException e = assertThrows(KernelException.class, () -> apply(HOST, publish(OWNER, DNS, WEB)));

        assertEquals(Errno.EEXIST, e.errno());
        assertTrue(e.toString().contains("publish 8080/tcp of the host: it is taken by " + OTHER), e::toString);
        assertEquals(List.of(OTHER), kernel().publishers());
        assertEquals(List.of(), kernel().missing(publish(OTHER, WEB)));
    }

    @Test
    void theSamePortOfOneAddressOfAnotherProtocolOrUnderAConditionIsAnotherPort() {
        PublishedPort udp = new PublishedPort(Protocol.UDP, Optional.empty(), 8080, ADDRESS, 80, "");
        PublishedPort ofOneAddress =
                new PublishedPort(Protocol.TCP, Optional.of(IpMath.parse("192.0.2.1")), 8080, ADDRESS, 80, "");
        PublishedPort conditional = new PublishedPort(Protocol.TCP, Optional.empty(), 8080, ADDRESS, 80, "iifname lo");
        PublishedPort ipv6 = new PublishedPort(Protocol.TCP, Optional.empty(), 8080, ADDRESS6, 80, "");
        PublishedPort others =
                new PublishedPort(Protocol.TCP, Optional.empty(), 8080, Cidr.parse("10.1.2.6/24"), 80, "");
        apply(HOST, publish(OTHER, others));

        apply(HOST, publish(OWNER, udp, ofOneAddress, conditional, ipv6));

        assertEquals(List.of(), kernel().missing(publish(OWNER, udp, ofOneAddress, conditional, ipv6)));
        assertEquals(List.of(), kernel().missing(publish(OTHER, others)));
    }

    @Test
    void whatAnOwnerPublishesAnewReplacesWhatItPublished() {
        apply(HOST, publish(OWNER, WEB, DNS));
        PublishedPort moved = new PublishedPort(Protocol.TCP, Optional.empty(), 8080, ADDRESS, 8081, "");

        apply(HOST, publish(OWNER, moved));
        apply(HOST, publish(OWNER, moved));
        List<String> missing = kernel().missing(publish(OWNER, moved));
        apply(HOST, publish(OTHER, DNS));

        assertEquals(List.of(), missing);
        assertEquals(List.of(), kernel().missing(publish(OTHER, DNS)));
    }

    @Test
    void unpublishingNeedsNotKnowWhatWasPublished() {
        apply(HOST, publish(OWNER, WEB, DNS));
        apply(HOST, publish(OTHER, new PublishedPort(Protocol.SCTP, Optional.empty(), 8080, ADDRESS, 80, "")));

        apply(HOST, new FirewallChange.UnpublishPorts(OWNER, List.of(), Masqueraded.NOBODY));
        apply(HOST, new FirewallChange.UnpublishPorts(OWNER, List.of(), Masqueraded.NOBODY));

        assertEquals(List.of(OTHER), kernel().publishers());
        assertEquals(
                2,
                kernel().missing(publish(OWNER, Masqueraded.NOBODY, WEB, DNS)).size());
    }

    @Test
    void aPortThatHasPassedToAnotherOwnerStaysTheirs() {
        apply(HOST, publish(OTHER, WEB));

        apply(HOST, new FirewallChange.UnpublishPorts(OWNER, List.of(WEB), Masqueraded.SUBNET));

        assertEquals(List.of(), kernel().missing(publish(OTHER, WEB)));
    }

    @Test
    void forgettingFlowsOfAnUnusedPortIsDone() {
        apply(HOST, new FirewallChange.ForgetFlows(true, Protocol.UDP, Optional.empty(), 53));
        apply(HOST, new FirewallChange.ForgetFlows(false, Protocol.UDP, Optional.of(IpMath.parse("2001:db8::1")), 53));
    }

    private static FirewallChange.PublishPorts publish(Attachment owner, PublishedPort... ports) {
        return publish(owner, Masqueraded.SUBNET, ports);
    }

    private static FirewallChange.PublishPorts publish(
            Attachment owner, Masqueraded masqueraded, PublishedPort... ports) {
        return new FirewallChange.PublishPorts(owner, List.of(ports), masqueraded);
    }

    @Test
    void aGuardedPortIsGuardedUntilItIsNot() {
        FirewallChange.AddMacGuard guard = new FirewallChange.AddMacGuard("veth1", POD_MAC, OWNER);

        apply(HOST, guard);
        List<FirewallChange.AddMacGuard> guarded = kernel().macGuards();
        apply(HOST, new FirewallChange.DeleteMacGuard("veth1", POD_MAC));
        apply(HOST, new FirewallChange.DeleteMacGuard("veth1", POD_MAC));

        assertEquals(List.of(guard), guarded);
        assertEquals(List.of(), kernel().macGuards());
    }

    @Test
    void anAddressIsLetThroughForItsOwnerUntilItIsNot() {
        FirewallChange.AllowForwarding allow = new FirewallChange.AllowForwarding(ADDRESS.address(), OWNER);
        FirewallChange.AllowForwarding allow6 = new FirewallChange.AllowForwarding(ADDRESS6.address(), OTHER);

        apply(HOST, allow);
        apply(HOST, allow6);
        apply(HOST, allow);
        List<FirewallChange.AllowForwarding> allowed = kernel().forwarded();
        apply(HOST, new FirewallChange.DisallowForwarding(ADDRESS.address(), OWNER));
        apply(HOST, new FirewallChange.DisallowForwarding(ADDRESS.address(), OWNER));

        assertEquals(List.of(allow, allow6), allowed);
        assertEquals(Optional.empty(), kernel().forwardingOwner(ADDRESS.address()));
        assertEquals(Optional.of(OTHER), kernel().forwardingOwner(ADDRESS6.address()));
    }

    @Test
    void anAddressThatIsLetThroughPassesToItsNewOwner() {
        apply(HOST, new FirewallChange.AllowForwarding(ADDRESS.address(), OWNER));

        apply(HOST, new FirewallChange.AllowForwarding(ADDRESS.address(), OTHER));
        apply(HOST, new FirewallChange.DisallowForwarding(ADDRESS.address(), OWNER));

        assertEquals(Optional.of(OTHER), kernel().forwardingOwner(ADDRESS.address()));
    }

    @Test
    void nothingIsLetThroughBeforeSomethingIs() {
        assertEquals(List.of(), kernel().forwarded());
        assertEquals(List.of(), kernel().closedBridges());
        assertEquals(Optional.empty(), kernel().forwardingOwner(ADDRESS.address()));
        apply(HOST, new FirewallChange.DisallowForwarding(ADDRESS.address(), OWNER));
        apply(HOST, new FirewallChange.OpenBridge("br0"));
    }

    @Test
    void aBridgeThatWasIsolatedStaysIsolatedUntilItIsOpen() {
        FirewallChange.CloseBridge closed = new FirewallChange.CloseBridge("br0", false);
        FirewallChange.CloseBridge isolated = new FirewallChange.CloseBridge("br0", true);

        apply(HOST, closed);
        List<FirewallChange.CloseBridge> first = kernel().closedBridges();
        apply(HOST, isolated);
        List<FirewallChange.CloseBridge> second = kernel().closedBridges();
        apply(HOST, closed);
        List<FirewallChange.CloseBridge> third = kernel().closedBridges();
        apply(HOST, new FirewallChange.OpenBridge("br0"));
        apply(HOST, new FirewallChange.OpenBridge("br0"));

        assertEquals(List.of(closed), first);
        assertEquals(List.of(isolated), second);
        assertEquals(List.of(isolated), third);
        assertEquals(List.of(), kernel().closedBridges());
    }

    @Test
    void theRulesOfIptablesSayWhereTheyLead() {
        NftChain chain = new NftChain("ip", "filter", "contract");
        apply(
                HOST,
                new FirewallChange.RestoreIptables(
                        true,
                        "filter",
                        List.of(
                                ":contract - [0:0]",
                                ":elsewhere - [0:0]",
                                "-I FORWARD 1 -m comment --comment \"a contract\" -j contract",
                                "-A contract -s 10.1.2.3/32 -m comment --comment \"a contract\" -j elsewhere",
                                "-A contract -m mark --mark 0x1000/0x1000 -j ACCEPT")));
        int before = kernel().uses(chain);

        apply(
                HOST,
                new FirewallChange.RestoreIptables(
                        true, "filter", List.of("-D FORWARD -m comment --comment \"a contract\" -j contract")));

        assertEquals(3, before);
        assertEquals(2, kernel().uses(chain));
        assertEquals(List.of("elsewhere", ""), kernel().jumps(chain));
        assertEquals(0, kernel().uses(new NftChain("ip6", "filter", "contract")));
        assertEquals(List.of(), kernel().jumps(new NftChain("ip6", "filter", "contract")));
    }

    @Test
    void iptablesIsHereAndNotTheOldOne() {
        assertTrue(kernel().hasIptables(true));
        assertTrue(kernel().hasIptables(false));
        assertFalse(kernel().usesLegacyIptables());
    }

    @Test
    void aChainOfIptablesIsAChainOfNftables() {
        NftChain chain = new NftChain("ip", "nat", "CNI-contract");
        boolean before = kernel().hasChain(chain);

        apply(HOST, new FirewallChange.RestoreIptables(true, "nat", List.of(":CNI-contract - [0:0]")));

        assertFalse(before);
        assertTrue(kernel().hasChain(chain));
        assertTrue(kernel().iptables(true, "nat").contains(":CNI-contract - [0:0]"));
    }

    @Test
    void thereAreNoRulesWithoutAChain() {
        NftChain chain = new NftChain("bridge", "nat", "no-such");

        apply(HOST, new FirewallChange.DeleteNftRule(chain, 1));
        apply(HOST, new FirewallChange.DeleteNftChain(chain));

        assertFalse(kernel().hasChain(chain));
        assertEquals(List.of(), kernel().rules(chain));
    }

    // Frames.

    private static final int PORT = 68;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Test
    void aFrameGoesIntoOneEndOfAVethAndComesOutOfTheOtherWithoutAnyAddress() {
        addVethThatIsUp();

        try (Frames host = kernel().frames(HOST, "veth1", PORT);
                Frames pod = kernel().frames(POD, "eth0", PORT)) {
            host.send(datagram(PORT, 17, 0));

            assertArrayEquals(datagram(PORT, 17, 0), pod.receive(PATIENCE).orElseThrow());
            assertEquals(Optional.empty(), host.receive(Duration.ZERO));
        }
    }

    @Test
    void onlyWholeDatagramsToThePortAreHeard() {
        addVethThatIsUp();

        try (Frames host = kernel().frames(HOST, "veth1", PORT);
                Frames pod = kernel().frames(POD, "eth0", PORT)) {
            host.send(datagram(PORT + 1, 17, 0));
            host.send(datagram(PORT, 6, 0));
            host.send(datagram(PORT, 17, 185));
            host.send(datagram(PORT, 17, 0));

            assertArrayEquals(datagram(PORT, 17, 0), pod.receive(PATIENCE).orElseThrow());
            assertEquals(Optional.empty(), pod.receive(Duration.ofMillis(20)));
        }
    }

    @Test
    void aLinkThatIsDownSendsNoFrames() {
        addVeth();

        try (Frames pod = kernel().frames(POD, "eth0", PORT)) {
            KernelException e = assertThrows(KernelException.class, () -> pod.send(datagram(PORT, 17, 0)));

            assertEquals(Errno.ENETDOWN, e.errno());
        }
    }

    @Test
    void aMissingLinkCannotBeListenedTo() {
        KernelException e = assertThrows(
                KernelException.class, () -> kernel().frames(POD, "eth0", PORT).close());

        assertEquals(Errno.ENODEV, e.errno());
    }

    private void addVethThatIsUp() {
        addVeth();
        apply(HOST, new LinkChange.SetUp("veth1"));
        apply(POD, new LinkChange.SetUp("eth0"));
    }

    /** A frame to everybody: IPv4 with this protocol and fragment offset (in units of 8 bytes), and perhaps UDP to this port. */
    private static byte[] datagram(int port, int protocol, int fragmentOffset) {
        ByteBuffer frame = ByteBuffer.allocate(60);
        frame.putLong(0xffff_ffff_ffffL << 16 | HOST_MAC.bits() >>> 32).putInt((int) HOST_MAC.bits());
        frame.putShort((short) 0x0800);
        frame.put((byte) 0x45)
                .put((byte) 0)
                .putShort((short) 46)
                .putShort((short) 1)
                .putShort((short) fragmentOffset);
        frame.put((byte) 64).put((byte) protocol).putShort((short) 0).putInt(0).putInt(-1);
        return frame.putShort((short) 67).putShort((short) port).array();
    }

    private void apply(Side side, Change change) {
        kernel().apply(side, change);
    }

    private void addBridge(String name) {
        apply(HOST, new LinkChange.AddBridge(name, OptionalInt.empty(), false));
    }

    private void addVeth() {
        addVeth("veth1", "eth0");
    }

    private void addVeth(String name, String peer) {
        addVeth(name, peer, Optional.empty(), OptionalInt.empty());
    }

    private void addPort() {
        addVeth("veth1", "eth0", Optional.of("br0"), OptionalInt.empty());
    }

    private void addVeth(String name, String peer, Optional<String> master, OptionalInt mtuBytes) {
        apply(HOST, new LinkChange.AddVeth(name, HOST_MAC, master, POD, peer, POD_MAC, mtuBytes));
    }

    private void addVethWithAddresses() {
        addVeth();
        apply(POD, new IpChange.AddAddress("eth0", ADDRESS));
        apply(POD, new IpChange.AddAddress("eth0", ADDRESS6));
        apply(HOST, new LinkChange.SetUp("veth1"));
        apply(POD, new LinkChange.SetUp("eth0"));
    }

    /** Without those that the kernel makes itself, when it is ready to. */
    private List<Route> addedRoutes() {
        return kernel().routes(POD, "eth0").stream()
                .filter(route -> route.gateway().isPresent())
                .toList();
    }

    private static Route route(String destination) {
        return Route.to(Cidr.parse(destination), Optional.empty());
    }

    private static Route route(String destination, String gateway) {
        return Route.to(Cidr.parse(destination), Optional.of(IpMath.parse(gateway)));
    }
}
