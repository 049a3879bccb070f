package dev.hawser.linux;

import static dev.hawser.kernel.Side.HOST;
import static dev.hawser.kernel.Side.POD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import dev.hawser.kernel.Change;
import dev.hawser.kernel.Errno;
import dev.hawser.kernel.IpChange;
import dev.hawser.kernel.KernelException;
import dev.hawser.kernel.KernelFeature;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.PolicyRule;
import dev.hawser.kernel.Route;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** What the contract cannot say, as ip(8) sees it. */
@EnabledIf(value = "isRoot", disabledReason = "making network namespaces needs root")
class OutsideEyeTest {

    private static final MacAddress HOST_MAC = MacAddress.parse("02:00:00:00:00:01");
    private static final MacAddress POD_MAC = MacAddress.parse("02:00:00:00:00:02");

    private final TestNetns host = new TestNetns();
    private final TestNetns pod = new TestNetns();
    private final LinuxKernel kernel = LinuxKernel.open(host.open(), pod.open());

    static boolean isRoot() {
        return LinuxKernelTest.isRoot();
    }

    @BeforeEach
    void addPort() {
        kernel.apply(HOST, new LinkChange.AddBridge("br0", OptionalInt.empty(), false));
        kernel.apply(HOST, new LinkChange.SetUp("br0"));
        kernel.apply(
                HOST,
                new LinkChange.AddVeth(
                        "veth1", HOST_MAC, Optional.of("br0"), POD, "eth0", POD_MAC, OptionalInt.of(1400)));
        kernel.apply(HOST, new LinkChange.SetUp("veth1"));
        kernel.apply(POD, new LinkChange.SetUp("eth0"));
    }

    @AfterEach
    void close() {
        kernel.close();
        pod.close();
        host.close();
    }

    @Test
    void aPortIsAsItWasToldToBe() {
        kernel.apply(HOST, new LinkChange.SetBridgePort("veth1", true, false));
        String hairpin = host.ip("link show veth1");
        kernel.apply(HOST, new LinkChange.SetBridgePort("veth1", false, true));
        String isolated = host.ip("link show veth1");

        assertContains("\"hairpin\":true", hairpin);
        assertContains("\"isolated\":false", hairpin);
        assertContains("\"hairpin\":false", isolated);
        assertContains("\"isolated\":true", isolated);
        assertContains("\"master\":\"br0\"", isolated);
        assertContains("\"mtu\":1400", isolated);
        assertContains("\"address\":\"02:00:00:00:00:01\"", isolated);
    }

    @Test
    void theOtherEndIsInTheContainer() {
        String link = pod.ip("link show eth0");

        assertContains("\"address\":\"02:00:00:00:00:02\"", link);
        assertContains("\"mtu\":1400", link);
        assertContains("\"info_kind\":\"veth\"", link);
    }

    @Test
    void anAliasHasNoBytesButItsOwn() {
        kernel.apply(HOST, new LinkChange.SetAlias("veth1", "net/1/eth0"));

        assertContains("\"ifalias\":\"net/1/eth0\"", host.ip("link show veth1"));
    }

    @Test
    void aLinkIsTunedAsItWasTold() {
        kernel.apply(POD, new LinkChange.SetMac("eth0", HOST_MAC));
        kernel.apply(POD, new LinkChange.SetMtu("eth0", 1300));
        kernel.apply(POD, new LinkChange.SetPromiscuous("eth0"));
        kernel.apply(POD, new LinkChange.SetAllMulticast("eth0", true));
        kernel.apply(POD, new LinkChange.SetTxQueueLength("eth0", 77));

        String link = pod.ip("link show eth0");
        assertContains("\"address\":\"02:00:00:00:00:01\"", link);
        assertContains("\"mtu\":1300", link);
        assertContains("\"PROMISC\"", link);
        assertContains("\"ALLMULTI\"", link);
        assertContains("\"txqlen\":77", link);
    }

