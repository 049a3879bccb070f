package dev.hawser.dhcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.Side;
import dev.hawser.run.Namespaces;
import dev.hawser.run.PhaseClock;
import dev.hawser.run.Phases.Phase;
import dev.hawser.run.TestNode;
import dev.hawser.run.TestNode.Ended;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The plugin as a runtime or another plugin calls it, in a node in memory. */
class DhcpPluginTest {

    private static final String FILE = "/run/hawser/dhcp/net,c1,eth0.json";

    private final TestNode node = new TestNode();

    private static String conf(String ipam) {
        return "{\"cniVersion\": \"1.1.0\", \"name\": \"net\", \"type\": \"dhcp\", \"ipam\": {\"type\": \"dhcp\"" + ipam
                + "}}";
    }

    private static final String PLAIN = conf("");

    private ServedLink served() {
        return ServedLink.in(node.kernel, new FakeServer());
    }

    private boolean hasLease() {
        return Files.exists(node.files.getPath(FILE));
    }

    @Test
    void addSetsTheLinkUpAndLeasesAnAddress() throws Exception {
        try (ServedLink _ = served()) {
            Ended ended = node.call("ADD", "dhcp", PLAIN);

            assertEquals(0, ended.exitStatus(), ended.stdout());
            assertTrue(ended.stdout().contains("\"address\": \"192.0.2.17/24\""), ended.stdout());
            assertTrue(ended.stdout().contains("\"gw\": \"192.0.2.1\""), ended.stdout());
            assertTrue(node.kernel.linkOrThrow(Side.POD, "eth0").up());
            assertTrue(hasLease());
            assertEquals(List.of(), node.log);
        }
    }

    @Test
    void delGivesTheLeaseBackAndMayBeRepeated() throws Exception {
        try (ServedLink link = served()) {
            node.call("ADD", "dhcp", PLAIN);

            assertEquals(0, node.call("DEL", "dhcp", PLAIN).exitStatus());
            assertEquals(0, node.call("DEL", "dhcp", PLAIN).exitStatus());

            awaitRelease(link);
            assertEquals(List.of(MessageType.DISCOVER, MessageType.REQUEST, MessageType.RELEASE), link.types());
            assertTrue(!hasLease());
        }
    }

    private static void awaitRelease(ServedLink link) throws InterruptedException {
        for (int i = 0; i < 1000 && !link.types().contains(MessageType.RELEASE); i++) {
            Thread.sleep(5);
        }
        assertTrue(link.types().contains(MessageType.RELEASE), link.types()::toString);
    }

    @Test
    void anAnswerThatNobodyGetsGivesTheLeaseBack() throws Exception {
        try (ServedLink link = served()) {
            try {
                node.call("ADD", "dhcp", PLAIN, document -> {
                    throw new UncheckedIOException(new IOException("gone"));
                });
            } catch (UncheckedIOException gone) {
                assertTrue(gone.toString().contains("gone"), gone::toString);
            }

            awaitRelease(link);
            assertTrue(!hasLease());
        }
    }

    @Test
    void delForgetsTheLeaseOfAContainerThatHasGone() throws Exception {
        try (ServedLink link = served()) {
            node.call("ADD", "dhcp", PLAIN);
            node.netnsState = Namespaces.State.MISSING;

            assertEquals(0, node.call("DEL", "dhcp", PLAIN).exitStatus());

            assertTrue(!hasLease());
            assertEquals(List.of(MessageType.DISCOVER, MessageType.REQUEST), link.types());
        }
    }

    @Test
    void delForgetsTheLeaseOfALinkThatIsDownOrGone() throws Exception {
        try (ServedLink _ = served()) {
            node.call("ADD", "dhcp", PLAIN);
            node.kernel.apply(Side.POD, new LinkChange.SetDown("eth0"));
            assertEquals(0, node.call("DEL", "dhcp", PLAIN).exitStatus());
            assertTrue(!hasLease());

            node.call("ADD", "dhcp", PLAIN);
            node.kernel.apply(Side.POD, new LinkChange.DeleteLink("eth0"));
            assertEquals(0, node.call("DEL", "dhcp", PLAIN).exitStatus());
            assertTrue(!hasLease());
        }
    }

    @Test
    void checkWantsALeaseAndTheAddressOfIt() throws Exception {
        try (ServedLink _ = served()) {
            assertTrue(node.call("CHECK", "dhcp", PLAIN)
                    .stdout()
                    .contains("there is no lease of net/c1/eth0 on this node"));
            Ended added = node.call("ADD", "dhcp", PLAIN);

            assertEquals(0, node.call("CHECK", "dhcp", with(added.stdout())).exitStatus());
            Ended other = node.call("CHECK", "dhcp", with(added.stdout().replace("2.17/", "2.18/")));
            assertTrue(other.stdout().contains("192.0.2.17/24"), other.stdout());
        }
    }

