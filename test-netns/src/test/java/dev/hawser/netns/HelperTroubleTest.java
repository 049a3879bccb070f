package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A helper that is not what it should be, or lacks what it needs: calls end well or say why, and nothing is left. */
class HelperTroubleTest {

    private static final int DISK_KIBIBYTES = 64;
    private static final int DISK_INODES = 32;
    private static final int FREE_DESCRIPTORS = 4;

    @RegisterExtension
    final TestNode node = new TestNode();

    private final Conf conf = node.gateway().with("ipMasq", true);
    private final Pod pod = node.pod();

    @Test
    void whereAKilledHelperLeftItsSocketTheJvmMakesTheCallAndTheNextHelperTakesItsPlace() throws Exception {
        HelperProcess.start(node).kill();
        assertTrue(Files.exists(HelperProcess.socketOf(node)));

        call("ADD", pod).result();
        HelperProcess next = node.own(HelperProcess.start(node));
        assertFalse(isMadeByHelper(pod));
        call("DEL", pod).succeeded();

        assertIsMadeByHelper(pod);
        assertEquals(0, next.stop());
        assertFalse(Files.exists(HelperProcess.socketOf(node)));
    }

    @Test
    void aSecondHelperOnTheSameSocketIsRefusedAndTheFirstGoesOn() throws Exception {
        node.own(HelperProcess.start(node));

        HelperProcess second = node.own(HelperProcess.begin(node));

        Patience.await("the second ends", () -> !second.isAlive());
        assertTrue(second.log().contains("a helper is there already"), second::log);
        call("ADD", pod).result();
        assertIsMadeByHelper(pod);
    }

    @Test
    void aHelperOfAnotherBuildIsNotAsked() throws Exception {
        HelperProcess same = HelperProcess.start(node);
        Path tree = anotherBuildOf(installation(same));
        same.stop();
        HelperProcess other = node.own(HelperProcess.begin(node, tree.resolve("bin/hawser"), List.of()));
        other.awaitReady();

        Answer added = call("ADD", pod);
        call("DEL", pod).succeeded();

        assertEquals("10.88.0.2", added.ip());
        assertFalse(isMadeByHelper(pod), other::log);
        assertTrue(other.isAlive(), other::log);
    }

    /** The tree that a process of it runs in: it executes {@code runtime/bin/java}. */
    private static Path installation(HelperProcess helper) throws IOException {
        return Files.readSymbolicLink(helper.proc().resolve("exe"))
                .resolveSibling("../..")
                .normalize();
    }

