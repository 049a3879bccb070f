package dev.hawser.plugin.tap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.kernel.Change;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.MacAddress;
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

class TapPluginTest {

    private static final String EVERYTHING = conf("""
            "multiQueue": true, "mtu": 1400, "owner": 107, "group": 4294967294, "mac": "02:00:00:00:00:09",
            "bridge": "br0",
            "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.1.2.0/24"}], [{"subnet": "fd00::/64"}]],
                     "routes": [{"dst": "0.0.0.0/0"}]}
            """);

    private static final String PLAIN = conf("\"mtu\": 0");

    private final TestNode node = withBridge();

    private static String conf(String members) {
        return "{\"cniVersion\": \"1.1.0\", \"name\": \"net\", \"type\": \"tap\", " + members + "}";
    }

    private static TestNode withBridge() {
        TestNode node = new TestNode();
        node.kernel.apply(Side.POD, new LinkChange.AddBridge("br0", OptionalInt.empty(), false));
        return node;
    }

    @Test
    void addTakesTheseStepsInThisOrder() {
        Ended ended = node.call("ADD", "tap", EVERYTHING);

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertEquals("""
                ip -n POD tuntap add mode tap name eth0 multi_queue user 107 group 4294967294
                ip -n POD link set eth0 address 02:00:00:00:00:09
                ip -n POD link set eth0 mtu 1400
                ip -n POD link set eth0 master br0
                ip netns exec POD sysctl -w net/ipv6/conf/lo/disable_ipv6=0
                ip netns exec POD sysctl -w net/ipv6/conf/eth0/disable_ipv6=0
                ip netns exec POD sysctl -w net/ipv6/conf/eth0/keep_addr_on_down=1
                ip netns exec POD sysctl -w net/ipv4/conf/eth0/arp_notify=1  # if it can be
                ip -n POD address add 10.1.2.2/24 dev eth0
                ip -n POD address add fd00::2/64 dev eth0
                ip -n POD link set eth0 up
                ip -n POD route add default via 10.1.2.1 dev eth0
                """, applied());
    }

    @Test
    void aTapWithoutAddressesIsSetUp() {
        Ended ended = node.call("ADD", "tap", PLAIN);

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertEquals("""
                ip -n POD tuntap add mode tap name eth0
                ip -n POD link set eth0 up
                """, applied());
    }

    @Test
    void theResultHasTheDeviceAndItsAddresses() {
        Ended ended = node.call("ADD", "tap", EVERYTHING);

        assertEquals("""
                {
                    "cniVersion": "1.1.0",
                    "interfaces": [
                        {
                            "mac": "02:00:00:00:00:09",
                            "name": "eth0",
                            "sandbox": "/var/run/netns/pod"
                        }
                    ],
                    "ips": [
                        {
                            "address": "10.1.2.2/24",
                            "gateway": "10.1.2.1",
                            "interface": 0
                        },
                        {
                            "address": "fd00::2/64",
                            "gateway": "fd00::1",
                            "interface": 0
                        }
                    ],
                    "routes": [
                        {
                            "dst": "0.0.0.0/0"
                        }
                    ]
                }""", ended.stdout());
    }

    @Test
    void theRuntimesMacWinsOverThatOfCniArgsAndThatOverTheConfigured() {
        String runtime = conf("\"mac\": \"02:00:00:00:00:01\", \"runtimeConfig\": {\"mac\": \"02:00:00:00:00:03\"}");
        String configured = conf("\"mac\": \"02:00:00:00:00:01\"");
        node.environment.put("CNI_ARGS", "MAC=02:00:00:00:00:02");

        node.call("ADD", "tap", runtime);
        Optional<MacAddress> ofRuntime = mac();
        node.call("DEL", "tap", runtime);
        node.call("ADD", "tap", configured);

        assertEquals(Optional.of(new MacAddress(0x020000000003L)), ofRuntime);
        assertEquals(Optional.of(new MacAddress(0x020000000002L)), mac());
    }

