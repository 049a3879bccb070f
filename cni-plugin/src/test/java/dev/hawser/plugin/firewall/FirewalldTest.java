package dev.hawser.plugin.firewall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.NftChain;
import dev.hawser.run.TestNode;
import dev.hawser.run.TestNode.Ended;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backend firewalld, by a real D-Bus daemon. */
class FirewalldTest {

    private static final Set<String> BOTH = Set.of("trusted 10.1.2.5/32", "trusted fd00:1::5/128");

    @TempDir
    private Path directory;

    private final TestNode node = new TestNode();
    private FakeFirewalld firewalld;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        assumeTrue(FakeFirewalld.isPossible(), "there is no /usr/bin/dbus-daemon: install dbus");
        firewalld = FakeFirewalld.start(directory);
        node.systemBus = firewalld.socket();
    }

    @AfterEach
    void stop() throws IOException {
        if (firewalld != null) {
            firewalld.close();
        }
    }

    private static String conf(String members) {
        return """
                {"cniVersion": "1.1.0", "name": "net", "type": "firewall"%s,
                 "prevResult": {"cniVersion": "1.1.0",
                   "interfaces": [{"name": "cni0"}, {"name": "eth0", "sandbox": "/var/run/netns/pod"}],
                   "ips": [{"address": "10.1.2.5/24", "interface": 1}, {"address": "fd00:1::5/64", "interface": 1}]}}""".formatted(members);
    }

    private static final String NAMED = conf(", \"backend\": \"firewalld\"");

    private static void succeeded(Ended ended) {
        assertEquals(0, ended.exitStatus(), ended.stdout());
    }

    @Test
    void aPodIsASourceOfTheZoneFromAddToDel() {
        succeeded(node.call("ADD", "firewall", NAMED));
        Set<String> added = Set.copyOf(firewalld.sources);
        succeeded(node.call("CHECK", "firewall", NAMED));

        succeeded(node.call("DEL", "firewall", NAMED));

        assertEquals(BOTH, added);
        assertEquals(Set.of(), firewalld.sources);
        assertTrue(node.kernel.applied().stream()
                .noneMatch(applied -> applied.change() instanceof FirewallChange.RestoreIptables
                        || applied.change() instanceof FirewallChange.AllowForwarding));
    }

    @Test
    void theZoneIsTheOneThatIsNamed() {
        succeeded(node.call("ADD", "firewall", conf(", \"backend\": \"firewalld\", \"firewalldZone\": \"pods\"")));

        assertTrue(firewalld.sources.contains("pods 10.1.2.5/32"), firewalld.sources::toString);
    }

    @Test
    void addAndDelCanBeRepeated() {
        succeeded(node.call("ADD", "firewall", NAMED));
        succeeded(node.call("ADD", "firewall", NAMED));
        assertEquals(BOTH, firewalld.sources);

        succeeded(node.call("DEL", "firewall", NAMED));
        succeeded(node.call("DEL", "firewall", NAMED));
    }

    @Test
    void checkFindsThatASourceIsGone() {
        succeeded(node.call("ADD", "firewall", NAMED));
        firewalld.sources.remove("trusted 10.1.2.5/32");

        Ended ended = node.call("CHECK", "firewall", NAMED);

        assertTrue(
                ended.stdout().contains("10.1.2.5/32 is no source of firewalld's zone trusted any more"),
                ended::stdout);
        assertTrue(!ended.stdout().contains("fd00"), ended::stdout);
    }

    @Test
    void whatFailsIsTakenBackAndSaidInFirewalldsWords() {
        firewalld.broken.add("addSource");

        Ended ended = node.call("ADD", "firewall", NAMED);

        assertTrue(
                ended.stdout()
                        .contains("add sources to zone trusted of firewalld: addSource:"
                                + " org.fedoraproject.FirewallD1.Exception: INVALID_ZONE: it is to fail"),
                ended::stdout);
        assertEquals(Set.of(), firewalld.sources);
    }

    @Test
    void anAddThatFailsLaterLeavesNoSource() {
        node.call("ADD", "firewall", NAMED);
        firewalld.sources.remove("trusted fd00:1::5/128");

        assertThrows(
                IllegalStateException.class,
                () -> node.call("ADD", "firewall", NAMED, answer -> {
                    throw new IllegalStateException("the runtime has gone");
                }));

        assertEquals(Set.of("trusted 10.1.2.5/32"), firewalld.sources, "what was there before stays");
    }

    @Test
    void firewalldIsChosenIfItRunsAndNoOtherIsNamed() throws IOException {
        Path policy = node.files.getPath("/usr/share/dbus-1/system.d/FirewallD.conf");
        Files.createDirectories(policy.getParent());
        Files.createFile(policy);

        succeeded(node.call("ADD", "firewall", conf("")));
        Set<String> added = Set.copyOf(firewalld.sources);
        succeeded(node.call("DEL", "firewall", conf("")));

        assertEquals(BOTH, added);
        assertEquals(Set.of(), firewalld.sources);
        assertEquals(List.of(), node.kernel.forwarded());
    }

    @Test
    void firewalldIsChosenIfTheKernelHasItsTable() {
        node.kernel.addChain(new NftChain("inet", "firewalld", "filter_FORWARD"));

        succeeded(node.call("ADD", "firewall", conf("")));

        assertEquals(BOTH, firewalld.sources);
    }

    @Test
    void theKernelIsAskedBeforeTheBus() {
        succeeded(node.call("ADD", "firewall", conf("")));

        assertEquals(Set.of(), firewalld.sources);
        assertEquals(2, node.kernel.forwarded().size());
    }

    @Test
    void aPolicyIsEnforcedBesideFirewalld() {
        succeeded(
                node.call("ADD", "firewall", conf(", \"backend\": \"firewalld\", \"ingressPolicy\": \"same-bridge\"")));

        assertEquals(List.of(new FirewallChange.CloseBridge("cni0", false)), node.kernel.closedBridges());
        succeeded(node.call(
                "CHECK", "firewall", conf(", \"backend\": \"firewalld\", \"ingressPolicy\": \"same-bridge\"")));
    }

    @Test
    void statusIsFineAsLongAsFirewalldAnswers() throws IOException {
        succeeded(node.call("STATUS", "firewall", NAMED));
        firewalld.close();

        Ended ended = node.call("STATUS", "firewall", NAMED);

        assertTrue(ended.stdout().contains("\"code\": 50,"), ended::stdout);
    }

    @Test
    void withoutFirewalldAddFailsAndDelSucceeds() throws IOException {
        firewalld.close();

        Ended added = node.call("ADD", "firewall", NAMED);

        assertTrue(added.stdout().contains("connect to D-Bus at " + firewalld.socket()), added::stdout);
        succeeded(node.call("DEL", "firewall", NAMED));
    }

    @Test
    void somethingElseAtTheSocketIsAnError() throws IOException {
        Path socket = directory.resolve("other");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            Thread.ofPlatform().daemon().start(() -> answerOnce(server, "REJECTED EXTERNAL\r\n"));
            node.systemBus = socket;

            Ended ended = node.call("ADD", "firewall", NAMED);

            assertTrue(
                    ended.stdout().contains("introduce ourselves to D-Bus at " + socket + ": it says REJECTED"),
                    ended::stdout);
        }
    }

    private static void answerOnce(ServerSocketChannel server, String line) {
        try (SocketChannel client = server.accept()) {
            client.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)));
            client.read(ByteBuffer.allocate(1 << 10));
            client.read(ByteBuffer.allocate(1 << 10)); // until it hangs up
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
