package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code tuning} after {@code bridge}, as {@code ip} and the files of /proc/sys see it. */
class TuningTest {

    private static final String MARTIANS = "net/ipv4/conf/eth0/log_martians";
    private static final String BACKLOG = "net/core/somaxconn";
    private static final String RMEM = "net/ipv4/tcp_rmem";

    @RegisterExtension
    final TestNode node = new TestNode();

    private final Pod pod = node.pod();

    /** What the plugin may change, as others see it. */
    private record Seen(String mac, int mtuBytes, int txQueueLength, List<String> flags, Map<String, String> sysctls) {

        static Seen in(Pod pod) {
            var link = pod.ip().link("eth0");
            List<String> flags = Json.elements(link.path("flags")).stream()
                    .map(flag -> flag.asString())
                    .filter(List.of("PROMISC", "ALLMULTI")::contains)
                    .sorted()
                    .toList();
            Map<String, String> sysctls = new TreeMap<>();
            for (String key : List.of(MARTIANS, BACKLOG, RMEM)) {
                sysctls.put(key, pod.netns().sysctl(key).replace('\t', ' '));
            }
            return new Seen(
                    link.path("address").asString(),
                    link.path("mtu").asInt(),
                    link.path("txqlen").asInt(),
                    flags,
                    sysctls);
        }
    }

    private static final Seen TUNED = new Seen(
            "02:00:00:00:00:99",
            1400,
            500,
            List.of("ALLMULTI", "PROMISC"),
            Map.of(MARTIANS, "1", BACKLOG, "500", RMEM, "4096 65536 1048576"));

    private Conf tuning(Answer added) {
        return Conf.parse("""
                {"cniVersion": "1.0.0", "name": "net1", "type": "tuning",
                 "mac": "02:00:00:00:00:99", "promisc": true, "mtu": 1400, "allmulti": true, "txQLen": 500,
                 "sysctl": {"net.ipv4.conf.IFNAME.log_martians": "1", "net/core/somaxconn": "500",
                            "net.ipv4.tcp_rmem": "4096 65536 1048576"}}
                """).with("dataDir", backups().toString()).with("prevResult", added.result());
    }

    private Path backups() {
        return node.directory().resolve("tuning");
    }

    private Answer bridged() {
        return node.add(node.gateway().with("cniVersion", "1.0.0"), pod);
    }

    @Test
    void addTunesAndDelPutsEverythingBack() {
        Conf conf = tuning(bridged());
        Seen before = Seen.in(pod);

        Answer added = node.add(conf, pod);
        Seen tuned = Seen.in(pod);
        Answer checked = node.check(conf, pod, added);
        node.delete(conf, pod).succeeded();

        assertEquals(TUNED, tuned);
        assertTrue(Json.texts(added.result().path("interfaces"), "mac").contains("02:00:00:00:00:99"));
        checked.succeeded();
        assertEquals(before, Seen.in(pod));
        assertTrue(Files.notExists(backups().resolve(pod.containerId() + "_eth0.json")));
    }

    @Test
    void aTunedPodReachesItsGatewayWithItsNewMac() {
        node.add(tuning(bridged()), pod).result();

        assertTrue(pod.netns().reaches("10.88.0.1"));
    }

    @Test
    void checkNamesWhatSomebodyHasChanged() {
        Conf conf = tuning(bridged());
        Answer added = node.add(conf, pod);
        pod.netns().ip("link set eth0 mtu 1280 promisc off");
        pod.netns().setSysctl(BACKLOG, "17");

        Answer checked = node.check(conf, pod, added);

        checked.fault()
                .is(
                        Answer.INTERNAL,
                        "mtu is 1280 instead of 1400",
                        "promisc is false",
                        "net/core/somaxconn is 17 instead of 500");
    }

    @Test
    void whatTheKernelRefusesIsTakenBack() {
        Conf conf = tuning(bridged()).with("mtu", 100_000);
        Seen before = Seen.in(pod);

        Answer added = node.add(conf, pod);

        added.fault().is(Answer.INTERNAL, "set MTU 100000 of link eth0");
        assertEquals(before, Seen.in(pod));
        assertTrue(Files.notExists(backups().resolve(pod.containerId() + "_eth0.json")));
    }

    @Test
    void theHostIsNotTuned() {
        Answer bridged = bridged();
        String before = node.host().sysctl(BACKLOG);

        node.add(tuning(bridged), pod).result();

        assertEquals(before, node.host().sysctl(BACKLOG));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theReferenceAndHawserPutBackEachOthersTuning(boolean addedByReference) {
        Path reference = CniPlugin.referenceDirectory().orElse(Path.of("")).resolve("tuning");
        assumeTrue(Files.isExecutable(reference), "no reference tuning: HAWSER_PEER_DIR names its directory");
        Path ours = node.plugins().resolve("tuning");
        Conf conf = tuning(bridged());
        Seen before = Seen.in(pod);

        node.call("ADD", conf, pod)
                .withFile(addedByReference ? reference : ours)
                .answer()
                .result();
        Seen tuned = Seen.in(pod);
        node.call("DEL", conf, pod)
                .withFile(addedByReference ? ours : reference)
                .answer()
                .succeeded();

        Seen after = Seen.in(pod);
        assertEquals(TUNED, tuned);
        assertEquals(
                List.of(before.mac(), before.mtuBytes(), before.txQueueLength(), before.flags()),
                List.of(after.mac(), after.mtuBytes(), after.txQueueLength(), after.flags()));
        assertTrue(Files.notExists(backups().resolve(pod.containerId() + "_eth0.json")));
    }
}
