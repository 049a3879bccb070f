package dev.hawser.plugin.vrf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import dev.hawser.kernel.Change;
import dev.hawser.kernel.FakeKernel;
import dev.hawser.kernel.IpChange;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.LinkKind;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.Route;
import dev.hawser.kernel.Side;
import dev.hawser.run.Namespaces;
import dev.hawser.run.TestNode;
import dev.hawser.run.TestNode.Ended;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VrfPluginTest {

    private static final String BLUE = conf("\"vrfname\": \"blue\"");
    private static final String TABLE_10 = conf("\"vrfname\": \"blue\", \"table\": 10");

    private final TestNode node = new TestNode();

    /** How many changes the interface took. */
    private int prepared;

    private static String conf(String members) {
        return "{\"cniVersion\": \"1.1.0\", \"name\": \"net\", \"type\": \"vrf\", " + members
                + ", \"prevResult\": {\"cniVersion\": \"1.1.0\", \"interfaces\": [{\"name\": \"eth0\", \"sandbox\": \""
                + TestNode.NETNS + "\"}], \"ips\": [{\"address\": \"10.1.2.5/24\", \"interface\": 0}]}}";
    }

    private static void addInterface(FakeKernel kernel, String name) {
        kernel.apply(
                Side.HOST,
                new LinkChange.AddVeth(
                        "veth" + name,
                        new MacAddress(1),
                        Optional.empty(),
                        Side.POD,
                        name,
                        new MacAddress(2),
                        OptionalInt.empty()));
        kernel.apply(Side.POD, new IpChange.AddAddress(name, Cidr.parse("10.1.2.5/24")));
        kernel.apply(Side.POD, new IpChange.AddAddress(name, Cidr.parse("fd00::5/64")));
        kernel.apply(Side.POD, new LinkChange.SetUp(name));
        kernel.apply(Side.POD, new IpChange.AddRoute(name, defaultRoute("0.0.0.0/0", "10.1.2.1")));
        kernel.apply(Side.POD, new IpChange.AddRoute(name, defaultRoute("::/0", "fd00::1")));
    }

    private static Route defaultRoute(String destination, String gateway) {
        return Route.to(Cidr.parse(destination), Optional.of(IpMath.parse(gateway)));
    }

    @Test
    void addTakesTheseStepsInThisOrder() {
        Ended ended = add(BLUE);

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertEquals("""
                ip -n POD link add blue type vrf table 1
                ip -n POD link set blue up
                ip -n POD route delete default via fd00::1 dev eth0
                ip -n POD route delete default via 10.1.2.1 dev eth0
                ip -n POD address add fd00::5/64 dev eth0
                ip -n POD link set eth0 master blue
                ip -n POD address add fd00::5/64 dev eth0
                ip -n POD address show tentative dev eth0  # wait until none, at most 5000 ms
                ip -n POD route add default via 10.1.2.1 table 1 dev eth0
                ip -n POD route add default via fd00::1 table 1 dev eth0
                """, applied());
    }

    @Test
    void theInterfaceHasWhatItHadInTheTableOfTheVrf() {
        add(TABLE_10);

        assertEquals(
                List.of(Cidr.parse("10.1.2.5/24"), Cidr.parse("fd00::5/64")), node.kernel.addresses(Side.POD, "eth0"));
        assertEquals(
                List.of(
                        "10.1.2.0/24 table 10 src 10.1.2.5",
                        "default via 10.1.2.1 table 10",
                        "default via fd00::1 table 10",
                        "fd00::/64 metric 256 table 10"),
                routes(node.kernel));
    }

    private static List<String> routes(FakeKernel kernel) {
        return kernel.routes(Side.POD, "eth0").stream()
                .map(Route::toString)
                .sorted()
                .toList();
    }

    @Test
    void aSecondInterfaceSharesTheVrfAndTheLastOneTakesItAlong() {
        add(TABLE_10);
        addInterface(node.kernel, "eth1");
        node.environment.put("CNI_IFNAME", "eth1");

        Ended second = node.call("ADD", "vrf", BLUE);
        Ended first = node.call("DEL", "vrf", BLUE);
        boolean kept = node.kernel.link(Side.POD, "blue").isPresent();
        node.environment.put("CNI_IFNAME", "eth0");
        Ended last = node.call("DEL", "vrf", BLUE);
        Ended again = node.call("DEL", "vrf", BLUE);

        assertEquals(0, second.exitStatus(), second.stdout());
        assertTrue(kept, "eth0 was still a port of it");
        assertEquals(List.of(new Ended(0, ""), new Ended(0, ""), new Ended(0, "")), List.of(first, last, again));
        assertEquals(Optional.empty(), node.kernel.link(Side.POD, "blue"));
        assertEquals(
                OptionalInt.empty(), node.kernel.linkOrThrow(Side.POD, "eth0").master());
    }

    @Test
    void aNewVrfHasATableThatNoOtherHas() {
        addVrf(1);
        addVrf(3);

        Ended ended = add(BLUE);

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertEquals(
                OptionalInt.of(2), node.kernel.linkOrThrow(Side.POD, "blue").setting());
    }

    private void addVrf(int table) {
        node.kernel.apply(
                Side.POD,
                new LinkChange.AddLink("vrf" + table, new LinkKind.Vrf(table), Optional.empty(), OptionalInt.empty()));
    }

    @Test
    void aVrfWithAnotherTableIsAnError() {
        add(TABLE_10);
        addInterface(node.kernel, "eth1");
        node.environment.put("CNI_IFNAME", "eth1");

        Ended ended = node.call("ADD", "vrf", TABLE_10.replace("10,", "11,"));

        assertTrue(ended.stdout().contains("already exist with different routing table 10"), ended.stdout());
    }

    @Test
    void aLinkOfTheNameThatIsNoVrfIsAnErrorAndStays() {
        node.kernel.apply(Side.POD, new LinkChange.AddBridge("blue", OptionalInt.empty(), false));

        Ended added = add(BLUE);
        Ended deleted = node.call("DEL", "vrf", BLUE);

        assertTrue(added.stdout().contains("is not a VRF"), added.stdout());
        assertEquals(new Ended(0, ""), deleted);
        assertTrue(node.kernel.link(Side.POD, "blue").isPresent());
    }

    @Test
    void anInterfaceThatHasAMasterIsAnError() {
        addInterface(node.kernel, "eth0");
        node.kernel.apply(Side.POD, new LinkChange.AddBridge("br0", OptionalInt.empty(), false));
        node.kernel.apply(Side.POD, new LinkChange.SetMaster("eth0", "br0"));

        Ended ended = node.call("ADD", "vrf", BLUE);

        assertTrue(ended.stdout().contains("has a master already"), ended.stdout());
        assertEquals(Optional.empty(), node.kernel.link(Side.POD, "blue"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1"})
    void whicheverStepFailsEverythingIsAsItWas(String keepAddressesOnDown) {
        int failures = 0;
        for (int n = 1; ; n++) {
            TestNode fresh = new TestNode();
            addInterface(fresh.kernel, "eth0");
            fresh.kernel.apply(
                    Side.POD, new Change.SetSysctl("net/ipv6/conf/eth0/keep_addr_on_down", keepAddressesOnDown, true));
            List<Link> links = fresh.kernel.links(Side.POD);
            List<String> routes = routes(fresh.kernel);
            List<Cidr> addresses = fresh.kernel.addresses(Side.POD, "eth0");
            fresh.kernel.failOn(n);

            Ended ended = fresh.call("ADD", "vrf", BLUE);

            if (ended.exitStatus() == 0) {
                break;
            }
            failures++;
            assertEquals(links, fresh.kernel.links(Side.POD), "after step " + n);
            assertEquals(routes, routes(fresh.kernel), "after step " + n);
            assertEquals(addresses, fresh.kernel.addresses(Side.POD, "eth0"), "after step " + n);
            assertEquals(List.of(), fresh.log);
        }
        assertEquals(10, failures);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PRESENT", "MISSING", "NOT_A_NAMESPACE"})
    void delNeedsNothingThatItLooksFor(String state) {
        node.netnsState = Namespaces.State.valueOf(state);

        Ended ended = node.call("DEL", "vrf", BLUE);

        assertEquals(new Ended(0, ""), ended);
    }

    @Test
    void delRemovesTheVrfOfAnInterfaceThatIsGone() {
        add(BLUE);
        node.kernel.apply(Side.POD, new LinkChange.DeleteLink("eth0"));

        Ended ended = node.call("DEL", "vrf", BLUE);

        assertEquals(new Ended(0, ""), ended);
        assertEquals(Optional.empty(), node.kernel.link(Side.POD, "blue"));
    }

    @Test
    void checkSaysAllThatIsNotAsItWas() {
        add(TABLE_10);
        Ended before = node.call("CHECK", "vrf", TABLE_10);
        node.kernel.apply(Side.POD, new LinkChange.ClearMaster("eth0"));
        node.kernel.apply(Side.POD, new LinkChange.SetDown("blue"));

        Ended after = node.call("CHECK", "vrf", TABLE_10.replace("10,", "11,"));
        node.kernel.apply(Side.POD, new LinkChange.DeleteLink("blue"));
        Ended gone = node.call("CHECK", "vrf", TABLE_10);

        assertEquals(new Ended(0, ""), before);
        for (String named :
                List.of("blue is down", "has table 10 instead of 11", "eth0 is not a port of the VRF blue")) {
            assertTrue(after.stdout().contains(named), named + " is not named in " + after.stdout());
        }
        assertTrue(gone.stdout().contains("the VRF blue is gone"), gone.stdout());
    }

    @Test
    void everyFaultIsReportedAtOnce() {
        Ended ended = node.call("ADD", "vrf", conf("\"vrfname\": \"a b\", \"table\": -1"));
        Ended nameless = node.call("ADD", "vrf", conf("\"table\": 1"));
        Ended old = node.call("ADD", "vrf", BLUE.replace("1.1.0", "0.3.0"));

        assertTrue(ended.stdout().contains("vrfname: ") && ended.stdout().contains("table: -1"), ended.stdout());
        assertTrue(nameless.stdout().contains("expected to have a valid vrf name"), nameless.stdout());
        assertTrue(old.stdout().contains("incompatible CNI versions"), old.stdout());
    }

    private Ended add(String conf) {
        addInterface(node.kernel, "eth0");
        prepared = node.kernel.applied().size();
        return node.call("ADD", "vrf", conf);
    }

    private String applied() {
        StringBuilder lines = new StringBuilder();
        List<FakeKernel.Applied> all = node.kernel.applied();
        all.subList(prepared, all.size()).forEach(change -> lines.append(change).append('\n'));
        return lines.toString();
    }
}
