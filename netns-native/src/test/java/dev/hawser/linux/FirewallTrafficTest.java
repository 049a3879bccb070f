package dev.hawser.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.ip.Cidr;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.FirewallChange.AddMacGuard;
import dev.hawser.kernel.FirewallChange.AddMasquerade;
import dev.hawser.kernel.FirewallChange.DeleteMacGuard;
import dev.hawser.kernel.FirewallChange.DeleteMasquerade;
import dev.hawser.kernel.MacAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What packets notice. A pod and its neighbour on the host's bridge, and a world beyond that has no route back to them:
 *
 * {@snippet lang=text :
 *  pod       10.1.0.5 fd00:1::5 ─┐
 *                                ├─ br0 10.1.0.1 fd00:1::1 ── host ── 192.0.2.1 2001:db8::1 ── 192.0.2.2 2001:db8::2 world
 *  neighbour 10.1.0.6 fd00:1::6 ─┘
 * }
 */
class FirewallTrafficTest {

    private static final Attachment OWNER = new Attachment("net", "c1", "eth0");
    private static final MacAddress MAC = MacAddress.parse("02:00:00:00:00:05");

    private final NftHost host = new NftHost();
    private final Firewall firewall = host.firewall();
    private final String pod = host.namespace("pod");
    private final String neighbour = host.namespace("neighbour");
    private final String world = host.namespace("world");

    @BeforeEach
    void wire() {
        host.shell("""
                ip link add br0 type bridge
                ip address add 10.1.0.1/16 dev br0
                ip address add fd00:1::1/64 dev br0 nodad
                ip link set br0 up
                ip link add world0 type veth peer name eth0 netns %s
                ip address add 192.0.2.1/24 dev world0
                ip address add 2001:db8::1/64 dev world0 nodad
                ip link set world0 up
                sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
                """.formatted(world));
        NftHost.shellIn(world, """
                ip address add 192.0.2.2/24 dev eth0
                ip address add 2001:db8::2/64 dev eth0 nodad
                ip link set eth0 up
                """);
        plug(pod, 5);
        plug(neighbour, 6);
    }

    private void plug(String namespace, int number) {
        host.shell("""
                ip link add veth%1$d type veth peer name eth0 address 02:00:00:00:00:0%1$d netns %2$s
                ip link set veth%1$d master br0 up
                """.formatted(number, namespace));
        NftHost.shellIn(namespace, """
                ip address add 10.1.0.%1$d/16 dev eth0
                ip address add fd00:1::%1$d/64 dev eth0 nodad
                ip link set eth0 up
                ip route add default via 10.1.0.1
                ip route add default via fd00:1::1
                """.formatted(number));
    }

    @AfterEach
    void close() {
        host.close();
    }

    @Test
    void theWorldAnswersAMasqueradedPodOnly() {
        firewall.apply(new AddMasquerade(Cidr.parse("10.1.0.5/16"), OWNER));
        firewall.apply(new AddMasquerade(Cidr.parse("fd00:1::5/64"), OWNER));

        assertTrue(reaches(pod, "192.0.2.2"));
        assertTrue(reaches(pod, "2001:db8::2"));
        assertFalse(reaches(neighbour, "192.0.2.2"));
        assertFalse(reaches(neighbour, "2001:db8::2"));
    }

    @Test
    void afterDeletingTheWorldNoLongerAnswers() {
        firewall.apply(new AddMasquerade(Cidr.parse("10.1.0.5/16"), OWNER));

        firewall.apply(new DeleteMasquerade(Cidr.parse("10.1.0.5/16"), OWNER));

        assertFalse(reaches(pod, "192.0.2.2"));
    }

    /** Only what comes from the pod's own address is counted. */
    @Test
    void withinTheSubnetAPodKeepsItsAddress() {
        firewall.apply(new AddMasquerade(Cidr.parse("10.1.0.5/16"), OWNER));
        firewall.apply(new AddMasquerade(Cidr.parse("fd00:1::5/64"), OWNER));
        NftHost.shellIn(neighbour, """
                nft 'add table inet t
                add chain inet t in { type filter hook input priority 0; }
                add rule inet t in ip saddr 10.1.0.5 icmp type echo-request counter
                add rule inet t in ip6 saddr fd00:1::5 icmpv6 type echo-request counter'
                """);

        assertTrue(reaches(pod, "10.1.0.6"));
        assertTrue(reaches(pod, "fd00:1::6"));
        String counted = NftHost.shellIn(neighbour, "nft list table inet t");
        assertEquals(3, counted.split("counter packets 1 ", -1).length, counted);
    }

    @Test
    void aGuardedPortDropsAForgedMac() {
        firewall.apply(new AddMacGuard("veth5", MAC, OWNER));
        boolean honest = reaches(pod, "10.1.0.6");
        NftHost.shellIn(pod, "ip link set eth0 address 02:00:00:00:00:66");
        NftHost.shellIn(neighbour, "ip neighbour flush dev eth0"); // else it would go on answering the old MAC
        boolean forged = reaches(pod, "10.1.0.6");
        boolean neighbours = reaches(neighbour, "10.1.0.1");
        firewall.apply(new DeleteMacGuard("veth5", MAC));

        assertTrue(honest);
        assertFalse(forged);
        assertTrue(neighbours);
        assertTrue(reaches(pod, "10.1.0.6"));
    }

    private static boolean reaches(String namespace, String address) {
        return NftHost.shellIn(namespace, "ping -nq -c1 -W1 " + address + " >/dev/null 2>&1 && echo yes || echo no")
                .equals("yes\n");
    }
}
