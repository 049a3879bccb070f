package dev.hawser.plugin.ipvlan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.addressed.MasterPluginContract;
import dev.hawser.run.TestNode.Ended;
import org.junit.jupiter.api.Test;

class IpvlanPluginTest extends MasterPluginContract {

    private static final String PREVIOUS = """
            "prevResult": {"cniVersion": "1.1.0", "interfaces": [{"name": "up0"}],
                           "ips": [{"address": "10.7.0.5/24", "gateway": "10.7.0.1", "interface": 0}],
                           "routes": [{"dst": "10.8.0.0/16"}]}""";

    @Override
    protected String type() {
        return "ipvlan";
    }

    @Override
    protected String everything() {
        return conf("\"master\": \"up0\", \"mode\": \"l3s\", \"mtu\": 1400, " + IPAM);
    }

    @Test
    void addTakesTheseStepsInThisOrder() {
        Ended ended = node.call("ADD", type(), everything());

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertTrue(ended.stdout().contains("\"mac\": \"" + MASTER_MAC + "\""), ended.stdout());
        assertEquals("""
                ip link add eth0 link up0 netns POD mtu 1400 type ipvlan mode l3s
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
    void inAChainItTakesMasterAndAddressesOfThePluginBefore() {
        Ended ended = node.call("ADD", type(), conf(PREVIOUS));

        assertEquals("""
                ip link add eth0 link up0 netns POD type ipvlan mode l2
                ip netns exec POD sysctl -w net/ipv4/conf/eth0/arp_notify=1  # if it can be
                ip netns exec POD sysctl -w net/ipv6/conf/eth0/ndisc_notify=1  # if it can be
                ip -n POD address add 10.7.0.5/24 dev eth0
                ip -n POD link set eth0 up
                ip -n POD route add 10.8.0.0/16 via 10.7.0.1 dev eth0
                """, applied());
        assertEquals("""
                {
                    "cniVersion": "1.1.0",
                    "interfaces": [
                        {
                            "mac": "02:00:00:00:00:aa",
                            "name": "eth0",
                            "sandbox": "/var/run/netns/pod"
                        }
                    ],
                    "ips": [
                        {
                            "address": "10.7.0.5/24",
                            "gateway": "10.7.0.1",
                            "interface": 0
                        }
                    ],
                    "routes": [
                        {
                            "dst": "10.8.0.0/16"
                        }
                    ]
                }""", ended.stdout());
    }

    @Test
    void inAChainItMayLeaseAddressesOfItsOwn() {
        Ended ended = node.call("ADD", type(), conf(PREVIOUS + ", " + IPAM));

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertTrue(ended.stdout().contains("10.1.2.2/24"), ended.stdout());
        assertTrue(!ended.stdout().contains("10.7.0.5"), ended.stdout());
    }

    @Test
    void inAChainThatMadeSeveralLinksItMustBeToldWhich() {
        Ended ended = node.call(
                "ADD",
                type(),
                conf(PREVIOUS.replace("{\"name\": \"up0\"}", "{\"name\": \"up0\"}, {\"name\": \"up1\"}")));

        assertRefused(ended, "chained master failure. PrevResult lacks a single named interface");
    }

    @Test
    void outsideOfAChainItNeedsAddresses() {
        Ended ended = node.call("ADD", type(), conf("\"master\": \"up0\""));

        assertRefused(ended, "ipam.type: is missing");
        assertEquals("", applied());
    }

    @Test
    void everyFaultOfAConfigurationIsReportedAtOnce() {
        Ended ended =
                node.call("ADD", type(), conf("\"mode\": \"l4\", \"mtu\": -1, \"ipam\": {\"type\": \"host-local\"}"));

        assertRefused(ended, "mode: \\\"l4\\\" is unknown", "mtu: -1", "no IP ranges specified");
    }

    @Test
    void checkLooksAtTheMode() {
        Ended added = node.call("ADD", type(), everything());

        Ended ended = node.call("CHECK", type(), withPrevious(everything().replace("l3s", "l2"), added.stdout()));

        assertRefused(ended, "eth0 is not \\\"ipvlan mode l2\\\" any more");
    }
}
