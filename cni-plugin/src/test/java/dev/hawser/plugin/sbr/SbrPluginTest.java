package dev.hawser.plugin.sbr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import dev.hawser.kernel.FakeKernel;
import dev.hawser.kernel.IpChange;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.PolicyRule;
import dev.hawser.kernel.Route;
import dev.hawser.kernel.Side;
import dev.hawser.run.Namespaces;
import dev.hawser.run.TestNode;
import dev.hawser.run.TestNode.Ended;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SbrPluginTest {

    private static final String IPV4 = "{\"address\": \"10.1.2.5/24\", \"gateway\": \"10.1.2.1\", \"interface\": 0}";
    private static final String IPV6 = "{\"address\": \"fd00::5/64\", \"gateway\": \"fd00::1\", \"interface\": 0}";

    private final TestNode node = new TestNode();

    /** How many changes the interface took. */
    private int prepared;

    private static String conf(String members, String... ips) {
        return "{\"cniVersion\": \"1.1.0\", \"name\": \"net\", \"type\": \"sbr\"" + members
                + ", \"prevResult\": {\"cniVersion\": \"1.1.0\", \"interfaces\": [{\"name\": \"eth0\", \"sandbox\": \""
                + TestNode.NETNS + "\"}], \"ips\": [" + String.join(", ", ips) + "]}}";
    }

    private static void addInterface(FakeKernel kernel) {
        kernel.apply(
                Side.HOST,
                new LinkChange.AddVeth(
                        "veth1",
                        new MacAddress(1),
                        Optional.empty(),
                        Side.POD,
                        "eth0",
                        new MacAddress(2),
                        OptionalInt.empty()));
        for (String address : List.of("10.1.2.5/24", "fd00::5/64")) {
            kernel.apply(Side.POD, new IpChange.AddAddress("eth0", Cidr.parse(address)));
        }
        kernel.apply(Side.POD, new LinkChange.SetUp("eth0"));
        addRoute(kernel, "0.0.0.0/0", "10.1.2.1");
        addRoute(kernel, "10.9.0.0/16", "10.1.2.9");
        addRoute(kernel, "::/0", "fd00::1");
    }

    private static void addRoute(FakeKernel kernel, String destination, String gateway) {
        Route route = Route.to(Cidr.parse(destination), Optional.of(IpMath.parse(gateway)));
        kernel.apply(Side.POD, new IpChange.AddRoute("eth0", route));
    }

    @Test
    void addMovesTheRoutesOfEachAddressToATableOfItsOwn() {
        Ended ended = add("", IPV4, IPV6);

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertEquals("""
                ip -n POD rule add from 10.1.2.5/32 lookup 100
                ip -n POD route add 10.1.2.0/24 table 100 src 10.1.2.5 dev eth0
                ip -n POD route add default via 10.1.2.1 table 100 dev eth0
                ip -n POD route add 10.9.0.0/16 via 10.1.2.9 table 100 dev eth0
                ip -n POD rule add from fd00::5/128 lookup 101
                ip -n POD route add fd00::/64 metric 256 table 101 dev eth0
                ip -n POD route add default via fd00::1 table 101 dev eth0
                ip -n POD route delete default via 10.1.2.1 dev eth0
                ip -n POD route delete 10.9.0.0/16 via 10.1.2.9 dev eth0
                ip -n POD route delete default via fd00::1 dev eth0
                ip -n POD route delete 10.1.2.0/24 src 10.1.2.5 dev eth0
                ip -n POD route delete fd00::/64 metric 256 dev eth0
                """, applied());
    }

    @Test
    void tablesThatRulesOrRoutesNameAreNotTaken() {
        addInterface(node.kernel);
        node.kernel.apply(Side.POD, new IpChange.AddRule(new PolicyRule(Cidr.parse("10.7.7.7/32"), 100)));
        node.kernel.apply(
                Side.POD,
                new IpChange.AddRoute(
                        "eth0",
                        Route.to(Cidr.parse("10.8.0.0/16"), Optional.empty()).inTable(102)));

        Ended ended = node.call("ADD", "sbr", conf("", IPV4, IPV6));

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertEquals(List.of(101, 103), ownTables());
    }

    private List<Integer> ownTables() {
        return node.kernel.policyRules(Side.POD).stream()
                .filter(rule ->
                        rule.source().prefixLength() > 0 && !rule.source().equals(Cidr.parse("10.7.7.7/32")))
                .map(PolicyRule::table)
                .toList();
    }

    @Test
    void aTableThatIsConfiguredIsLedToAndLeftAsItIs() {
        Ended ended = add(", \"table\": 4000000000", IPV4);

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertEquals("ip -n POD rule add from 10.1.2.5/32 lookup 4000000000\n", applied());
    }

    @Test
    void aGatewayThatIsConfiguredIsTheDefault() {
        Ended ended = add(", \"gateways\": [\"10.1.2.77\"]", IPV4);

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertTrue(applied().contains("route add default via 10.1.2.77 table 100 dev eth0"), applied());
        assertTrue(!applied().contains("route add default via 10.1.2.1 "), applied());
    }

    @Test
    void sourceHintsStayInTableMain() {
        Ended ended = add(", \"addSourceHints\": true", IPV4, IPV6);

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertEquals(
                List.of("10.1.2.0/24 src 10.1.2.5", "fd00::/64 src fd00::5"),
                routes().stream().filter(route -> !route.contains("table")).toList());
    }

    @Test
    void aRouteThatIsOfNoSubnetOfOursMovesToo() {
        addInterface(node.kernel);
        Route nextHop = Route.to(Cidr.parse("169.254.1.1/32"), Optional.empty());
        node.kernel.apply(Side.POD, new IpChange.AddRoute("eth0", nextHop));
        addRoute(node.kernel, "172.16.0.0/12", "169.254.1.1");

        Ended ended = node.call("ADD", "sbr", conf("", IPV4));

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertTrue(routes().contains("172.16.0.0/12 via 169.254.1.1 table 100"), routes().toString());
        assertTrue(routes().contains("default via fd00::1"), "no IPv6 address, no IPv6 rule: " + routes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ", \"table\": 77", ", \"addSourceHints\": true", ", \"gateways\": [\"10.1.2.77\"]"})
    void whicheverStepFailsEverythingIsAsItWas(String members) {
        int failures = 0;
        for (int n = 1; ; n++) {
            TestNode fresh = new TestNode();
            addInterface(fresh.kernel);
            List<Route> routes = fresh.kernel.routes(Side.POD, "eth0");
            List<PolicyRule> rules = fresh.kernel.policyRules(Side.POD);
            fresh.kernel.failOn(n);

            Ended ended = fresh.call("ADD", "sbr", conf(members, IPV4, IPV6));

            if (ended.exitStatus() == 0) {
                break;
            }
            failures++;
            assertEquals(sorted(routes), sorted(fresh.kernel.routes(Side.POD, "eth0")), "after step " + n);
            assertEquals(rules, fresh.kernel.policyRules(Side.POD), "after step " + n);
            assertEquals(List.of(), fresh.log);
        }
        assertTrue(failures >= 2, "only " + failures + " steps were made to fail");
    }

    private static List<String> sorted(List<Route> routes) {
        return routes.stream().map(Route::toString).sorted().toList();
    }

    @Test
    void delTakesTheRulesAwayAndMayBeRepeated() {
        addInterface(node.kernel);
        List<PolicyRule> before = node.kernel.policyRules(Side.POD);
        node.call("ADD", "sbr", conf("", IPV4, IPV6));

        Ended ended = node.call("DEL", "sbr", conf("", IPV4, IPV6));
        Ended again = node.call("DEL", "sbr", conf("", IPV4, IPV6));

        assertEquals(List.of(new Ended(0, ""), new Ended(0, "")), List.of(ended, again));
        assertEquals(before, node.kernel.policyRules(Side.POD));
    }

    @Test
    void delFindsTheRulesOfAnInterfaceThatIsGone() {
        addInterface(node.kernel);
        List<PolicyRule> before = node.kernel.policyRules(Side.POD);
        node.call("ADD", "sbr", conf("", IPV4, IPV6));
        node.kernel.apply(Side.POD, new LinkChange.DeleteLink("eth0"));

        Ended ended = node.call("DEL", "sbr", conf("", IPV4, IPV6));

        assertEquals(new Ended(0, ""), ended);
        assertEquals(before, node.kernel.policyRules(Side.POD));
    }

    @Test
    void delOfOneTableSparesTheOthers() {
        addInterface(node.kernel);
        PolicyRule other = new PolicyRule(Cidr.parse("10.1.2.5/32"), 5);
        node.kernel.apply(Side.POD, new IpChange.AddRule(other));
        node.call("ADD", "sbr", conf(", \"table\": 77", IPV4));

        Ended ended = node.call("DEL", "sbr", conf(", \"table\": 77", IPV4));

        assertEquals(new Ended(0, ""), ended);
        assertTrue(node.kernel.policyRules(Side.POD).contains(other));
        assertEquals(List.of(5), ownTables());
    }

    @ParameterizedTest
    @ValueSource(strings = {"MISSING", "NOT_A_NAMESPACE"})
    void delNeedsNoNamespace(String state) {
        node.netnsState = Namespaces.State.valueOf(state);

        Ended ended = node.call("DEL", "sbr", conf("", IPV4));

        assertEquals(new Ended(0, ""), ended);
    }

    @Test
    void delNeedsNeitherANamespaceNameNorAPreviousResult() {
        node.environment.remove("CNI_NETNS");

        Ended ended = node.call("DEL", "sbr", "{\"cniVersion\": \"1.1.0\", \"name\": \"net\", \"type\": \"sbr\"}");

        assertEquals(new Ended(0, ""), ended);
    }

    @Test
    void checkSaysAllThatIsMissing() {
        add("", IPV4, IPV6);
        Ended before = node.call("CHECK", "sbr", conf("", IPV4, IPV6));
        node.kernel.apply(Side.POD, new IpChange.DeleteRule(new PolicyRule(Cidr.parse("10.1.2.5/32"), 100)));
        Route route = Route.to(Cidr.parse("::/0"), Optional.of(IpMath.parse("fd00::1")))
                .inTable(101);
        node.kernel.apply(Side.POD, new IpChange.DeleteRoute("eth0", route));

        Ended after = node.call("CHECK", "sbr", conf("", IPV4, IPV6));

        assertEquals(new Ended(0, ""), before);
        assertEquals(1, after.exitStatus());
        assertTrue(after.stdout().contains("the rule from 10.1.2.5/32 is gone"), after.stdout());
        assertTrue(after.stdout().contains("default route is gone from table 101, which fd00::5/128"), after.stdout());
    }

    @Test
    void addNeedsAResultWithAddressesOfTheInterface() {
        Ended unchained = node.call("ADD", "sbr", "{\"cniVersion\": \"1.1.0\", \"name\": \"net\", \"type\": \"sbr\"}");
        Ended none = node.call("ADD", "sbr", conf(""));
        node.environment.put("CNI_IFNAME", "eth9");
        Ended others = node.call("ADD", "sbr", conf("", IPV4));

        assertTrue(unchained.stdout().contains("must be called as chained plugin"), unchained.stdout());
        assertTrue(none.stdout().contains("got no container IPs"), none.stdout());
        assertTrue(others.stdout().contains("got no container IPs"), others.stdout());
    }

    @Test
    void everyFaultIsReportedAtOnce() {
        Ended ended = node.call(
                "ADD",
                "sbr",
                conf(", \"table\": 0, \"addSourceHints\": 1, \"gateways\": [\"x\", \"10.1.2.1\", \"10.1.2.2\"]"));

        assertEquals(1, ended.exitStatus());
        for (String named : List.of("table: 0", "addSourceHints: 1", "gateways: ", "\\\"x\\\"", "10.1.2.2")) {
            assertTrue(ended.stdout().contains(named), named + " is not named in " + ended.stdout());
        }
        assertEquals(List.of(), node.kernel.applied());
    }

    private Ended add(String members, String... ips) {
        addInterface(node.kernel);
        prepared = node.kernel.applied().size();
        return node.call("ADD", "sbr", conf(members, ips));
    }

    private String applied() {
        StringBuilder lines = new StringBuilder();
        List<FakeKernel.Applied> all = node.kernel.applied();
        all.subList(prepared, all.size()).forEach(change -> lines.append(change).append('\n'));
        return lines.toString();
    }

    private List<String> routes() {
        return new ArrayList<>(sorted(node.kernel.routes(Side.POD, "eth0")));
    }
}