    private static String with(String previous) {
        return PLAIN.substring(0, PLAIN.length() - 1) + ", \"prevResult\": " + previous + "}";
    }

    @Test
    void gcGivesBackWhatIsNotValid() throws Exception {
        try (ServedLink link = served()) {
            node.call("ADD", "dhcp", PLAIN);
            String valid = "\"cni.dev/valid-attachments\": [{\"containerID\": \"c1\", \"ifname\": \"eth0\"}]";

            node.call("GC", "dhcp", PLAIN.replaceFirst("\\{", "{" + valid + ","));
            assertTrue(hasLease());
            node.call(
                    "GC",
                    "dhcp",
                    PLAIN.replace("\"net\"", "\"other\"")
                            .replaceFirst("\\{", "{" + valid.replaceFirst("\\[.*", "[],")));
            assertTrue(hasLease());
            node.call("GC", "dhcp", PLAIN.replaceFirst("\\{", "{" + valid.replaceFirst("\\[.*", "[],")));

            assertTrue(!hasLease());
            awaitRelease(link);
        }
    }

    /** The only step that it takes in the kernel. */
    @Test
    void aLinkThatCannotBeSetUpIsNotLeasedFor() {
        try (ServedLink link = served()) {
            node.kernel.failOn(1);

            Ended ended = node.call("ADD", "dhcp", PLAIN);

            assertTrue(ended.stdout().contains("ip -n POD link set eth0 up: it was to fail"), ended.stdout());
            assertEquals(List.of(), link.types());
            assertTrue(!hasLease());
        }
    }

    @Test
    void aLeaseThatCannotBeWrittenDownIsGivenBack() throws Exception {
        LeaseFiles full = new LeaseFiles(
                node.files.getPath("/run/full"),
                lockFile -> {
                    throw new IOException("No space left on device");
                },
                node.log::add);
        Dhcp dhcp = new Dhcp(
                full, netns -> Optional.empty(), Clocks.SYSTEM, new Random(1), Duration.ofSeconds(10), () -> true);
        Attachment attachment = new Attachment("net", "c1", "eth0");
        try (ServedLink link = served()) {
            UncheckedIOException e = assertThrows(
                    UncheckedIOException.class,
                    () -> dhcp.acquire(
                            node.kernel, attachment, TestNode.NETNS, Ask.of(attachment), Duration.ofSeconds(10)));

            assertTrue(e.toString().contains("/run/full"), e::toString);
            awaitRelease(link);
        }
    }

    /** Others take its place meanwhile. */
    @Test
    void addTellsHowLongItWaitsForAServer() {
        PhaseClock clock = new PhaseClock(System::nanoTime, true);
        node.phases = clock;
        try (ServedLink _ = served()) {
            node.call("ADD", "dhcp", PLAIN);

            assertEquals(
                    List.of(
                            Phase.PARSE,
                            Phase.LEASE,
                            Phase.SERVER,
                            Phase.LEASE,
                            Phase.PARSE,
                            Phase.ANSWER,
                            Phase.PARSE),
                    phases(clock));
        }
    }

    private static List<Phase> phases(PhaseClock clock) {
        clock.read();
        return clock.intervals().stream().map(PhaseClock.Interval::phase).toList();
    }

    @Test
    void whenTooManyWaitForAServerTheNextOneIsToldSoAtOnceAndALaterOneIsServed() throws Exception {
        Dhcp dhcp = new Dhcp(
                new LeaseFiles(node.files.getPath("/run/leases"), lockFile -> () -> {}, node.log::add),
                netns -> Optional.empty(),
                Clocks.SYSTEM,
                new Random(1),
                Duration.ofSeconds(30),
                () -> true);
        try (ServedLink link = served();
                ExecutorService threads = Executors.newFixedThreadPool(Dhcp.MOST_SEARCHES)) {
            link.answer(packet -> Optional.empty());
            List<Future<DhcpLease>> waiting = IntStream.range(0, Dhcp.MOST_SEARCHES)
                    .mapToObj(i -> threads.submit(() -> acquire(dhcp, "c" + i)))
                    .toList();
            awaitReceived(link, Dhcp.MOST_SEARCHES);

            DhcpException refused = assertThrows(DhcpException.class, () -> acquire(dhcp, "one-more"));

            assertTrue(refused.isTemporary());
            assertEquals("128 calls wait for DHCP servers already: try again later", refused.getMessage());
            assertTrue(waiting.stream().noneMatch(Future::isDone));
            link.answer(new FakeServer()::answer);
            for (Future<DhcpLease> lease : waiting) {
                assertEquals("192.0.2.17/24", lease.get().address().toString());
            }
            assertEquals("192.0.2.17/24", acquire(dhcp, "one-more").address().toString());
        }
    }

