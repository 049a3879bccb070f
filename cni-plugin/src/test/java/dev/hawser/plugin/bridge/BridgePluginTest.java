package dev.hawser.plugin.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.attach.ReferenceNames;
import dev.hawser.attach.VethNames;
import dev.hawser.ip.Cidr;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.IpChange;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.NftChain;
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

class BridgePluginTest {

    private static final String PLAIN = conf("\"ipam\": {\"type\": \"host-local\", \"subnet\": \"10.1.2.0/24\"}");

    private static final String EVERYTHING = conf("""
            "isDefaultGateway": true, "ipMasq": true, "ipMasqBackend": "nftables", "macspoofchk": true, "mtu": 1400,
            "vlan": 100, "vlanTrunk": [{"id": 7}, {"minID": 200, "maxID": 201}],
            "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.1.2.0/24"}], [{"subnet": "fd00::/64"}]]}
            """);

    private static final String IPTABLES = conf("""
            "isGateway": true, "ipMasq": true, "ipMasqBackend": "iptables",
            "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.1.2.0/24"}], [{"subnet": "fd00::/64"}]]}
            """);

    private static final VethNames NAMES = VethNames.of("c1", "eth0");

    private final TestNode node = new TestNode();

    private static String conf(String members) {
        return "{\"cniVersion\": \"1.1.0\", \"name\": \"net\", \"type\": \"bridge\", " + members + "}";
    }

    @Test
    void addTakesTheseStepsInThisOrder() {
        Ended ended = node.call("ADD", "bridge", conf("""
                "isDefaultGateway": true, "ipMasq": true,
                "ipam": {"type": "host-local", "subnet": "10.1.2.0/24"}
                """));

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertEquals("""
                ip link add cni0 type bridge
                sysctl -w net/ipv6/conf/cni0/accept_ra=0  # if it can be
                sysctl -w net/ipv6/conf/cni0/accept_dad=0  # if it can be
                ip link set cni0 up
                ip link add HOST address HMAC master cni0 type veth peer name eth0 address PMAC netns POD
                ip link set HOST alias 'net/c1/eth0 masquerade=10.1.2.2/24'
                sysctl -w net/ipv6/conf/HOST/accept_ra=0  # if it can be
                ip link set HOST up
                ip netns exec POD sysctl -w net/ipv4/conf/eth0/arp_notify=1  # if it can be
                ip -n POD address add 10.1.2.2/24 dev eth0
                ip -n POD link set eth0 up
                ip -n POD route add default via 10.1.2.1 dev eth0
                ip address add 10.1.2.1/24 dev cni0
                ip link set cni0 address $(cat /sys/class/net/cni0/address)
                sysctl -w net/ipv4/ip_forward=1
                nft add element inet hawser subnet-10.1.2.0-24 { 10.1.2.2 comment "net/c1/eth0" }
                ip link show up dev HOST  # wait until state UP, at most 2550 ms
                """, applied());
    }

