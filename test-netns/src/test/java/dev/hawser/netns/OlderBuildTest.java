package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Pods that an older Hawser made are deleted without a trace. What the first release leaves for a pod stands here as the words
 * of {@code ip} and {@code nft}, so that no later one forgets it: the name of the veth, its alias, the elements, the lease.
 */
class OlderBuildTest {

    private static final String MAC = "02:42:ac:11:00:02";

    @RegisterExtension
    final TestNode node = new TestNode();

    private final Pod pod = node.pod();
    private final Conf conf = node.dualStack().with("ipMasq", true).with("macspoofchk", true);

    @Test
    void aPodOfTheFirstReleaseIsDeletedWithoutATrace() throws IOException {
        makeWhatIsShared();
        Remains before = node.remains();
        makePod();

        node.delete(conf.with("mac", MAC), pod).succeeded();

        assertEquals(before, node.remains());
        assertEquals(java.util.List.of(), pod.ip().linkNames());
    }

    @Test
    void aPodOfTheFirstReleaseIsCollectedWithoutATrace() throws IOException {
        makeWhatIsShared();
        Remains before = node.remains();
        makePod();

        node.collect(conf).succeeded();

        assertEquals(before, node.remains());
    }

    @Test
    void aPodOfTheFirstReleaseThatIsStillInUseIsSpared() throws IOException {
        makeWhatIsShared();
        makePod();
        Remains before = node.remains();

        node.collect(conf, pod).succeeded();

        assertEquals(before, node.remains());
    }

    private void makeWhatIsShared() throws IOException {
        Files.createDirectories(lease("any").getParent());
        node.host().ip("link add cni0 type bridge");
        node.host().ip("address add 10.88.0.1/24 dev cni0");
        node.host().ip("link set cni0 up");
        nft("""
                add table inet hawser
                add set inet hawser subnet-10.88.0.0-24 { type ipv4_addr ; }
                add chain inet hawser subnet-10.88.0.0-24 { type nat hook postrouting priority srcnat ; policy accept ; }
                add rule inet hawser subnet-10.88.0.0-24 ip daddr 224.0.0.0/4 return
                add rule inet hawser subnet-10.88.0.0-24 ip saddr @subnet-10.88.0.0-24 ip daddr != 10.88.0.0/24 masquerade
                add set inet hawser subnet-fd00_88__-64 { type ipv6_addr ; }
                add chain inet hawser subnet-fd00_88__-64 { type nat hook postrouting priority srcnat ; policy accept ; }
                add rule inet hawser subnet-fd00_88__-64 ip6 daddr ff00::/8 return
                add rule inet hawser subnet-fd00_88__-64 ip6 saddr @subnet-fd00_88__-64 ip6 daddr != fd00:88::/64 masquerade
                add table bridge hawser
                add set bridge hawser guarded { type ifname ; }
                add set bridge hawser allowed { type ifname . ether_addr ; }
                add chain bridge hawser prerouting { type filter hook prerouting priority -300 ; policy accept ; }
                add rule bridge hawser prerouting iifname @guarded iifname . ether saddr != @allowed drop
                """);
    }

    private void makePod() throws IOException {
        String owner = TestNode.NETWORK + "/" + pod.containerId() + "/" + pod.ifName();
        String veth = pod.hostVeth();
        node.host()
                .ip("link add " + veth + " master cni0 type veth peer name " + pod.ifName() + " address " + MAC
                        + " netns " + pod.netns().name());
        node.host()
                .output(
                        "ip",
                        "link",
                        "set",
                        veth,
                        "up",
                        "alias",
                        owner + " ns/pod masquerade=10.88.0.2/24,fd00:88::2/64 mac=" + MAC);
        pod.netns().ip("address add 10.88.0.2/24 dev " + pod.ifName());
        pod.netns().ip("link set " + pod.ifName() + " up");
        nft("""
                add element inet hawser subnet-10.88.0.0-24 { 10.88.0.2 comment "%1$s" }
                add element inet hawser subnet-fd00_88__-64 { fd00:88::2 comment "%1$s" }
                add element bridge hawser guarded { %2$s comment "%1$s" }
                add element bridge hawser allowed { %2$s . %3$s }
                """.formatted(owner, veth, MAC));
        Files.writeString(lease("10.88.0.2"), pod.containerId() + "\r\n" + pod.ifName());
        Files.writeString(lease("fd00:88::2"), pod.containerId() + "\r\n" + pod.ifName());
    }

    private Path lease(String address) {
        return node.pools().resolve(TestNode.NETWORK).resolve(address);
    }

    private void nft(String script) {
        node.host().output("nft", script);
    }
}