    private DhcpLease acquire(Dhcp dhcp, String containerId) {
        Attachment attachment = new Attachment("net", containerId, "eth0");
        return dhcp.acquire(node.kernel, attachment, TestNode.NETNS, Ask.of(attachment), Duration.ofSeconds(30));
    }

    private static void awaitReceived(ServedLink link, int packets) throws InterruptedException {
        for (int i = 0; i < 1000 && link.received.size() < packets; i++) {
            Thread.sleep(5);
        }
        assertTrue(link.received.size() >= packets, link.types()::toString);
    }

    @Test
    void statusAsksNobody() {
        assertEquals(0, node.call("STATUS", "dhcp", PLAIN).exitStatus());
    }

    @Test
    void addWithoutALinkOrAServerSaysSo() throws Exception {
        Ended noLink = node.call("ADD", "dhcp", PLAIN);
        assertTrue(noLink.stdout().contains("look up eth0 in the container: no such link"), noLink.stdout());

        try (ServedLink link = served()) {
            link.answer(packet -> Optional.empty());
            Ended silence = node.call("ADD", "dhcp", conf(", \"resendTimeout\": 1"));

            assertTrue(silence.stdout().contains("\"code\": 11"), silence.stdout());
            assertTrue(silence.stdout().contains("no DHCP lease after 1 s: nobody answered"), silence.stdout());
            assertTrue(!hasLease());
        }
    }

    @Test
    void optionsGoByNameAndNumberFromTextAndArgument() throws Exception {
        node.environment.put("CNI_ARGS", "IgnoreUnknown=1;K8S_POD_NAME=web-1");
        try (ServedLink link = served()) {
            Ended ended = node.call("ADD", "dhcp", conf("""
                    , "daemonSocketPath": "/run/cni/dhcp.sock", "priority": 7,
                    "provide": [{"option": "host-name", "fromArg": "K8S_POD_NAME"},
                                {"option": "60", "value": "hawser"},
                                {"option": "user-class", "fromArg": "NO_SUCH"},
                                {"option": "dhcp-client-identifier", "value": "me"}],
                    "request": [{"option": "6"}, {"option": "subnet-mask", "skipDefault": true}]"""));

            assertEquals(0, ended.exitStatus(), ended.stdout());
            assertTrue(ended.stdout().contains("\"priority\": 7"), ended.stdout());
            Options asked = link.received.getFirst().message().options();
            assertEquals("web-1", asked.text(OptionCode.HOST_NAME).orElseThrow());
            assertEquals(
                    "hawser", asked.text(OptionCode.VENDOR_CLASS_IDENTIFIER).orElseThrow());
            assertEquals("me", asked.text(OptionCode.CLIENT_IDENTIFIER).orElseThrow());
            assertTrue(asked.find(OptionCode.USER_CLASS).isEmpty());
            assertEquals("0106", asked.hex().get(OptionCode.PARAMETER_REQUEST_LIST));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"provide\": [{\"option\": \"no-such\", \"value\": \"x\"}]",
                "\"provide\": [{\"option\": \"255\", \"value\": \"x\"}]",
                "\"provide\": [{\"value\": \"x\"}]",
                "\"request\": [{\"option\": \"0\"}]",
                "\"priority\": \"high\"",
                "\"resendTimeout\": 0"
            })
    void aBadConfigurationIsRefusedWithKeyAndValue(String bad) {
        Ended ended = node.call("ADD", "dhcp", conf(", " + bad));

        assertTrue(ended.stdout().contains("\"code\": 7"), ended.stdout());
        String key = bad.substring(1, bad.indexOf('"', 1));
        assertTrue(ended.stdout().contains("ipam." + key), ended.stdout());
    }

    @Test
    void aValueThatIsTooLongIsRefused() {
        Ended ended = node.call(
                "ADD", "dhcp", conf(", \"provide\": [{\"option\": \"60\", \"value\": \"" + "x".repeat(256) + "\"}]"));

        assertTrue(ended.stdout().contains("ipam.provide[0].value: has 256 bytes"), ended.stdout());
    }
}
