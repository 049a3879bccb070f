package dev.hawser.plugin.firewall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.ip.IpMath;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.NftChain;
import dev.hawser.kernel.Side;
import dev.hawser.run.TestNode;
import dev.hawser.run.TestNode.Ended;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FirewallPluginTest {

    private static final Attachment OWNER = new Attachment("net", "c1", "eth0");
    private static final String DOORWAY = """
            iptables-restore --noflush <<< '*filter; -N CNI-ADMIN; -N HAWSER-FORWARD; \
            -A HAWSER-FORWARD -m comment --comment "CNI firewall plugin admin overrides" -j CNI-ADMIN; \
            -A HAWSER-FORWARD -m mark --mark 0x1000/0x1000 -j ACCEPT; \
            -I FORWARD 1 -m comment --comment "CNI firewall plugin rules" -j HAWSER-FORWARD; COMMIT'
            """;

    private final TestNode node = new TestNode();

    @BeforeEach
    void addBridge() {
        node.kernel.apply(Side.HOST, new LinkChange.AddBridge("cni0", OptionalInt.empty(), false));
    }

    /** A configuration with these members, after a plugin that gave these addresses. */
    private static String conf(String members, String... addresses) {
        StringBuilder ips = new StringBuilder();
        for (String address : addresses) {
            ips.append(ips.isEmpty() ? "" : ", ").append("{\"address\": \"" + address + "\", \"interface\": 2}");
        }
        return """
                {"cniVersion": "1.0.0", "name": "net", "type": "firewall", %s
                 "prevResult": {"cniVersion": "1.0.0",
                   "interfaces": [{"name": "cni0"}, {"name": "veth1"}, {"name": "eth0", "sandbox": "/var/run/netns/pod"}],
                   "ips": [%s]}}""".formatted(members.isEmpty() ? "" : members + ",", ips);
    }

    private static String plain() {
        return conf("", "10.1.2.5/24", "fd00:1::5/64");
    }

    private static String by(String backend) {
        return conf("\"backend\": \"" + backend + "\"", "10.1.2.5/24", "fd00:1::5/64");
    }

    /** What was applied since the bridge was added, one line each. */
    private String applied() {
        StringBuilder text = new StringBuilder();
        node.kernel.applied().stream()
                .skip(1)
                .forEach(change -> text.append(change).append('\n'));
        return text.toString();
    }

    private static void succeeded(Ended ended) {
        assertEquals(0, ended.exitStatus(), ended.stdout());
    }

    @Test
    void theFirstPodOpensTheDoorwayInBothFamiliesAndIsOneElementInEach() {
        succeeded(node.call("ADD", "firewall", plain()));

        assertEquals(DOORWAY + DOORWAY.replace("iptables", "ip6tables") + """
                nft add element inet hawser forwarded4 { 10.1.2.5 comment "net/c1/eth0" }
                nft add element inet hawser forwarded6 { fd00:1::5 comment "net/c1/eth0" }
                """, applied());
    }

    @Test
    void theNextPodIsOneElement() {
        node.call("ADD", "firewall", plain());
        int before = node.kernel.applied().size();
        node.environment.put("CNI_CONTAINERID", "c2");

        succeeded(node.call("ADD", "firewall", conf("", "10.1.2.6/24")));

        assertEquals(
                List.of("nft add element inet hawser forwarded4 { 10.1.2.6 comment \"net/c2/eth0\" }"),
                node.kernel.applied().stream()
                        .skip(before)
                        .map(Object::toString)
                        .toList());
    }

    @Test
    void theAnswerIsThatOfThePluginsBefore() {
        Ended ended = node.call("ADD", "firewall", conf("", "10.1.2.5/24"));

        assertTrue(ended.stdout().contains("\"cni0\""), ended::stdout);
        assertTrue(ended.stdout().contains("\"10.1.2.5/24\""), ended::stdout);
    }

    @Test
    void aDoorwayWhoseEntranceWasFlushedIsMendedByTheNextAdd() {
        node.call("ADD", "firewall", conf("", "10.1.2.5/24"));
        List<String> whole = node.kernel.iptables(true, "filter");
        restore("-F FORWARD");

        succeeded(node.call("ADD", "firewall", conf("", "10.1.2.5/24")));

        assertEquals(whole, node.kernel.iptables(true, "filter"));
    }

    @Test
    void aDoorwayThatWasFlushedItselfIsMendedByTheNextAdd() {
        node.call("ADD", "firewall", conf("", "10.1.2.5/24"));
        List<String> whole = node.kernel.iptables(true, "filter");
        restore("-F HAWSER-FORWARD");

        succeeded(node.call("ADD", "firewall", conf("", "10.1.2.5/24")));

        assertEquals(whole, node.kernel.iptables(true, "filter"));
    }

    @Test
    void theOverridesOfEveryNetworkComeBeforeTheDoorwaysAccept() {
        node.call("ADD", "firewall", conf("", "10.1.2.5/24"));

        succeeded(node.call("ADD", "firewall", conf("\"iptablesAdminChainName\": \"MINE\"", "10.1.2.6/24")));

        assertEquals(
                List.of("CNI-ADMIN", "MINE", ""), node.kernel.jumps(new NftChain("ip", "filter", "HAWSER-FORWARD")));
    }

    @Test
    void policiesOfTheReferenceStayBeforeTheDoorway() {
        node.call("ADD", "firewall", conf("\"backend\": \"iptables\", \"ingressPolicy\": \"isolated\"", "10.1.2.5/24"));

        succeeded(node.call("ADD", "firewall", conf("", "10.1.2.6/24")));

        assertEquals(
                List.of("CNI-ISOLATION-STAGE-1", "HAWSER-FORWARD", "CNI-FORWARD"),
                node.kernel.jumps(new NftChain("ip", "filter", "FORWARD")));
    }

    @Test
    void withoutIptablesThereIsNobodyToBeLetThroughBy() {
        node.kernel.removeIptables();

        succeeded(node.call("ADD", "firewall", plain()));

        assertEquals("""
                nft add element inet hawser forwarded4 { 10.1.2.5 comment "net/c1/eth0" }
                nft add element inet hawser forwarded6 { fd00:1::5 comment "net/c1/eth0" }
                """, applied());
        assertEquals(List.of(), node.log);
    }

    @Test
    void withoutIptablesButWithItsChainThatIsSaid() {
        restore("-A FORWARD -j DROP");
        node.kernel.removeIptables();

        succeeded(node.call("ADD", "firewall", conf("", "10.1.2.5/24")));

        assertEquals(
                List.of(
                        "chain ip filter FORWARD may drop what pods send and receive: to be let through there, install the"
                                + " package iptables"),
                node.log);
    }

    @Test
    void iptablesTakesOneRestoreForEachFamilyWithTheReferencesRules() {
        succeeded(node.call("ADD", "firewall", by("iptables")));

        assertEquals(2, node.kernel.applied().size() - 1, this::applied);
        assertEquals(
                List.of(
                        ":CNI-FORWARD - [0:0]",
                        ":CNI-ADMIN - [0:0]",
                        ":FORWARD ACCEPT [0:0]",
                        "-A CNI-FORWARD -m comment --comment \"CNI firewall plugin admin overrides\" -j CNI-ADMIN",
                        "-A CNI-FORWARD -d 10.1.2.5/32 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
                        "-A CNI-FORWARD -s 10.1.2.5/32 -j ACCEPT",
                        "-A FORWARD -m comment --comment \"CNI firewall plugin rules\" -j CNI-FORWARD"),
                node.kernel.iptables(true, "filter"));
        assertTrue(
                node.kernel.iptables(false, "filter").contains("-A CNI-FORWARD -s fd00:1::5/128 -j ACCEPT"),
                () -> node.kernel.iptables(false, "filter").toString());
    }

    @Test
    void iptablesIsTheBackendWhereFiltersOfTheOlderOneAreInUse() {
        node.kernel.useLegacyIptables();

        succeeded(node.call("ADD", "firewall", plain()));

        assertEquals(List.of(), node.kernel.forwarded());
        assertTrue(node.kernel.iptables(true, "filter").contains("-A CNI-FORWARD -s 10.1.2.5/32 -j ACCEPT"));
        succeeded(node.call("DEL", "firewall", plain()));
        assertEquals(List.of(), podRules());
    }

    @Test
    void iptablesIsTheBackendOfAKernelWithoutNftables() {
        node.kernel.removeNftables();

        succeeded(node.call("ADD", "firewall", plain()));

        assertEquals(List.of(), node.kernel.forwarded());
        assertEquals(4, podRules().size());
    }

    @Test
    void anUnknownBackendCountsAsNoneAndIsSaid() {
        succeeded(node.call("ADD", "firewall", by("netfilter")));

        assertEquals(2, node.kernel.forwarded().size());
        assertEquals(
                List.of(
                        "backend \"netfilter\" is unknown, want nftables, iptables or firewalld: choosing as if none were"
                                + " named"),
                node.log);
    }

    @Test
    void addCanBeRepeatedByIptables() {
        node.call("ADD", "firewall", by("iptables"));
        List<String> once = node.kernel.iptables(true, "filter");

        succeeded(node.call("ADD", "firewall", by("iptables")));

        assertEquals(once, node.kernel.iptables(true, "filter"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nftables", "iptables"})
    void whicheverStepFailsNothingOfThePodIsLeft(String backend) {
        String conf = conf(
                "\"ingressPolicy\": \"isolated\", \"backend\": \"" + backend + "\"", "10.1.2.5/24", "fd00:1::5/64");
        int failures = 0;
        for (int n = 1; ; n++) {
            TestNode fresh = new TestNode();
            fresh.kernel.failOn(n);

            Ended ended = fresh.call("ADD", "firewall", conf);

            if (ended.exitStatus() == 0) {
                break;
            }
            failures++;
            assertEquals(List.of(), fresh.kernel.forwarded(), "after step " + n + " failed");
            assertEquals(List.of(), podRules(fresh), "after step " + n + " failed");
        }
        assertEquals(backend.equals("nftables") ? 5 : 2, failures);
    }

    @Test
    void whatWasThereBeforeAFailedAddStays() {
        node.call("ADD", "firewall", by("iptables"));
        List<String> before = podRules();
        node.kernel.removeNftables();
        node.kernel.failOn(2);

        node.call("ADD", "firewall", conf("\"ingressPolicy\": \"isolated\"", "10.1.2.5/24", "fd00:1::5/64"));

        assertEquals(before, podRules());
    }

    @ParameterizedTest
    @ValueSource(strings = {"nftables", "iptables", ""})
    void delTakesAwayWhatAddMadeWhateverBackendIsNamedNow(String backend) {
        for (String made : List.of("nftables", "iptables")) {
            succeeded(node.call("ADD", "firewall", by(made)));

            assertEquals(new Ended(0, ""), node.call("DEL", "firewall", by(backend)));

            assertEquals(List.of(), node.kernel.forwarded());
            assertEquals(List.of(), podRules());
        }
    }

    @Test
    void delCanBeRepeatedAndComeFirst() {
        assertEquals(new Ended(0, ""), node.call("DEL", "firewall", plain()));
        node.call("ADD", "firewall", plain());

        node.call("DEL", "firewall", plain());

        assertEquals(new Ended(0, ""), node.call("DEL", "firewall", plain()));
    }

    @Test
    void delWithoutPrevResultFindsTheElementsByTheirOwner() {
        node.call("ADD", "firewall", plain());
        node.environment.put("CNI_CONTAINERID", "c2");
        node.call("ADD", "firewall", conf("", "10.1.2.6/24"));
        node.environment.put("CNI_CONTAINERID", "c1");

        Ended ended = node.call("DEL", "firewall", """
                {"cniVersion": "1.0.0", "name": "net", "type": "firewall"}""");

        assertEquals(new Ended(0, ""), ended);
        assertEquals(
                List.of(new FirewallChange.AllowForwarding(
                        IpMath.parse("10.1.2.6"), new Attachment("net", "c2", "eth0"))),
                node.kernel.forwarded());
    }

    @Test
    void aLateDelDoesNotShutOutTheNextOwnerOfTheAddress() {
        node.call("ADD", "firewall", conf("", "10.1.2.5/24"));
        node.environment.put("CNI_CONTAINERID", "c2");
        node.call("ADD", "firewall", conf("", "10.1.2.5/24"));
        node.environment.put("CNI_CONTAINERID", "c1");

        succeeded(node.call("DEL", "firewall", conf("", "10.1.2.5/24")));

        assertEquals(
                Optional.of(new Attachment("net", "c2", "eth0")),
                node.kernel.forwardingOwner(IpMath.parse("10.1.2.5")));
    }

    @Test
    void delChangesIptablesOnlyIfItHasRulesOfThePod() {
        node.call("ADD", "firewall", by("iptables"));
        node.call("DEL", "firewall", by("iptables"));
        int before = node.kernel.applied().size();

        succeeded(node.call("DEL", "firewall", by("iptables")));

        assertTrue(node.kernel.applied().stream()
                .skip(before)
                .noneMatch(applied -> applied.change() instanceof FirewallChange.RestoreIptables));
    }

    @Test
    void checkFindsWhatIsMissingAndChangesNothing() {
        node.call("ADD", "firewall", plain());
        succeeded(node.call("CHECK", "firewall", plain()));
        int before = node.kernel.applied().size();

        node.environment.put("CNI_CONTAINERID", "c2");
        Ended other = node.call("CHECK", "firewall", plain());
        node.environment.put("CNI_CONTAINERID", "c1");
        assertEquals(before, node.kernel.applied().size());
        restore("-F FORWARD");
        Ended flushed = node.call("CHECK", "firewall", plain());

        assertTrue(other.stdout().contains("nothing lets 10.1.2.5 through any more"), other::stdout);
        assertTrue(other.stdout().contains("nothing lets fd00:1::5 through any more"), other::stdout);
        assertTrue(
                flushed.stdout().contains("iptables does not let through what nftables has marked"), flushed::stdout);
    }

    @Test
    void checkFindsThatTheRulesetIsGone() {
        node.call("ADD", "firewall", plain());
        NftChain chain = new NftChain("inet", "hawser", "forward");
        node.kernel.apply(
                Side.HOST,
                new FirewallChange.DeleteNftRule(
                        chain, node.kernel.rules(chain).getFirst().handle()));

        Ended ended = node.call("CHECK", "firewall", plain());

        assertEquals(1, ended.exitStatus());
        assertTrue(ended.stdout().contains("rules of chain inet hawser forward are gone"), ended::stdout);
    }

    @Test
    void checkTakesRulesOfTheReferenceForGood() {
        node.call("ADD", "firewall", by("iptables"));

        succeeded(node.call("CHECK", "firewall", plain()));
    }

    @Test
    void checkFindsMissingRulesOfIptables() {
        node.call("ADD", "firewall", by("iptables"));
        succeeded(node.call("CHECK", "firewall", by("iptables")));
        restore("-D CNI-FORWARD -s 10.1.2.5/32 -j ACCEPT");
        List<String> before = node.kernel.iptables(true, "filter");

        Ended ended = node.call("CHECK", "firewall", by("iptables"));

        assertEquals(1, ended.exitStatus());
        assertTrue(
                ended.stdout().contains("of iptables are missing: -A CNI-FORWARD -s 10.1.2.5/32 -j ACCEPT"),
                ended::stdout);
        assertEquals(before, node.kernel.iptables(true, "filter"));
    }

    @Test
    void anUnknownPolicyAnAdminChainThatIsNoneAreFaultsBeforeAnythingIsDone() {
        Ended ended = node.call(
                "ADD",
                "firewall",
                conf("\"ingressPolicy\": \"closed\", \"iptablesAdminChainName\": \"MY CHAIN\"", "10.1.2.5/24"));

        assertEquals(1, ended.exitStatus());
        assertTrue(ended.stdout().contains("ingressPolicy: \\\"closed\\\" is unknown"), ended::stdout);
        assertTrue(
                ended.stdout().contains("iptablesAdminChainName: \\\"MY CHAIN\\\" cannot be the name of a chain"),
                ended::stdout);
        assertEquals("", applied());
    }

    @Test
    void addNeedsThePluginsBefore() {
        Ended ended = node.call("ADD", "firewall", """
                {"cniVersion": "1.0.0", "name": "net", "type": "firewall"}""");

        assertEquals(1, ended.exitStatus());
        assertTrue(ended.stdout().contains("Required prevResult missing"), ended::stdout);
    }

    @Test
    void versionsBefore040AreNotSupported() {
        Ended ended = node.call("ADD", "firewall", """
                {"cniVersion": "0.3.1", "name": "net", "type": "firewall"}""");

        assertTrue(ended.stdout().contains("\"code\": 1,"), ended::stdout);
    }

    @Test
    void aPolicyClosesTheBridgeAndTheStricterOneWins() {
        succeeded(node.call("ADD", "firewall", conf("\"ingressPolicy\": \"same-bridge\"", "10.1.2.5/24")));
        List<FirewallChange.CloseBridge> first = node.kernel.closedBridges();
        succeeded(node.call("ADD", "firewall", conf("\"ingressPolicy\": \"isolated\"", "10.1.2.6/24")));
        succeeded(node.call("ADD", "firewall", conf("\"ingressPolicy\": \"same-bridge\"", "10.1.2.5/24")));

        assertEquals(List.of(new FirewallChange.CloseBridge("cni0", false)), first);
        assertEquals(List.of(new FirewallChange.CloseBridge("cni0", true)), node.kernel.closedBridges());
    }

    @Test
    void thePolicyIsThatOfTheBridgeWhereverItStandsInTheResult() {
        String conf = conf("\"ingressPolicy\": \"isolated\"", "10.1.2.5/24")
                .replace("{\"name\": \"cni0\"}, {\"name\": \"veth1\"}", "{\"name\": \"veth1\"}, {\"name\": \"cni0\"}");

        succeeded(node.call("ADD", "firewall", conf));

        assertEquals(List.of(new FirewallChange.CloseBridge("cni0", true)), node.kernel.closedBridges());
    }

    @Test
    void aPolicyWithoutAnyLinkOnTheHostIsAFault() {
        String conf = conf("\"ingressPolicy\": \"isolated\"", "10.1.2.5/24")
                .replace("{\"name\": \"cni0\"}, {\"name\": \"veth1\"}, ", "")
                .replace("\"interface\": 2", "\"interface\": 0");

        Ended ended = node.call("ADD", "firewall", conf);

        assertEquals(1, ended.exitStatus());
        assertTrue(ended.stdout().contains("ingressPolicy: \\\"isolated\\\" needs a bridge"), ended::stdout);
        assertEquals("", applied());
    }

    @Test
    void theHostsEndOfAPtpIsClosedUntilDel() {
        String conf = conf("\"ingressPolicy\": \"same-bridge\"", "10.1.2.5/24").replace("{\"name\": \"cni0\"}, ", "");
        succeeded(node.call("ADD", "firewall", conf));
        List<FirewallChange.CloseBridge> closed = node.kernel.closedBridges();

        succeeded(node.call("DEL", "firewall", conf));

        assertEquals(List.of(new FirewallChange.CloseBridge("veth1", false)), closed);
        assertEquals(List.of(), node.kernel.closedBridges());
    }

    @Test
    void theBridgeStaysClosedAfterDelAndGcOpensItOnceItIsGone() {
        String conf = conf("\"ingressPolicy\": \"same-bridge\"", "10.1.2.5/24");
        node.call("ADD", "firewall", conf);
        node.call("DEL", "firewall", conf);
        List<FirewallChange.CloseBridge> afterDel = node.kernel.closedBridges();
        collect("");
        List<FirewallChange.CloseBridge> afterGc = node.kernel.closedBridges();
        node.kernel.apply(Side.HOST, new LinkChange.DeleteLink("cni0"));

        collect("");

        assertEquals(List.of(new FirewallChange.CloseBridge("cni0", false)), afterDel);
        assertEquals(afterDel, afterGc);
        assertEquals(List.of(), node.kernel.closedBridges());
    }

    @Test
    void iptablesHasTheReferencesPolicyInTheReferencesOrder() {
        succeeded(node.call(
                "ADD", "firewall", conf("\"backend\": \"iptables\", \"ingressPolicy\": \"isolated\"", "10.1.2.5/24")));

        List<String> rules = node.kernel.iptables(true, "filter").stream()
                .filter(line -> line.contains("ISOLATION") && line.startsWith("-A"))
                .toList();
        assertEquals(
                List.of(
                        "-A FORWARD -m comment --comment \"CNI firewall plugin rules (ingressPolicy:"
                                + " same-bridge|isolated)\" -j CNI-ISOLATION-STAGE-1",
                        "-A CNI-ISOLATION-STAGE-1 -i cni0 -o cni0 -m comment --comment \"CNI firewall plugin rules"
                                + " (ingressPolicy: isolated)\" -j DROP",
                        "-A CNI-ISOLATION-STAGE-1 -i cni0 ! -o cni0 -m comment --comment \"CNI firewall plugin rules"
                                + " (ingressPolicy: isolated)\" -j CNI-ISOLATION-STAGE-2",
                        "-A CNI-ISOLATION-STAGE-1 -m comment --comment \"CNI firewall plugin rules (ingressPolicy:"
                                + " same-bridge|isolated)\" -j RETURN",
                        "-A CNI-ISOLATION-STAGE-2 -o cni0 -m comment --comment \"CNI firewall plugin rules"
                                + " (ingressPolicy: same-bridge|isolated)\" -j DROP",
                        "-A CNI-ISOLATION-STAGE-2 -m comment --comment \"CNI firewall plugin rules (ingressPolicy:"
                                + " same-bridge|isolated)\" -j RETURN"),
                rules);
        assertEquals(
                List.of("CNI-ISOLATION-STAGE-1", "CNI-FORWARD"),
                node.kernel.jumps(new NftChain("ip", "filter", "FORWARD")));
        succeeded(node.call(
                "CHECK",
                "firewall",
                conf("\"backend\": \"iptables\", \"ingressPolicy\": \"isolated\"", "10.1.2.5/24")));
    }

    @Test
    void checkFindsThatAPolicyIsEnforcedNoMore() {
        String conf = conf("\"ingressPolicy\": \"isolated\"", "10.1.2.5/24");
        node.call("ADD", "firewall", conf);
        succeeded(node.call("CHECK", "firewall", conf));
        node.kernel.apply(Side.HOST, new FirewallChange.OpenBridge("cni0"));

        Ended ended = node.call("CHECK", "firewall", conf);

        assertTrue(ended.stdout().contains("ingressPolicy isolated of cni0 is enforced no more"), ended::stdout);
    }

    @Test
    void gcTakesWhatIsOfNoValidAttachmentOfThisNetwork() {
        node.call("ADD", "firewall", conf("", "10.1.2.5/24"));
        node.environment.put("CNI_CONTAINERID", "c2");
        node.call("ADD", "firewall", conf("", "10.1.2.6/24"));
        node.call("ADD", "firewall", conf("", "10.9.9.9/24").replace("\"name\": \"net\"", "\"name\": \"other\""));

        collect("{\"containerID\": \"c1\", \"ifname\": \"eth0\"}");

        assertEquals(
                List.of(
                        new FirewallChange.AllowForwarding(IpMath.parse("10.1.2.5"), OWNER),
                        new FirewallChange.AllowForwarding(
                                IpMath.parse("10.9.9.9"), new Attachment("other", "c2", "eth0"))),
                node.kernel.forwarded());
    }

    @Test
    void statusSaysThatTheNamedBackendCannotWork() {
        String nftables = by("nftables").replace("1.0.0", "1.1.0");
        String iptables = by("iptables").replace("1.0.0", "1.1.0");
        succeeded(node.call("STATUS", "firewall", nftables));
        succeeded(node.call("STATUS", "firewall", iptables));
        succeeded(node.call("STATUS", "firewall", plain().replace("1.0.0", "1.1.0")));
        node.kernel.removeNftables();
        node.kernel.removeIptables();

        for (String conf : List.of(nftables, iptables, by("firewalld").replace("1.0.0", "1.1.0"))) {
            Ended ended = node.call("STATUS", "firewall", conf);

            assertTrue(ended.stdout().contains("\"code\": 50,"), ended::stdout);
        }
    }

    private void collect(String valid) {
        Ended ended = node.call("GC", "firewall", """
                {"cniVersion": "1.1.0", "name": "net", "type": "firewall", "cni.dev/valid-attachments": [%s]}""".formatted(valid));
        assertEquals(new Ended(0, ""), ended);
    }

    private void restore(String... lines) {
        node.kernel.apply(Side.HOST, new FirewallChange.RestoreIptables(true, "filter", List.of(lines)));
    }

    private List<String> podRules() {
        return podRules(node);
    }

    private static List<String> podRules(TestNode node) {
        return List.of(true, false).stream()
                .flatMap(ipv4 -> node.kernel.iptables(ipv4, "filter").stream())
                .filter(line -> line.startsWith("-A CNI-FORWARD ") && line.endsWith("ACCEPT"))
                .toList();
    }
}
