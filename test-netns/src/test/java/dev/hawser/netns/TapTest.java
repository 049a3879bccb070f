package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** {@code tap} on a real kernel. */
@Timeout(120)
class TapTest {

    private static final int OWNER = 4242;

    @RegisterExtension
    final TestNode node = new TestNode();

    private final Pod pod = node.pod();
    private final Conf plain = Conf.parse("""
            {"cniVersion": "1.1.0", "name": "net1", "type": "tap"}""");
    private final Conf addressed =
            plain.withJson("ipam", """
                    {"type": "host-local", "ranges": [[{"subnet": "10.88.0.0/24"}], [{"subnet": "fd00:88::/64"}]],
                     "routes": [{"dst": "0.0.0.0/0"}, {"dst": "::/0"}]}""").with("ipam.dataDir", node.pools().toString());

    @Test
    void theDeviceIsWhatWasConfigured() {
        pod.netns().ip("link add br0 type bridge");
        Conf conf = addressed
                .with("multiQueue", true)
                .with("mtu", 1400)
                .with("mac", "02:00:00:00:00:09")
                .with("owner", OWNER)
                .with("group", 4_294_967_294L)
                .with("bridge", "br0");

        Answer added = node.add(conf, pod);

        assertEquals(List.of("10.88.0.2/24", "fd00:88::2/64"), added.addresses());
        JsonNode link = pod.ip().link("eth0");
        JsonNode tap = link.path("linkinfo").path("info_data");
        assertEquals("tun", link.path("linkinfo").path("info_kind").asString());
        assertEquals("tap", tap.path("type").asString());
        assertTrue(tap.path("persist").asBoolean());
        assertTrue(tap.path("multi_queue").asBoolean());
        assertFalse(tap.path("pi").asBoolean());
        assertEquals(String.valueOf(OWNER), tap.path("user").asString());
        assertEquals("4294967294", tap.path("group").asString());
        assertEquals("02:00:00:00:00:09", pod.ip().mac("eth0"));
        assertEquals(1400, pod.ip().mtuBytes("eth0"));
        assertEquals(List.of("eth0"), pod.ip().ports("br0"));
        assertTrue(pod.ip().isUp("eth0"));
        assertEquals(List.of("10.88.0.2/24", "fd00:88::2/64"), pod.ip().addresses("eth0"));
        assertTrue(
                pod.ip().routes().contains("default via 10.88.0.1 dev eth0"),
                () -> pod.ip().routes().toString());
        node.check(conf, pod, added).succeeded();
    }

    @Test
    void theOwnerMayOpenItAndNobodyElse() {
        node.add(plain.with("owner", OWNER), pod).result();

        assertEquals("opened", opened(OWNER));
        assertEquals("Operation not permitted", opened(OWNER + 1));
    }

    /** What a process of this user is told that becomes the other end of eth0. */
    private String opened(int uid) {
        String script =
                "use POSIX; open(F, '+<', '/dev/net/tun') or die; POSIX::setgid(" + uid + "); POSIX::setuid(" + uid
                        + "); my $request = pack('a16 s x22', 'eth0', 0x1002);"
                        + " print ioctl(F, 0x400454ca, $request) ? 'opened' : $!";
        return pod.netns().output("perl", "-e", script).strip();
    }

    @Test
    void aNameThatIsTakenIsAnErrorAndNothingChanges() {
        node.add(plain.with("owner", OWNER), pod).result();
        JsonNode before = pod.ip().link("eth0");
        Remains remains = node.remains();

        Answer again = node.add(addressed, pod);

        again.fault().is(Answer.INTERNAL, "eth0", "EEXIST");
        assertEquals(before, pod.ip().link("eth0"));
        assertEquals(List.of("eth0"), pod.ip().linkNames());
        assertEquals(remains, node.remains());
    }

    @Test
    void theReferenceMakesTheSame() {
        Pod theirs = node.pod();
        Conf conf = plain.with("owner", OWNER).with("mtu", 1400).with("mac", "02:00:00:00:00:09");

        JsonNode ours = node.add(conf, pod).result();
        JsonNode others = reference("ADD", conf, theirs).result();

        assertEquals(withoutSandbox(ours), withoutSandbox(others).replace("1.0.0", "1.1.0"));
        for (String key : List.of("linkinfo", "mtu", "address", "flags", "operstate", "num_tx_queues")) {
            assertEquals(
                    theirs.ip().link("eth0").path(key), pod.ip().link("eth0").path(key), key);
        }
    }

    private static String withoutSandbox(JsonNode result) {
        return result.toString().replaceAll("\"sandbox\":\"[^\"]*\"", "");
    }

    @Test
    void eitherDeletesWhatTheOtherMade() {
        node.add(plain, pod).result();
        reference("DEL", plain, pod).succeeded();
        List<String> byReference = pod.ip().linkNames();
        reference("ADD", plain, pod).result();

        node.delete(plain, pod).succeeded();
        node.delete(plain, pod).succeeded();

        assertEquals(List.of(), byReference);
        assertEquals(List.of(), pod.ip().linkNames());
    }

    @Test
    void theAddressIsReleasedWithoutANamespace() {
        node.add(addressed, pod).result();

        node.call("DEL", addressed, pod).without("CNI_NETNS").answer().succeeded();

        assertEquals(Map.of(), node.pool().leases());
    }

    private Answer reference(String verb, Conf conf, Pod container) {
        Path file = CniPlugin.referenceDirectory().orElse(Path.of("")).resolve(conf.type());
        assumeTrue(Files.isExecutable(file), "the reference's " + conf.type() + " is not here: " + file);
        return node.call(verb, conf, container).withFile(file).answer();
    }
}