    private Optional<MacAddress> mac() {
        return node.kernel.linkOrThrow(Side.POD, "eth0").mac();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "EVERYTHING"})
    void whicheverStepFailsNothingIsLeft(String which) {
        int failures = 0;
        for (int n = 1; ; n++) {
            TestNode fresh = withBridge();
            fresh.kernel.failOn(n);

            Ended ended = fresh.call("ADD", "tap", which.equals("PLAIN") ? PLAIN : EVERYTHING);

            if (ended.exitStatus() == 0) {
                break;
            }
            failures++;
            assertNothingLeft(fresh, "after step " + n + " failed: " + ended.stdout());
        }
        assertTrue(failures >= 2, "only " + failures + " steps were made to fail");
    }

    private static void assertNothingLeft(TestNode node, String when) {
        assertEquals(Optional.empty(), node.kernel.link(Side.POD, "eth0"), when);
        assertEquals(List.of(), node.leases("net"), when);
        assertEquals(List.of(), node.log, when);
    }

    @Test
    void aNameThatIsTakenIsAnErrorAndNothingIsTouched() {
        node.call("ADD", "tap", PLAIN);
        List<?> before = node.kernel.links(Side.POD);

        Ended ended = node.call("ADD", "tap", EVERYTHING);

        assertEquals(1, ended.exitStatus());
        assertTrue(ended.stdout().contains("EEXIST"), ended.stdout());
        assertEquals(before, node.kernel.links(Side.POD));
        assertEquals(List.of(), node.leases("net"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PRESENT", "MISSING", "NOT_A_NAMESPACE"})
    void delTakesEverythingDownWhateverIsLeftOfTheNamespace(String state) {
        node.call("ADD", "tap", EVERYTHING);
        node.netnsState = Namespaces.State.valueOf(state);

        Ended ended = node.call("DEL", "tap", EVERYTHING);
        Ended again = node.call("DEL", "tap", EVERYTHING);

        assertEquals(List.of(new Ended(0, ""), new Ended(0, "")), List.of(ended, again));
        assertEquals(List.of(), node.leases("net"));
        assertEquals(state.equals("PRESENT"), node.kernel.link(Side.POD, "eth0").isEmpty());
    }

    @Test
    void delSparesALinkThatIsNoTap() {
        Change other = new LinkChange.AddBridge("eth0", OptionalInt.empty(), false);
        node.kernel.apply(Side.POD, other);

        Ended ended = node.call("DEL", "tap", EVERYTHING);

        assertEquals(new Ended(0, ""), ended);
        assertTrue(node.kernel.link(Side.POD, "eth0").isPresent());
    }

    @Test
    void checkSaysAllThatIsNotAsItWas() {
        Ended added = node.call("ADD", "tap", EVERYTHING);
        Ended before = check(EVERYTHING, added);
        node.kernel.apply(Side.POD, new LinkChange.SetMac("eth0", new MacAddress(1)));
        node.kernel.apply(Side.POD, new LinkChange.SetMtu("eth0", 1500));
        node.kernel.apply(Side.POD, new LinkChange.SetDown("eth0"));
        node.kernel.apply(Side.POD, new LinkChange.ClearMaster("eth0"));

        Ended after = check(
                EVERYTHING.replace("\"owner\": 107", "\"owner\": 5").replace("\"multiQueue\": true, ", ""), added);

        assertEquals(new Ended(0, ""), before);
        assertEquals(1, after.exitStatus());
        for (String named : List.of(
                "MAC 00:00:00:00:00:01 instead of 02:00:00:00:00:09",
                "MTU 1500 instead of 1400",
                "eth0 is down",
                "not a port of br0",
                "107 as owner instead of 5",
                "several queues",
                "the route default via 10.1.2.1 is gone")) {
            assertTrue(after.stdout().contains(named), named + " is not named in " + after.stdout());
        }
    }

    @Test
    void checkFindsAnotherKindOfLink() {
        Ended added = node.call("ADD", "tap", PLAIN);
        node.kernel.apply(Side.POD, new LinkChange.DeleteLink("eth0"));
        node.kernel.apply(Side.POD, new LinkChange.AddBridge("eth0", OptionalInt.empty(), false));

        Ended ended = check(PLAIN, added);

        assertTrue(ended.stdout().contains("not a tap any more"), ended.stdout());
    }

    private Ended check(String conf, Ended added) {
        return node.call("CHECK", "tap", conf.replaceFirst("\\{", "{\"prevResult\": " + added.stdout() + ", "));
    }

    @Test
    void theDnsOfTheConfigurationWinsOverThatOfIpam() {
        String ipam = "\"ipam\": {\"type\": \"static\", \"addresses\": [{\"address\": \"10.1.2.3/24\"}],"
                + " \"dns\": {\"nameservers\": [\"192.0.2.1\"]}}";

        Ended ofIpam = node.call("ADD", "tap", conf(ipam));
        node.call("DEL", "tap", conf(ipam));
        Ended ofConf = node.call("ADD", "tap", conf(ipam + ", \"dns\": {\"nameservers\": [\"192.0.2.2\"]}"));

        assertTrue(ofIpam.stdout().contains("192.0.2.1"), ofIpam.stdout());
        assertTrue(ofConf.stdout().contains("192.0.2.2"), ofConf.stdout());
    }

    @Test
    void everyFaultIsReportedAtOnce() {
        Ended ended = node.call("ADD", "tap", conf("""
                "multiQueue": 1, "mtu": 70000, "owner": -1, "group": "x", "mac": "y", "bridge": "a b", "selinuxContext": 2
                """));

        assertEquals(1, ended.exitStatus());
        for (String key : List.of("multiQueue", "mtu", "owner", "group", "mac", "bridge", "selinuxContext")) {
            assertTrue(ended.stdout().contains(key + ": "), key + " is not named in " + ended.stdout());
        }
        assertEquals("", applied());
    }

    /** Without the bridge that was there. */
    private String applied() {
        StringBuilder lines = new StringBuilder();
        node.kernel.applied().stream()
                .skip(1)
                .forEach(change -> lines.append(change).append('\n'));
        return lines.toString();
    }
}
