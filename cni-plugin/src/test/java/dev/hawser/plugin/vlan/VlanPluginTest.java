package dev.hawser.plugin.vlan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.addressed.MasterPluginContract;
import dev.hawser.run.TestNode.Ended;
import org.junit.jupiter.api.Test;

class VlanPluginTest extends MasterPluginContract {

    @Override
    protected String type() {
        return "vlan";
    }

    @Override
    protected String everything() {
        return conf("\"master\": \"up0\", \"vlanId\": 100, \"mtu\": 1400, " + IPAM);
    }

    @Test
    void addTakesTheseStepsInThisOrder() {
        Ended ended = node.call("ADD", type(), everything());

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertTrue(ended.stdout().contains("\"mac\": \"" + MASTER_MAC + "\""), ended.stdout());
        assertEquals("""
                ip link add eth0 link up0 netns POD mtu 1400 type vlan id 100
                ip netns exec POD sysctl -w net/ipv6/conf/lo/disable_ipv6=0
                ip netns exec POD sysctl -w net/ipv6/conf/eth0/disable_ipv6=0
                ip netns exec POD sysctl -w net/ipv6/conf/eth0/keep_addr_on_down=1
                ip netns exec POD sysctl -w net/ipv4/conf/eth0/arp_notify=1  # if it can be
                ip -n POD address add 10.1.2.2/24 dev eth0
                ip -n POD address add fd00::2/64 dev eth0
                ip -n POD link set eth0 up
                ip -n POD address show tentative dev eth0  # wait until none, at most 5000 ms
                ip -n POD route add default via 10.1.2.1 dev eth0
                """, applied());
    }

    @Test
    void everyFaultOfAConfigurationIsReportedAtOnce() {
        Ended ended = node.call("ADD", type(), conf("\"vlanId\": 4095, \"mtu\": \"big\""));

        assertRefused(ended, "master: is missing", "vlanId: 4095", "mtu: ", "ipam.type: is missing");
    }

    @Test
    void anMtuAboveTheMastersIsRefusedBeforeAnythingIsDone() {
        Ended ended = node.call("ADD", type(), conf("\"master\": \"up0\", \"vlanId\": 5, \"mtu\": 1451, " + IPAM));

        assertRefused(ended, "invalid MTU 1451, must be [0, master MTU(1450)]");
        assertEquals("", applied());
    }

    @Test
    void checkLooksAtIdAndMtu() {
        Ended added = node.call("ADD", type(), everything());
        String other = everything().replace("100", "200").replace("1400", "1300");

        Ended ended = node.call("CHECK", type(), withPrevious(other, added.stdout()));

        assertRefused(ended, "eth0 is not \\\"vlan id 200\\\" any more", "eth0 has MTU 1400 instead of 1300");
    }
}