    @Test
    void aParameterThatCannotBeReadHasNoValueAndIsSet() {
        String secret = "net/ipv6/conf/eth0/stable_secret";

        assertEquals(Optional.empty(), kernel.sysctl(POD, "net/ipv4/route/flush"));
        assertEquals(Optional.empty(), kernel.sysctl(POD, secret));
        kernel.apply(POD, new Change.SetSysctl("net/ipv4/route/flush", "1", true));
        kernel.apply(POD, new Change.SetSysctl(secret, "fd00::1", true));

        assertContains("fd00:", pod.exec("cat", "/proc/sys/" + secret));
    }

    @Test
    void anIpv4AddressHasItsBroadcastAddress() {
        kernel.apply(POD, new IpChange.AddAddress("eth0", Cidr.parse("10.1.2.5/24")));

        assertContains(
                "\"local\":\"10.1.2.5\",\"prefixlen\":24,\"broadcast\":\"10.1.2.255\"", pod.ip("addr show eth0"));
    }

    @Test
    void aRouteHasEverythingThatWasAskedFor() {
        kernel.apply(POD, new IpChange.AddAddress("eth0", Cidr.parse("10.1.2.5/24")));
        Route route = new Route(
                Cidr.parse("10.9.0.0/16"),
                Optional.of(IpMath.parse("10.1.2.1")),
                OptionalInt.of(5),
                OptionalInt.of(1000),
                OptionalInt.empty(),
                OptionalInt.of(1300),
                OptionalInt.of(1260));

        kernel.apply(POD, new IpChange.AddRoute("eth0", route));

        String shown = pod.ip("route show table 1000");
        assertContains("\"dst\":\"10.9.0.0/16\",\"gateway\":\"10.1.2.1\",\"dev\":\"eth0\"", shown);
        assertContains("\"protocol\":\"boot\",\"scope\":\"global\",\"metric\":5", shown);
        assertContains("\"mtu\":1300", shown);
        assertContains("\"advmss\":1260", shown);
    }

    @Test
    void aRouteWithoutAGatewayIsOnTheLink() {
        kernel.apply(POD, new IpChange.AddRoute("eth0", Route.to(Cidr.parse("10.8.0.0/16"), Optional.empty())));

        assertContains(
                "\"dst\":\"10.8.0.0/16\",\"dev\":\"eth0\",\"protocol\":\"boot\",\"scope\":\"link\"",
                pod.ip("route show"));
    }

    @Test
    void aParameterWithADotInItsLinkIsThatLinks() {
        kernel.apply(
                HOST,
                new LinkChange.AddVeth(
                        "a.b", HOST_MAC, Optional.empty(), POD, "eth0.100", POD_MAC, OptionalInt.empty()));

        kernel.apply(POD, new Change.SetSysctl("net/ipv4/conf/eth0.100/arp_notify", "1", true));
        kernel.apply(HOST, new Change.SetSysctl("net/ipv4/conf/a.b/route_localnet", "1", true));

        assertEquals(
                "1",
                pod.exec("cat", "/proc/sys/net/ipv4/conf/eth0.100/arp_notify").strip());
        assertEquals(
                "1",
                host.exec("cat", "/proc/sys/net/ipv4/conf/a.b/route_localnet").strip());
    }

    @Test
    void aParameterCannotLeadOutOfItsDirectory() {
        Change outside = new Change.SetSysctl("net/../../self/comm", "x", true);

        assertThrows(KernelException.class, () -> kernel.apply(POD, outside));
    }

    @Test
    void anAddressThatAnotherNodeHasIsFound() {
        Cidr address = Cidr.parse("fd00:1::5/64");
        kernel.apply(HOST, new LinkChange.AwaitUp("veth1", 5000));
        kernel.apply(HOST, new IpChange.AddAddress("br0", address));
        kernel.apply(HOST, new IpChange.AwaitAddresses("br0", 5000));

        kernel.apply(POD, new IpChange.AddAddress("eth0", address));
        KernelException e =
                assertThrows(KernelException.class, () -> kernel.apply(POD, new IpChange.AwaitAddresses("eth0", 5000)));

        assertEquals(Errno.EADDRINUSE, e.errno());
        assertContains("fd00:1::5/64 on eth0", e.toString());
    }

