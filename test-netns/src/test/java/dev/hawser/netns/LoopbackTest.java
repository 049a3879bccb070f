package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The {@code loopback} plugin: {@code lo} is up. */
class LoopbackTest {

    @RegisterExtension
    final TestNode node = new TestNode();

    private final Pod pod = node.pod().withIfName("lo");
    private final Conf conf = Conf.parse("""
            {"cniVersion": "1.0.0", "name": "lo", "type": "loopback"}""");

    @Test
    void addSetsLoUpAndReportsItsAddresses() {
        Answer added = node.add(conf, pod);

        assertTrue(pod.ip().isUp("lo"));
        assertTrue(pod.netns().reaches("127.0.0.1"));
        assertEquals("""
                {
                    "cniVersion": "1.0.0",
                    "interfaces": [
                        {
                            "mac": "00:00:00:00:00:00",
                            "name": "lo",
                            "sandbox": "%s"
                        }
                    ],
                    "ips": [
                        {
                            "address": "127.0.0.1/8",
                            "interface": 0
                        },
                        {
                            "address": "::1/128",
                            "interface": 0
                        }
                    ]
                }""".formatted(pod.path()), added.stdout());
    }

    /** The reference leaves out the family of an address, which version 0.4.0 demands. */
    @Test
    void anOldVersionHasItsOwnShape() {
        Answer added = node.add(conf.with("cniVersion", "0.4.0"), pod);

        assertEquals("4", added.result().path("ips").get(0).path("version").asString());
        assertTrue(added.result().path("dns").isObject());
    }

    @Test
    void aPrevResultIsPassedOn() {
        Conf chained = conf.withJson("prevResult", """
                {"cniVersion": "1.0.0", "interfaces": [{"name": "eth0"}], "ips": [{"address": "10.1.2.3/24"}]}""");

        Answer added = node.add(chained, pod);

        assertEquals(chained.json().path("prevResult"), added.result());
        assertTrue(pod.ip().isUp("lo"));
    }

    @Test
    void theInterfacesNameDoesNotMatter() {
        node.add(conf, pod.withIfName("eth0")).result();

        assertTrue(pod.ip().isUp("lo"));
    }

    @Test
    void anAddressThatIsNoLoopbackAddressIsNamed() {
        pod.netns().ip("address add 10.9.9.9/32 dev lo");

        node.add(conf, pod).fault().is(Answer.INTERNAL, "10.9.9.9");
    }

    @Test
    void checkNoticesThatLoIsDown() {
        Answer added = node.add(conf, pod);
        node.check(conf, pod, added).succeeded();

        pod.netns().ip("link set lo down");

        node.check(conf, pod, added).fault().is(Answer.INTERNAL, "loopback interface is down");
    }

    @Test
    void deleteSetsLoDownAndMayBeRepeated() {
        node.add(conf, pod).result();

        node.delete(conf, pod).succeeded();
        node.delete(conf, pod).succeeded();

        assertFalse(pod.ip().isUp("lo"));
    }

    @Test
    void deleteWorksWithoutNamespace() {
        node.call("DEL", conf, pod).without("CNI_NETNS").answer().succeeded();
        pod.netns().close();
        node.delete(conf, pod).succeeded();
    }

    @Test
    void aPlainFileIsNoNamespace() throws Exception {
        Path file = Files.createFile(node.directory().resolve("file"));

        Answer added =
                node.call("ADD", conf, pod).with("CNI_NETNS", file.toString()).answer();

        added.fault().names(file.toString());
    }

    @Test
    void statusAndGarbageCollectionHaveNothingToSay() {
        Conf newest = conf.with("cniVersion", "1.1.0");

        node.call("STATUS", newest).answer().succeeded();
        node.collect(newest).succeeded();
    }
}
