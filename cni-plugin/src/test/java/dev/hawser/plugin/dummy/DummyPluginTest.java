package dev.hawser.plugin.dummy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hawser.addressed.LinkPluginContract;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.Side;
import dev.hawser.run.TestNode.Ended;
import org.junit.jupiter.api.Test;

class DummyPluginTest extends LinkPluginContract {

    @Override
    protected String type() {
        return "dummy";
    }

    @Override
    protected String everything() {
        return conf(IPAM);
    }

    @Test
    void addTakesTheseStepsInThisOrder() {
        Ended ended = node.call("ADD", type(), everything());

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertEquals("""
                ip -n POD link add eth0 address PMAC type dummy
                ip netns exec POD sysctl -w net/ipv6/conf/eth0/accept_dad=0  # if it can be
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
    void itNeedsAddresses() {
        Ended ended = node.call("ADD", type(), conf("\"ipam\": {}"));

        assertRefused(ended, "ipam.type: is missing");
    }

    @Test
    void checkSeesThatItIsDown() {
        Ended added = node.call("ADD", type(), everything());
        node.kernel.apply(Side.POD, new LinkChange.SetDown("eth0"));

        Ended ended = node.call("CHECK", type(), withPrevious(everything(), added.stdout()));

        assertRefused(ended, "eth0 is down");
    }
}