    @Test
    void aPortHasTheVlansThatItWasGiven() {
        KernelFeature.BRIDGE_VLAN_FILTERING.require();

        kernel.apply(HOST, new LinkChange.ClearBridgeVlans("veth1"));
        kernel.apply(HOST, new LinkChange.AddBridgeVlan("veth1", 100, true));

        assertContains(
                "\"vlans\":[{\"vlan\":100,\"flags\":[\"PVID\",\"Egress Untagged\"]}]",
                host.exec("bridge", "-j", "vlan", "show", "dev", "veth1"));
    }

    @Test
    void whereBridgesFilterNoVlansTheErrorSaysWhatIsMissing() {
        KernelFeature.BRIDGE_VLAN_FILTERING.requireAbsent();

        KernelException e = assertThrows(
                KernelException.class, () -> kernel.apply(HOST, new LinkChange.AddBridgeVlan("veth1", 100, true)));

        assertContains("has the kernel CONFIG_BRIDGE_VLAN_FILTERING?", e.toString());
    }

    @Test
    void aContainerThatWasNotOpenedIsAnError() {
        try (LinuxKernel hostOnly = LinuxKernel.open()) {
            assertThrows(KernelException.class, () -> hostOnly.link(POD, "eth0"));
            assertFalse(hostOnly.link(HOST, "lo").isEmpty());
        }
    }

    @Test
    void aRuleIsInThePolicyOfItsFamily() {
        kernel.apply(POD, new IpChange.AddRule(new PolicyRule(Cidr.parse("10.1.2.5/32"), 100)));
        kernel.apply(POD, new IpChange.AddRule(new PolicyRule(Cidr.parse("fd00::5/128"), 70000)));

        assertContains("\"priority\":32765,\"src\":\"10.1.2.5\",\"table\":\"100\"", pod.ip("rule show"));
        assertContains("\"src\":\"fd00::5\",\"table\":\"70000\"", pod.ip("-6 rule show"));
    }

    @Test
    void aLockedSideIsLockedForEverybodyUntilTheKernelIsClosed() {
        String tried = "flock -n " + pod.path() + " true || echo locked";
        String before = pod.exec("sh", "-c", tried);
        try (LinuxKernel locking = LinuxKernel.open(host.open(), pod.open())) {
            locking.lock(POD);
            assertEquals("locked", pod.exec("sh", "-c", tried).strip());
        }

        assertEquals("", before);
        assertEquals("", pod.exec("sh", "-c", tried));
    }

    @Test
    void aTapIsATapForOthersToo() {
        kernel.apply(
                POD,
                new LinkChange.AddTap(
                        "tap0", true, OptionalInt.of(4_000_000), OptionalInt.of(4_000_001), Optional.empty()));

        String tap = pod.ip("link show tap0");
        assertContains("\"info_kind\":\"tun\",\"info_data\":{\"type\":\"tap\",\"pi\":false", tap);
        assertContains("\"multi_queue\":true", tap);
        assertContains("\"persist\":true", tap);
        assertContains("4000000", tap);
        assertContains("4000001", tap);
    }

    @Test
    void aTapIsLabelledOnlyOnANodeWithSelinux() {
        Assumptions.assumeFalse(Files.exists(Path.of("/sys/fs/selinux/enforce")), "SELinux is enabled here");
        LinkChange.AddTap labelled = new LinkChange.AddTap(
                "tap0", false, OptionalInt.empty(), OptionalInt.empty(), Optional.of("system_u:system_r:svirt_t:s0"));

        KernelException e = assertThrows(KernelException.class, () -> kernel.apply(POD, labelled));

        assertContains("SELinux is not enabled on this node", e.toString());
        assertEquals(Optional.empty(), kernel.link(POD, "tap0"));
    }

    private static void assertContains(String expected, String actual) {
        assertTrue(actual.contains(expected), () -> expected + " is not in " + actual);
    }
}