    /** The same, but for what BUILD says. */
    private Path anotherBuildOf(Path installation) throws IOException {
        Path tree = node.directory().resolve("other");
        Files.createDirectories(tree.resolve("bin"));
        for (String part : List.of("conf", "lib", "runtime")) {
            Files.createSymbolicLink(tree.resolve(part), installation.resolve(part));
        }
        Files.copy(installation.resolve("bin/hawser"), tree.resolve("bin/hawser"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.writeString(tree.resolve("BUILD"), "0.0.0-another\n");
        return tree;
    }

    @Test
    void aHelperInAnotherNetworkNamespaceIsNotAsked() throws Exception {
        node.own(HelperProcess.start(node));
        Netns elsewhere = node.own(Netns.create("elsewhere"));

        Answer added = callIn(elsewhere, "ADD");

        assertEquals("10.88.0.2", added.ip());
        assertFalse(isMadeByHelper(pod));
        assertEquals(List.of("cni0", pod.hostVeth()), new Ip(elsewhere).linkNames());
        assertEquals(List.of(), node.ip().linkNames());
        callIn(elsewhere, "DEL").succeeded();
        assertEquals(List.of("cni0"), new Ip(elsewhere).linkNames());
    }

    private Answer callIn(Netns host, String command) {
        Call call = HelperProcess.through(node, node.call(command, conf, pod));
        return new Call(Host.withoutHelper(host), call.file(), call.environment(), call.stdin()).answer();
    }

    @Test
    void onAFullDiskAnAddSaysSoAndLeavesNothingAndTheNextOneWorks() throws Exception {
        HelperProcess helper = helperWithSmallDisk();
        Pool pool = new Pool(disk(helper).resolve(TestNode.NETWORK));
        Pod neighbour = node.pod();
        call("ADD", neighbour).result();
        Remains before = node.remains();
        Map<String, String> files = pool.files();
        Path filler = disk(helper).resolve("filler");
        assertThrows(IOException.class, () -> fill(filler));

        Answer refused = call("ADD", pod);

        refused.fault().is(Answer.IO_FAILURE, node.pools() + "/net1/", "No space left on device", "free some space");
        assertNothingIsLeft(before, files, pool);
        Files.delete(filler);
        assertEquals("10.88.0.3", call("ADD", pod).ip());
        assertTrue(pod.netns().reaches("10.88.0.1"));
    }

    private static void fill(Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            while (true) {
                out.write(new byte[4096]);
            }
        }
    }

    /** With one free, a lease can be written, but not get its name. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void onADiskWithoutInodesAnAddSaysSoAndLeavesNothingAndTheNextOneWorks(int free) throws Exception {
        HelperProcess helper = helperWithSmallDisk();
        Pool pool = new Pool(disk(helper).resolve(TestNode.NETWORK));
        Pod neighbour = node.pod();
        call("ADD", neighbour).result();
        Remains before = node.remains();
        Map<String, String> files = pool.files();
        List<Path> fillers = new ArrayList<>();
        assertThrows(IOException.class, () -> useInodes(disk(helper), fillers));
        for (int i = 0; i < free; i++) {
            Files.delete(fillers.removeLast());
        }

        Answer refused = call("ADD", pod);

        refused.fault().is(Answer.IO_FAILURE, node.pools() + "/net1/", "No space left on device", "inodes");
        assertNothingIsLeft(before, files, pool);
        for (Path filler : fillers) {
            Files.delete(filler);
        }
        assertEquals("10.88.0.3", call("ADD", pod).ip());
    }

    private static void useInodes(Path directory, List<Path> fillers) throws IOException {
        for (int i = 0; i <= DISK_INODES; i++) {
            fillers.add(Files.createFile(directory.resolve("filler" + i)));
        }
    }

    /** In a mount namespace of its own, as all that {@code ip netns exec} executes: the disk goes with the helper. */
    private HelperProcess helperWithSmallDisk() throws Exception {
        Path pools = Files.createDirectories(node.pools());
        String options = "size=" + DISK_KIBIBYTES + "k,nr_inodes=" + DISK_INODES;
        String script = "mount -t tmpfs -o " + options + " pools \"$0\" && exec \"$@\"";
        return node.own(HelperProcess.begin(
                        node, node.plugins().resolve("hawser"), List.of("sh", "-c", script, pools.toString())))
                .awaitReady();
    }

    /** The small disk, seen from outside. */
    private Path disk(HelperProcess helper) {
        return Path.of(helper.proc() + "/root" + node.pools());
    }

    private void assertNothingIsLeft(Remains before, Map<String, String> files, Pool pool) throws IOException {
        assertEquals(before, node.remains());
        assertEquals(files, pool.files());
        assertEquals(List.of(), pod.ip().linkNames());
    }

    /** Those who say nothing have them all, until they are hung up on. Then there are too few for all who call. */
    @Test
    void withoutDescriptorsEveryCallEndsAndAfterwardsAllIsAsBefore() throws Exception {
        HelperProcess helper = node.own(HelperProcess.start(node));
        Pod neighbour = node.pod();
        call("ADD", neighbour).result();
        Remains before = node.remains();
        List<Pod> pods = Stream.generate(node::pod).limit(6).toList();
        limitDescriptors(helper, helper.descriptors().size() + FREE_DESCRIPTORS);

        List<SocketChannel> silent = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(pods.size())) {
            for (int i = 0; i < FREE_DESCRIPTORS; i++) {
                silent.add(connect());
            }
            List<Future<Answer>> added = pods.stream()
                    .map(each -> threads.submit(() -> call("ADD", each)))
                    .toList();
            for (Future<Answer> answer : added) {
                assertIsResultOrError(answer.get());
            }
        } finally {
            for (SocketChannel channel : silent) {
                channel.close();
            }
        }
        limitDescriptors(helper, 1024);

        assertTrue(helper.isAlive(), helper::log);
        for (Pod each : pods) {
            call("DEL", each).succeeded();
        }
        assertEquals(before, node.remains());
        call("ADD", pod).result();
        assertIsMadeByHelper(pod);
    }

    private static void assertIsResultOrError(Answer answer) {
        if (answer.exitStatus() == 0) {
            assertTrue(answer.ip().startsWith("10.88.0."), answer::toString);
        } else {
            answer.fault();
        }
    }

    private SocketChannel connect() throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(HelperProcess.socketOf(node)));
        return channel;
    }

    private static void limitDescriptors(HelperProcess helper, int most) {
        Shell.output(List.of("prlimit", "--pid", helper.proc().getFileName().toString(), "--nofile=" + most + ":"));
    }

    private Answer call(String command, Pod of) {
        return HelperProcess.through(node, node.call(command, conf, of)).answer();
    }

    private void assertIsMadeByHelper(Pod of) throws Exception {
        Patience.await("the helper says that it has made the call", () -> isMadeByHelper(of));
    }

    /** The helper says a line about each call that it has made, soon after. */
    private boolean isMadeByHelper(Pod of) throws IOException {
        Path log = node.directory().resolve("helper.log");
        return Files.readString(log).contains("container=" + of.containerId() + " ");
    }
}
