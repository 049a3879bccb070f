package dev.hawser.plugin.macvlan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.addressed.MasterPluginContract;
import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import dev.hawser.kernel.IpChange;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.Route;
import dev.hawser.kernel.Side;
import dev.hawser.run.TestNode.Ended;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MacvlanPluginTest extends MasterPluginContract {

    @Override
    protected String type() {
        return "macvlan";
    }

    @Override
    protected String everything() {
        return conf("\"master\": \"up0\", \"mode\": \"private\", \"mtu\": 1400, \"bcqueuelen\": 2000, " + IPAM);
    }

    @Test
    void addTakesTheseStepsInThisOrder() {
        Ended ended = node.call("ADD", type(), everything());

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertEquals("""
                ip link add eth0 link up0 netns POD mtu 1400 address PMAC type macvlan mode private bcqueuelen 2000
                ip netns exec POD sysctl -w net/ipv6/conf/lo/disable_ipv6=0
                ip netns exec POD sysctl -w net/ipv6/conf/eth0/disable_ipv6=0
                ip netns exec POD sysctl -w net/ipv6/conf/eth0/keep_addr_on_down=1
                ip netns exec POD sysctl -w net/ipv4/conf/eth0/arp_notify=1  # if it can be
                ip netns exec POD sysctl -w net/ipv6/conf/eth0/ndisc_notify=1  # if it can be
                ip -n POD address add 10.1.2.2/24 dev eth0
                ip -n POD address add fd00::2/64 dev eth0
                ip -n POD link set eth0 up
                ip -n POD address show tentative dev eth0  # wait until none, at most 5000 ms
                ip -n POD route add default via 10.1.2.1 dev eth0
                """, applied());
    }

    @Test
    void theResultHasTheContainersLinkAlone() {
        Ended ended = node.call(
                "ADD",
                type(),
                conf("\"master\": \"up0\", \"ipam\": {\"type\": \"host-local\", \"subnet\": \"10.1.2.0/24\"}"));

        assertEquals("""
                {
                    "cniVersion": "1.1.0",
                    "interfaces": [
                        {
                            "mac": "PMAC",
                            "name": "eth0",
                            "sandbox": "/var/run/netns/pod"
                        }
                    ],
                    "ips": [
                        {
                            "address": "10.1.2.2/24",
                            "gateway": "10.1.2.1",
                            "interface": 0
                        }
                    ]
                }""".replace("PMAC", NAMES.podMac().toString()), ended.stdout());
    }

    @Test
    void withoutAddressesTheLinkIsJustUp() {
        Ended ended = node.call("ADD", type(), conf("\"master\": \"up0\""));

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertEquals("""
                ip link add eth0 link up0 netns POD address PMAC type macvlan mode bridge
                ip -n POD link set eth0 up
                """, applied());
    }

    @Test
    void withoutAMasterItIsOnTheLinkOfTheDefaultRoute() {
        Route route = Route.to(Cidr.parse("0.0.0.0/0"), Optional.of(IpMath.parse("192.168.7.1")));
        Ended before = node.call("ADD", type(), conf(IPAM));
        node.kernel.apply(Side.HOST, new IpChange.AddRoute("up0", route));

        Ended after = node.call("ADD", type(), conf(IPAM));

        assertRefused(before, "no default route interface found");
        assertEquals(0, after.exitStatus(), after.stdout());
        assertTrue(applied().contains("ip link add eth0 link up0 netns POD"), applied());
    }

    @Test
    void inPassthruItHasTheMacOfItsMaster() {
        Ended ended = node.call(
                "ADD",
                type(),
                conf("\"master\": \"up0\", \"mode\": \"passthru\", \"mac\": \"02:00:00:00:00:55\", " + IPAM));

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertTrue(ended.stdout().contains("\"mac\": \"" + MASTER_MAC + "\""), ended.stdout());
        assertEquals(
                Optional.of(MASTER_MAC),
                node.kernel.linkOrThrow(Side.POD, "eth0").mac());
    }

    @Test
    void theMacOfTheRuntimeWinsOverThatOfTheArgumentsOverThatOfTheAdministrator() {
        String administrator = "\"master\": \"up0\", \"mac\": \"02:00:00:00:00:01\"";
        assertEquals("02:00:00:00:00:01", macOf(administrator));

        node.environment.put("CNI_ARGS", "MAC=02:00:00:00:00:02");
        assertEquals("02:00:00:00:00:02", macOf(administrator));
        assertEquals(
                "02:00:00:00:00:03", macOf(administrator + ", \"runtimeConfig\": {\"mac\": \"02:00:00:00:00:03\"}"));
    }

    @Test
    void aMacThatIsOverriddenNeedNotMakeSense() {
        String overridden = "\"master\": \"up0\", \"mac\": \"any\", \"runtimeConfig\": {\"mac\": \"0200.0000.0003\"}";

        assertEquals("02:00:00:00:00:03", macOf(overridden));
    }

    private String macOf(String members) {
        node.call("ADD", type(), conf(members));
        String mac = node.kernel
                .linkOrThrow(Side.POD, "eth0")
                .mac()
                .map(MacAddress::toString)
                .orElse("");
        node.call("DEL", type(), conf(members));
        return mac;
    }

    @Test
    void everyFaultOfAConfigurationIsReportedAtOnce() {
        Ended ended = node.call(
                "ADD",
                type(),
                conf("\"mode\": \"turbo\", \"mtu\": -1, \"mac\": \"zz\", \"ipam\": {\"type\": \"host-local\"}"));

        assertRefused(ended, "mode: \\\"turbo\\\" is unknown", "mtu: -1", "mac: \\\"zz\\\"", "no IP ranges specified");
    }

    @Test
    void anMtuAboveTheMastersIsRefusedBeforeAnythingIsDone() {
        Ended ended = node.call("ADD", type(), conf("\"master\": \"up0\", \"mtu\": 1451, " + IPAM));

        assertRefused(ended, "invalid MTU 1451, must be [0, master MTU(1450)]");
        assertEquals("", applied());
    }

    @Test
    void checkLooksAtTheMode() {
        Ended added = node.call("ADD", type(), everything());

        Ended ended =
                node.call("CHECK", type(), withPrevious(everything().replace("private", "bridge"), added.stdout()));

        assertRefused(ended, "eth0 is not \\\"macvlan mode bridge");
    }

    @Test
    void theDnsOfTheConfigurationWinsOverThatOfIpam() {
        String ipam = """
                "master": "up0", "ipam": {"type": "static", "addresses": [{"address": "10.1.2.5/24"}],
                                          "dns": {"nameservers": ["10.0.0.1"]}}""";

        Ended ofIpam = node.call("ADD", type(), conf(ipam));
        node.call("DEL", type(), conf(ipam));
        Ended ofConf = node.call("ADD", type(), conf(ipam + ", \"dns\": {\"nameservers\": [\"10.0.0.2\"]}"));

        assertTrue(ofIpam.stdout().contains("10.0.0.1"), ofIpam.stdout());
        assertTrue(ofConf.stdout().contains("10.0.0.2"), ofConf.stdout());
        assertTrue(!ofConf.stdout().contains("10.0.0.1"), ofConf.stdout());
    }
}
