package dev.hawser.plugin.ptp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.addressed.LinkPluginContract;
import dev.hawser.ip.Cidr;
import dev.hawser.kernel.IpChange;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.Side;
import dev.hawser.run.TestNode.Ended;
import org.junit.jupiter.api.Test;

class PtpPluginTest extends LinkPluginContract {

    @Override
    protected String type() {
        return "ptp";
    }

    @Override
    protected String everything() {
        return conf("\"mtu\": 1400, \"ipMasq\": true, \"ipMasqBackend\": \"nftables\", " + IPAM);
    }

    @Test
    void addTakesTheseStepsInThisOrder() {
        Ended ended = node.call("ADD", type(), everything());

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertEquals("""
                ip link add HOST mtu 1400 address HMAC type veth peer name eth0 mtu 1400 address PMAC netns POD
                sysctl -w net/ipv6/conf/HOST/accept_ra=0  # if it can be
                sysctl -w net/ipv6/conf/HOST/accept_dad=0  # if it can be
                ip link set HOST up
                ip netns exec POD sysctl -w net/ipv6/conf/eth0/accept_dad=0  # if it can be
                ip netns exec POD sysctl -w net/ipv6/conf/lo/disable_ipv6=0
                ip netns exec POD sysctl -w net/ipv6/conf/eth0/disable_ipv6=0
                ip netns exec POD sysctl -w net/ipv6/conf/eth0/keep_addr_on_down=1
                ip netns exec POD sysctl -w net/ipv4/conf/eth0/arp_notify=1  # if it can be
                ip -n POD address add 10.1.2.2/24 dev eth0 noprefixroute
                ip -n POD address add fd00::2/64 dev eth0 noprefixroute
                ip -n POD link set eth0 up
                ip -n POD address show tentative dev eth0  # wait until none, at most 5000 ms
                ip -n POD route add 10.1.2.1/32 src 10.1.2.2 dev eth0
                ip -n POD route add 10.1.2.0/24 via 10.1.2.1 src 10.1.2.2 dev eth0
                ip -n POD route add fd00::1/128 src fd00::2 dev eth0
                ip -n POD route add fd00::/64 via fd00::1 src fd00::2 dev eth0
                ip -n POD route add default via 10.1.2.1 dev eth0
                sysctl -w net/ipv4/ip_forward=1
                sysctl -w net/ipv6/conf/all/forwarding=1
                ip address add 10.1.2.1/32 dev HOST
                ip address add fd00::1/128 dev HOST
                ip route add 10.1.2.2/32 scope 254 dev HOST
                ip route add fd00::2/128 dev HOST
                ip link set HOST alias 'net/c1/eth0 masquerade=10.1.2.2/24,fd00::2/64'
                nft add element inet hawser subnet-10.1.2.0-24 { 10.1.2.2 comment "net/c1/eth0" }
                nft add element inet hawser subnet-fd00__-64 { fd00::2 comment "net/c1/eth0" }
                """, applied());
    }

    @Test
    void theHostsEndComesFirstInTheResult() {
        Ended ended = node.call("ADD", type(), conf("\"dns\": {\"nameservers\": [\"10.9.9.9\"]}, " + IPAM));

        assertEquals(
                """
                {
                    "cniVersion": "1.1.0",
                    "dns": {
                        "nameservers": [
                            "10.9.9.9"
                        ]
                    },
                    "interfaces": [
                        {
                            "mac": "HMAC",
                            "name": "HOST"
                        },
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
                            "interface": 1
                        },
                        {
                            "address": "fd00::2/64",
                            "gateway": "fd00::1",
                            "interface": 1
                        }
                    ],
                    "routes": [
                        {
                            "dst": "0.0.0.0/0"
                        }
                    ]
                }""".replace("HMAC", NAMES.hostMac().toString())
                        .replace("PMAC", NAMES.podMac().toString())
                        .replace("HOST", NAMES.hostEnd()),
                ended.stdout());
    }

    @Test
    void everyFaultOfAConfigurationIsReportedAtOnce() {
        Ended ended = node.call("ADD", type(), conf("\"mtu\": -1, \"ipMasqBackend\": \"ebtables\""));

        assertRefused(ended, "mtu: -1", "ebtables", "ipam.type: is missing");
    }

    @Test
    void anAddressWithoutGatewayIsRefused() {
        Ended ended = node.call("ADD", type(), conf("""
                "ipam": {"type": "static", "addresses": [{"address": "10.1.2.5/24"}]}"""));

        assertRefused(ended, "IPAM gave no gateway with 10.1.2.5/24");
        assertNothingLeft(node, "after ADD");
    }

    @Test
    void checkLooksAtTheHostsEnd() {
        Ended added = node.call("ADD", type(), everything());
        String hostEnd = NAMES.hostEnd();
        node.kernel.apply(Side.HOST, new IpChange.DeleteAddress(hostEnd, Cidr.parse("10.1.2.1/32")));
        node.kernel.routes(Side.HOST, hostEnd).stream()
                .filter(route -> route.destination().equals(Cidr.parse("fd00::2/128")))
                .forEach(route -> node.kernel.apply(Side.HOST, new IpChange.DeleteRoute(hostEnd, route)));

        Ended ended = node.call("CHECK", type(), withPrevious(everything(), added.stdout()));

        assertEquals(1, ended.exitStatus());
        assertTrue(ended.stdout().contains("the gateway 10.1.2.1/32 is gone from " + hostEnd), ended.stdout());
        assertTrue(ended.stdout().contains("the route to fd00::2/128 through " + hostEnd + " is gone"), ended.stdout());
    }

    @Test
    void gcTakesTheLinksAndMasqueradesOfOthersToo() {
        node.call("ADD", type(), everything());

        Ended ended = node.call("GC", type(), everything().replaceFirst("\\{", "{\"cni.dev/valid-attachments\": [], "));

        assertEquals(new Ended(0, ""), ended);
        assertNothingLeft(node, "after GC");
    }

    @Test
    void delRemovesWhatTheReferencePluginMade() {
        node.call("ADD", type(), everything());
        node.kernel.apply(Side.HOST, new LinkChange.DeleteLink(NAMES.hostEnd()));
        node.addVethOfReference();

        Ended ended = node.call("DEL", type(), everything());

        assertEquals(new Ended(0, ""), ended);
        assertNothingLeft(node, "after DEL");
    }
}