    @Test
    void theSecondPodFindsTheBridgeAsItIs() {
        node.call("ADD", "bridge", PLAIN);
        int before = node.kernel.applied().size();
        node.environment.put("CNI_CONTAINERID", "c2");
        node.environment.put("CNI_IFNAME", "eth1");

        Ended ended = node.call("ADD", "bridge", PLAIN);

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertTrue(node.kernel.applied().subList(before, before + 1).toString().contains("type veth"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "EVERYTHING", "IPTABLES"})
    void whicheverStepFailsNothingIsLeft(String which) {
        String conf = which.equals("PLAIN") ? PLAIN : which.equals("EVERYTHING") ? EVERYTHING : IPTABLES;
        int failures = 0;
        for (int n = 1; ; n++) {
            TestNode fresh = new TestNode();
            fresh.kernel.failOn(n);

            Ended ended = fresh.call("ADD", "bridge", conf);

            if (ended.exitStatus() == 0) {
                break;
            }
            failures++;
            assertNothingLeft(fresh, "after step " + n + " failed: " + ended.stdout());
        }
        assertTrue(failures >= 10, "only " + failures + " steps were made to fail");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PRESENT", "MISSING", "NOT_A_NAMESPACE"})
    void delTakesEverythingDownWhateverIsLeftOfTheNamespace(String state) {
        Ended added = node.call("ADD", "bridge", EVERYTHING);
        node.netnsState = Namespaces.State.valueOf(state);

        Ended ended = node.call("DEL", "bridge", EVERYTHING);

        assertEquals(0, added.exitStatus(), added.stdout());
        assertEquals(new Ended(0, ""), ended);
        assertNothingLeft(node, "after DEL");
    }

    @Test
    void delFindsAtTheLinkWhatTheConfigurationNoLongerSays() {
        Ended added = node.call("ADD", "bridge", EVERYTHING);

        Ended ended = node.call(
                "DEL", "bridge", EVERYTHING.replace("10.1.2.0", "10.9.9.0").replace("fd00::", "fd99::"));

        assertEquals(0, added.exitStatus(), added.stdout());
        assertEquals(new Ended(0, ""), ended);
        assertNothingLeft(node, "after DEL");
    }

    @Test
    void delCanBeRepeated() {
        node.call("ADD", "bridge", EVERYTHING);

        node.call("DEL", "bridge", EVERYTHING);

        assertEquals(new Ended(0, ""), node.call("DEL", "bridge", EVERYTHING));
    }

    @Test
    void anAddressIsNotReleasedAsLongAsALinkHasIt() {
        node.call("ADD", "bridge", PLAIN);
        node.kernel.failOn(1);

        Ended failed = node.call("DEL", "bridge", PLAIN);
        List<String> meanwhile = node.leases("net");
        Ended repeated = node.call("DEL", "bridge", PLAIN);

        assertEquals(1, failed.exitStatus());
        assertEquals(List.of("10.1.2.2"), meanwhile);
        assertEquals(new Ended(0, ""), repeated);
        assertNothingLeft(node, "after the second DEL");
    }

    @Test
    void aLateDelLeavesTheMasqueradeOfTheNextHolder() {
        Cidr address = Cidr.parse("10.1.2.2/24");
        Attachment next = new Attachment("net", "c2", "eth0");
        node.kernel.apply(Side.HOST, new FirewallChange.AddMasquerade(address, next));

        Ended ended = node.call("DEL", "bridge", conf("""
                "ipMasq": true, "ipam": {"type": "host-local", "subnet": "10.1.2.0/24"},
                "prevResult": {"cniVersion": "1.1.0", "ips": [{"address": "10.1.2.2/24"}]}
                """));

        assertEquals(new Ended(0, ""), ended);
        assertEquals(Optional.of(next), node.kernel.masqueradeOwner(address));
    }

    @Test
    void delRemovesWhatTheReferencePluginMade() {
        String hash = "8a3fc5b7cf2b0c9b";
        NftChain checks = new NftChain("inet", "cni_plugins_masquerade", "masq_checks");
        String ours = ReferenceNames.digest("net", 16) + "-" + ReferenceNames.digest("eth0:c1", 16);
        node.kernel.addRule(checks, ours + ", net: net, if: eth0, id: c1");
        node.kernel.addRule(checks, hash + "-" + hash + ", net: other, if: eth0, id: c1");
        node.kernel.addChain(new NftChain("bridge", "nat", "cni-br-iface-c1-eth0"));
        node.kernel.addChain(new NftChain("bridge", "nat", "cni-br-iface-c1-eth0-mac"));
        node.kernel.addRule(new NftChain("bridge", "nat", "PREROUTING"), "macspoofchk-c1-eth0");
        node.addVethOfReference();

        Ended ended = node.call("DEL", "bridge", EVERYTHING);

        assertEquals(new Ended(0, ""), ended);
        assertEquals(Optional.empty(), node.kernel.link(Side.POD, "eth0"));
        assertEquals(1, node.kernel.rules(checks).size());
        assertEquals(List.of(), node.kernel.rules(new NftChain("bridge", "nat", "PREROUTING")));
        assertTrue(!node.kernel.hasChain(new NftChain("bridge", "nat", "cni-br-iface-c1-eth0")));
    }

    @Test
    void gcKeepsWhatIsValidAndRemovesTheRest() {
        node.call("ADD", "bridge", EVERYTHING);
        node.environment.put("CNI_CONTAINERID", "c2");
        node.environment.put("CNI_IFNAME", "eth1");
        Ended second = node.call("ADD", "bridge", EVERYTHING);

        Ended ended = node.call(
                "GC",
                "bridge",
                EVERYTHING.replaceFirst(
                        "\\{", "{\"cni.dev/valid-attachments\": [{\"containerID\": \"c2\", \"ifname\": \"eth1\"}], "));

        assertEquals(0, second.exitStatus(), second.stdout());
        assertEquals(new Ended(0, ""), ended);
        assertEquals(List.of("10.1.2.3", "fd00::3"), node.leases("net"));
        assertEquals(Optional.empty(), node.kernel.link(Side.HOST, NAMES.hostEnd()));
        assertTrue(node.kernel
                .link(Side.HOST, VethNames.of("c2", "eth1").hostEnd())
                .isPresent());
        assertEquals(2, node.kernel.masquerades().size());
        assertEquals(1, node.kernel.macGuards().size());
    }

    @Test
    void checkIsContentRightAfterAdd() {
        Ended added = node.call("ADD", "bridge", PLAIN);

        assertEquals(new Ended(0, ""), node.call("CHECK", "bridge", withPrevious(PLAIN, added.stdout())));
    }

    @Test
    void checkNamesEverythingThatIsGone() {
        Ended added = node.call("ADD", "bridge", PLAIN);
        node.kernel.apply(Side.POD, new IpChange.DeleteAddress("eth0", Cidr.parse("10.1.2.2/24")));
        node.kernel.apply(Side.HOST, new LinkChange.SetDown(NAMES.hostEnd()));

        Ended ended = node.call("CHECK", "bridge", withPrevious(PLAIN, added.stdout()));

        assertEquals(1, ended.exitStatus());
        assertTrue(ended.stdout().contains("the address 10.1.2.2/24 is gone from eth0"), ended.stdout());
        assertTrue(ended.stdout().contains(NAMES.hostEnd() + " is down"), ended.stdout());
    }

    @Test
    void everyFaultOfAConfigurationIsReportedAtOnce() {
        Ended ended = node.call(
                "ADD",
                "bridge",
                conf("\"bridge\": \"a/b\", \"mtu\": -1, \"hairpinMode\": true, \"promiscMode\": true, \"vlan\": 5000,"
                        + " \"ipMasqBackend\": \"ebtables\", \"ipam\": {\"type\": \"host-local\"}"));

        assertEquals(1, ended.exitStatus());
        for (String part : List.of("a/b", "mtu: -1", "hairpin", "vlan: 5000", "ebtables", "no IP ranges specified")) {
            assertTrue(ended.stdout().contains(part), part + " in " + ended.stdout());
        }
        assertEquals(List.of(), node.kernel.applied());
    }

    /** The kernel itself would refuse it. */
    @Test
    void anMtuOfZeroIsLeftToTheKernel() {
        Ended ended = node.call("ADD", "bridge", conf("\"mtu\": 0"));

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertTrue(!applied().contains("mtu"), applied());
    }

    @Test
    void aLinkThatIsNoBridgeIsRefusedAndTheLeaseGivenBack() {
        node.kernel.apply(
                Side.HOST,
                new LinkChange.AddVeth(
                        "cni0",
                        MacAddress.parse("02:00:00:00:00:01"),
                        Optional.empty(),
                        Side.HOST,
                        "other",
                        MacAddress.parse("02:00:00:00:00:02"),
                        OptionalInt.empty()));

        Ended ended = node.call("ADD", "bridge", PLAIN);

        assertEquals(1, ended.exitStatus());
        assertTrue(ended.stdout().contains("already exists but is not a bridge"), ended.stdout());
        assertEquals(List.of(), node.leases("net"));
    }

    @Test
    void anotherAddressOfTheBridgeGivesWayOnlyIfForced() {
        node.kernel.apply(Side.HOST, new LinkChange.AddBridge("cni0", OptionalInt.empty(), false));
        node.kernel.apply(Side.HOST, new IpChange.AddAddress("cni0", Cidr.parse("192.168.0.1/24")));
        String gateway = "\"isGateway\": true, \"ipam\": {\"type\": \"host-local\", \"subnet\": \"10.1.2.0/24\"}";

        Ended refused = node.call("ADD", "bridge", conf(gateway));
        Ended forced = node.call("ADD", "bridge", conf("\"forceAddress\": true, " + gateway));

        assertEquals(1, refused.exitStatus());
        assertTrue(refused.stdout().contains("it has 192.168.0.1/24"), refused.stdout());
        assertEquals(0, forced.exitStatus(), forced.stdout());
        assertEquals(List.of(Cidr.parse("10.1.2.1/24")), node.kernel.addresses(Side.HOST, "cni0"));
    }

    @Test
    void aDefaultRouteOfIpamIsNotDoubled() {
        Ended ended = node.call(
                "ADD",
                "bridge",
                conf("\"isDefaultGateway\": true, \"ipam\": {\"type\": \"host-local\", \"subnet\": \"10.1.2.0/24\","
                        + " \"routes\": [{\"dst\": \"0.0.0.0/0\"}]}"));

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertEquals(
                1,
                applied()
                        .lines()
                        .filter(line -> line.contains("route add default"))
                        .count());
    }

    @Test
    void twoInterfacesOfAContainerShareAnIptablesChainAndTheLastTakesItDown() {
        node.call("ADD", "bridge", IPTABLES);
        node.environment.put("CNI_IFNAME", "eth1");
        node.call("ADD", "bridge", IPTABLES);

        Ended first = node.call("DEL", "bridge", IPTABLES);
        List<String> between = node.kernel.iptables(true, "nat");
        node.environment.put("CNI_IFNAME", "eth0");
        Ended second = node.call("DEL", "bridge", IPTABLES);

        assertEquals(new Ended(0, ""), first);
        assertEquals(new Ended(0, ""), second);
        assertTrue(between.stream().anyMatch(line -> line.contains("-s 10.1.2.2/32")), between.toString());
        assertTrue(between.stream().noneMatch(line -> line.contains("-s 10.1.2.3/32")), between.toString());
        assertTrue(node.kernel.iptables(true, "nat").stream().noneMatch(line -> line.contains("CNI-")));
        assertTrue(node.kernel.iptables(false, "nat").stream().noneMatch(line -> line.contains("CNI-")));
    }

    private static String withPrevious(String conf, String result) {
        return conf.replaceFirst("\\{", "{\"prevResult\": " + result.replace("\\", "\\\\") + ", ");
    }

    private String applied() {
        StringBuilder lines = new StringBuilder();
        node.kernel.applied().forEach(change -> lines.append(change).append('\n'));
        return lines.toString()
                .replace(NAMES.hostEnd(), "HOST")
                .replace(NAMES.hostMac().toString(), "HMAC")
                .replace(NAMES.podMac().toString(), "PMAC");
    }

    private static void assertNothingLeft(TestNode node, String when) {
        List<String> ours = node.kernel.links(Side.HOST).stream()
                .map(Link::name)
                .filter(name -> name.equals(NAMES.hostEnd()))
                .toList();
        assertEquals(List.of(), ours, when);
        assertEquals(Optional.empty(), node.kernel.link(Side.POD, "eth0"), when);
        assertEquals(List.of(), node.leases("net"), when);
        assertEquals(List.of(), node.kernel.masquerades(), when);
        assertEquals(List.of(), node.kernel.macGuards(), when);
        assertEquals(Optional.empty(), node.kernel.masqueradeOwner(Cidr.parse("10.1.2.2/24")), when);
        for (boolean ipv4 : List.of(true, false)) {
            List<String> lines = node.kernel.iptables(ipv4, "nat");
            assertTrue(lines.stream().noneMatch(line -> line.contains("CNI-")), when + " " + lines);
        }
        assertEquals(List.of(), node.log, when);
    }
}
