package dev.hawser.shim.helper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.shim.CompiledLauncher;
import dev.hawser.shim.wire.CallFrame;
import dev.hawser.shim.wire.FrameWriter;
import java.io.IOException;
import java.net.BindException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The helper's socket, and whoever may come to it: after each, a normal call is served, and nothing is left. */
@Timeout(120)
class HelperSocketTest {

    private static final String BUILD = "0.1.0-test";
    private static final Path NAMESPACE = Path.of("/proc/self/ns/net");

    @TempDir
    private Path directory = Path.of("");

    private final Ledger ledger = new Ledger();
    private final List<String> log = new CopyOnWriteArrayList<>();
    private Optional<Helper> helper = Optional.empty();

    @AfterEach
    void stop() throws Exception {
        ledger.go.countDown();
        if (helper.isPresent()) {
            helper.get().stop(true);
        }
    }

    @Test
    void theSocketIsOnlyTheOwners() throws Exception {
        start();

        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket())));
    }

    @Test
    void theSocketOfAHelperThatWasKilledIsTakenOver() throws Exception {
        try (ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            killed.bind(UnixDomainSocketAddress.of(socket()));
        }

        start();

        assertServesAndKeepsNothing(0);
    }

    @Test
    void aFileThatIsNoSocketIsNotReplaced() throws Exception {
        Files.writeString(socket(), "precious");

        BindException refused = assertThrows(BindException.class, () -> open(1, 1, Duration.ofSeconds(1)));

        assertEquals(
                "listen at " + socket() + ": there is a file that is no socket: remove it, or name another socket",
                refused.getMessage());
        assertEquals("precious", Files.readString(socket()));
    }

    @Test
    void aSecondHelperIsRefusedAndTheFirstGoesOn() throws Exception {
        start();

        BindException refused = assertThrows(BindException.class, () -> open(1, 1, Duration.ofSeconds(1)));

        assertEquals(
                "listen at " + socket() + ": a helper is there already: stop it first, or name another socket",
                refused.getMessage());
        assertServesAndKeepsNothing(0);
    }

    @Test
    void whatHelpersLeftThatWereKilledBeforeTheyListenedIsRemoved() throws Exception {
        Path ofNobody = Files.createFile(directory.resolve("socket.new-999999999"));
        Path ofAnother = Files.createFile(directory.resolve("socket.new-1"));
        Path ofNoHelper = Files.createFile(directory.resolve("socket.new-one"));

        start();

        assertFalse(Files.exists(ofNobody));
        assertTrue(Files.exists(ofAnother));
        assertTrue(Files.exists(ofNoHelper));
    }

    @Test
    void aCallIsAnsweredWithAllThatItSaid() throws Exception {
        start();

        try (Client client = Client.connect(socket()).call(add("c1").frame())) {
            assertEquals(new Client.Answer(0, 0, "{\"container\": \"c1\"}", "added c1\n"), client.answerOrThrow());
            client.acknowledge();
        }

        assertEquals(1, ledger.attached.size());
    }

    @Test
    void aFrameThatComesByteByByteIsACall() throws Exception {
        start();

        try (Client client =
                Client.connect(socket()).sendDescriptor(NAMESPACE.toString()).sendDescriptor(NAMESPACE.toString())) {
            for (byte value : add("c1").frame()) {
                client.send(new byte[] {value});
            }
            assertEquals(0, client.answerOrThrow().exitStatus());
            client.acknowledge();
        }
    }

    @Test
    void aCallOfSixMebibytesIsOne() throws Exception {
        start();
        byte[] stdin = new byte[5 * 1024 * 1024];

        try (Client client =
                Client.connect(socket()).call(add("c1").reading(stdin).frame())) {
            assertEquals(0, client.answerOrThrow().exitStatus());
            client.acknowledge();
        }
        assertServesAndKeepsNothing(0);
    }

    @Test
    void aLauncherThatVanishesAtAnyByteOfItsFrameHasNotCalled() throws Exception {
        start();
        int descriptors = descriptors();
        byte[] frame = add("never").frame();

        Client.connect(socket()).close();
        Client.connect(socket()).sendDescriptor(NAMESPACE.toString()).close();
        for (int length = 0; length < frame.length; length++) {
            try (Client client = Client.connect(socket()).call(Arrays.copyOf(frame, length))) {
                assertEquals(0, ledger.carriedOut.get(), client::toString);
            }
        }

        assertServesAndKeepsNothing(descriptors);
        assertEquals(1, ledger.carriedOut.get());
    }

    @Test
    void garbageIsHungUpOn() throws Exception {
        start();
        int descriptors = descriptors();
        Random random = new Random(1);

        for (int round = 0; round < 200; round++) {
            byte[] garbage = new byte[8 + random.nextInt(200)];
            random.nextBytes(garbage);
            try (Client client = Client.connect(socket())) {
                client.call(garbage).awaitEnd();
            }
        }

        assertServesAndKeepsNothing(descriptors);
    }

    /** Nothing more is read as a descriptor once it is known to be none: its time runs out. */
    @Test
    void garbageWithoutDescriptorsKeepsNobodyFromBeingServed() throws Exception {
        start();
        int descriptors = descriptors();
        List<Client> clients = new ArrayList<>();

        for (int round = 0; round < 100; round++) {
            clients.add(Client.connect(socket()));
            if (round % 2 == 0) {
                clients.getLast().sendDescriptor(NAMESPACE.toString());
            }
            clients.getLast().send(status().frame());
        }
        serve();
        clients.forEach(Client::close);

        assertServesAndKeepsNothing(descriptors);
        assertEquals(2, ledger.carriedOut.get());
    }

    @Test
    void aFrameWithOneByteChangedIsACallOrHungUpOn() throws Exception {
        start();
        int descriptors = descriptors();
        byte[] frame = status().frame();

        for (int at = 4; at < frame.length; at++) {
            byte[] changed = frame.clone();
            changed[at] ^= (byte) 0x81;
            try (Client client = Client.connect(socket()).call(changed)) {
                assertTrue(ledger.attached.isEmpty(), client::toString);
            }
        }

        assertServesAndKeepsNothing(descriptors);
    }

    @ParameterizedTest
    @ValueSource(ints = {CallFrame.MAX_BYTES + 1, Integer.MAX_VALUE, Integer.MIN_VALUE, -1})
    void aHugeLengthIsHungUpOnAtOnce(int length) throws Exception {
        start();
        int descriptors = descriptors();
        byte[] head = ByteBuffer.allocate(8)
                .put(new byte[] {'H', 'W', 'S', 'R'})
                .putInt(length)
                .array();

        try (Client client = Client.connect(socket()).call(head)) {
            assertEquals(Optional.empty(), client.answer());
        }

        assertServesAndKeepsNothing(descriptors);
        assertTrue(log.stream().anyMatch(line -> line.contains("a frame of")), log::toString);
    }

    @Test
    void aThousandThatSayNothingKeepNobodyFromBeingServed() throws Exception {
        start();
        int descriptors = descriptors();
        List<Client> silent = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            silent.add(Client.connect(socket()));
        }

        long began = System.nanoTime();
        serve();
        Duration served = Duration.ofNanos(System.nanoTime() - began);
        silent.forEach(Client::close);

        assertTrue(served.toSeconds() < 5, served::toString);
        assertServesAndKeepsNothing(descriptors);
    }

    @Test
    void whoSaysNothingForTenSecondsIsHungUpOn() throws Exception {
        start();

        try (Client silent = Client.connect(socket());
                Client half = Client.connect(socket()).call(new byte[] {'H', 'W'})) {
            silent.awaitEnd();
            half.awaitEnd();
        }

        assertServesAndKeepsNothing(0);
    }

    @Test
    void anAddWhoseLauncherVanishesBeforeTheAnswerIsTakenBack() throws Exception {
        start();
        int descriptors = descriptors();

        try (Client client = Client.connect(socket()).call(add("slow").frame())) {
            await(() -> ledger.carriedOut.get() == 1);
            client.send(new byte[0]);
        }
        ledger.go.countDown();

        await(() -> ledger.takenBack.get() == 1);
        assertServesAndKeepsNothing(descriptors);
    }

    @Test
    void anAddWhoseLauncherVanishesWithoutHavingPrintedIsTakenBack() throws Exception {
        start();
        int descriptors = descriptors();

        try (Client client = Client.connect(socket()).call(add("c1").frame())) {
            assertEquals(0, client.answerOrThrow().exitStatus());
        }

        await(() -> ledger.takenBack.get() == 1);
        assertServesAndKeepsNothing(descriptors);
    }

    @Test
    void anotherBuildIsRefused() throws Exception {
        start();

        assertRefused(add("c1").ofBuild("0.2.0-other"), NAMESPACE, "build");
    }

    @Test
    void anotherNetworkNamespaceIsRefused() throws Exception {
        start();

        assertRefused(add("c1"), Path.of("/proc/self/ns/uts"), "another network namespace");
    }

    @Test
    void anotherRootDirectoryIsRefused() throws Exception {
        start();

        assertRefused(add("c1").below(new CallFrame.FileId(1, 1)), NAMESPACE, "another root directory");
    }

    /** Even where the socket's mode would let it in. */
    @Test
    void anotherUserIsHungUpOn() throws Exception {
        start();
        Path launcher = directory.resolve("launcher");
        CompiledLauncher.compile(launcher, BUILD);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(socket(), PosixFilePermissions.fromString("rw-rw-rw-"));
        ProcessBuilder builder =
                new ProcessBuilder("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", launcher.toString());
        builder.environment().putAll(Map.of("CNI_COMMAND", "ADD", "HAWSER_SOCKET", socket().toString()));
        Process process = builder.redirectErrorStream(true).start();
        process.getOutputStream().close();
        process.getInputStream().readAllBytes();

        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
        assertEquals(0, ledger.carriedOut.get());
        await(() -> log.contains("refused a connection of uid 65534"));
        assertServesAndKeepsNothing(0);
    }

    @Test
    void aCallBeyondItsDeadlineIsGivenBackAndTheLateAddTakenBack() throws Exception {
        start(4, 100, Duration.ofMillis(300));
        int descriptors = descriptors();

        try (Client client = Client.connect(socket()).call(add("slow").frame())) {
            Client.Answer answer = client.answerOrThrow();
            ledger.go.countDown();
            await(() -> ledger.takenBack.get() == 1);
            assertEquals(1, answer.exitStatus());
            assertTrue(answer.stdout().startsWith("code 11: the call took longer than"), answer::toString);
        }

        assertServesAndKeepsNothing(descriptors);
    }

    @Test
    void aFullQueueSaysSoAtOnceAndDeletesGoOn() throws Exception {
        start(1, 2, Duration.ofSeconds(60));
        int descriptors = descriptors();
        List<Client> waiting = new ArrayList<>();
        waiting.add(Client.connect(socket()).call(add("slow1").frame()));
        await(() -> ledger.carriedOut.get() == 1);
        waiting.add(Client.connect(socket()).call(add("slow2").frame()));
        waiting.add(Client.connect(socket()).call(add("slow3").frame()));

        Client.Answer refused;
        try (Client client = Client.connect(socket()).call(add("slow4").frame())) {
            refused = client.answerOrThrow();
        }
        try (Client client = Client.connect(socket()).call(call("DEL", "other").frame())) {
            assertEquals(0, client.answerOrThrow().exitStatus());
        }
        ledger.go.countDown();
        for (Client client : waiting) {
            assertEquals(0, client.answerOrThrow().exitStatus());
            client.acknowledge();
            client.close();
        }

        assertEquals(1, refused.exitStatus());
        assertTrue(refused.stdout().startsWith("code 11: too many calls are waiting"), refused::toString);
        assertServesAndKeepsNothing(descriptors);
    }

    @Test
    void callsThatWaitForAServerHoldUpNobody() throws Exception {
        start(1, 2, Duration.ofSeconds(60));
        int descriptors = descriptors();
        List<Client> waiting = new ArrayList<>();
        for (int i = 1; i <= 20; i++) {
            waiting.add(Client.connect(socket()).call(add("away" + i).frame()));
            int expected = i;
            await(() -> ledger.carriedOut.get() == expected);
        }

        serve(add("normal"));

        assertTrue(ledger.attached.remove("normal"));
        assertEquals(List.of(), List.copyOf(ledger.attached));
        ledger.go.countDown();
        for (Client client : waiting) {
            assertEquals(0, client.answerOrThrow().exitStatus());
            client.acknowledge();
            client.close();
        }
        assertEquals(20, ledger.attached.size());
        assertServesAndKeepsNothing(descriptors);
    }

    /** A stack that overflows, memory that is used up: the launcher does not wait for the deadline. */
    @Test
    void aCallThatEndsItsThreadIsAnsweredAllTheSame() throws Exception {
        start();
        int descriptors = descriptors();

        for (int i = 0; i < 20; i++) {
            try (Client client = Client.connect(socket()).call(add("broken" + i).frame())) {
                Client.Answer answer = client.answerOrThrow();
                assertEquals(1, answer.exitStatus());
                assertTrue(answer.stdout().contains("StackOverflowError"), answer::toString);
            }
        }

        assertServesAndKeepsNothing(descriptors);
    }

    @Test
    void aHelperThatStopsFinishesWhatRunsAndGivesBackWhatWaits() throws Exception {
        start(1, 100, Duration.ofSeconds(60));
        Client running = Client.connect(socket()).call(add("slow").frame());
        await(() -> ledger.carriedOut.get() == 1);
        Client waiting = Client.connect(socket()).call(add("c2").frame());
        serve(status());

        Thread stopping = Thread.ofPlatform().start(() -> {
            try {
                helper.orElseThrow().stop(true);
            } catch (IOException | InterruptedException e) {
                log.add(e.toString());
            }
        });
        Client.Answer givenBack = waiting.answerOrThrow();
        ledger.go.countDown();
        Client.Answer finished = running.answerOrThrow();
        running.acknowledge();
        stopping.join();
        helper = Optional.empty();

        assertTrue(givenBack.stdout().startsWith("code 11: the helper is stopping"), givenBack::toString);
        assertEquals(0, finished.exitStatus());
        assertEquals(1, ledger.attached.size());
        assertFalse(Files.exists(socket()));
        assertFalse(log.stream().anyMatch(line -> line.startsWith("stop")), log::toString);
        waiting.close();
        running.close();
    }

    /** It has connected, and its runtime has not yet written the configuration. */
    @Test
    void aLauncherThatHadConnectedWhenTheHelperStoppedIsTold() throws Exception {
        start();
        try (Client slow = Client.connect(socket())) {
            Thread stopping = Thread.ofPlatform().start(() -> {
                try {
                    helper.orElseThrow().stop(false);
                } catch (IOException | InterruptedException e) {
                    log.add("stop: " + e);
                }
            });
            assertFalse(stopping.join(Duration.ofMillis(600)), "it waits for who has come");

            Client.Answer refused = slow.call(add("c1").frame()).answerOrThrow();

            assertEquals(1, refused.kind());
            assertEquals("the helper is stopping\n", refused.stderr());
            stopping.join();
        }
        assertEquals(0, ledger.carriedOut.get());
        assertFalse(log.stream().anyMatch(line -> line.startsWith("stop")), log::toString);
    }

    private void assertRefused(FrameWriter frame, Path namespace, String why) throws Exception {
        int descriptors = descriptors();
        try (Client client = Client.connect(socket())
                .sendDescriptor(namespace.toString())
                .sendDescriptor(NAMESPACE.toString())
                .send(frame.frame())) {
            Client.Answer answer = client.answerOrThrow();
            assertEquals(1, answer.kind());
            assertTrue(answer.stderr().contains(why), answer::toString);
        }
        assertEquals(0, ledger.carriedOut.get());
        assertServesAndKeepsNothing(descriptors);
    }

    /** @param descriptors how many there were before, 0 if that does not matter */
    private void assertServesAndKeepsNothing(int descriptors) throws Exception {
        serve();
        if (descriptors > 0) {
            await(() -> descriptors() <= descriptors);
        }
        // The helper of this test has one, and those of earlier tests have ended theirs.
        await(() -> firstThreads() <= 1);
    }

    private static long firstThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("call-1"))
                .count();
    }

    private void serve() throws Exception {
        serve(add("normal"));
        assertTrue(ledger.attached.remove("normal"));
    }

    private void serve(FrameWriter call) throws Exception {
        try (Client client = Client.connect(socket()).call(call.frame())) {
            assertEquals(0, client.answerOrThrow().exitStatus());
            client.acknowledge();
        }
    }

    private void start() throws Exception {
        start(4, 100, Duration.ofSeconds(60));
    }

    /** One call is made at once, so that the threads and descriptors of the first are there already. */
    private void start(int addThreads, int waiting, Duration deadline) throws Exception {
        helper = Optional.of(open(addThreads, waiting, deadline));
        serve();
        ledger.carriedOut.set(0);
    }

    private Helper open(int addThreads, int waiting, Duration deadline) throws IOException {
        HelperSettings settings = new HelperSettings(
                socket(),
                OptionalInt.empty(),
                Path.of("/proc/self/exe"),
                BUILD,
                addThreads,
                16,
                waiting,
                deadline,
                Duration.ofSeconds(10));
        return Helper.start(settings, ledger, () -> log.add("replaced"), CallObserver.NONE, log::add);
    }

    private Path socket() {
        return directory.resolve("socket");
    }

    private static FrameWriter add(String container) {
        return call("ADD", container);
    }

    private static FrameWriter status() {
        return FrameWriter.call(BUILD, FileIds.of(Path.of("/")), Map.of("CNI_COMMAND", "STATUS"));
    }

    private static FrameWriter call(String command, String container) {
        return FrameWriter.call(BUILD, FileIds.of(Path.of("/")), Map.of("CNI_COMMAND", command))
                .with("CNI_CONTAINERID", container);
    }

    private static int descriptors() {
        try (Stream<Path> list = Files.list(Path.of("/proc/self/fd"))) {
            return (int) list.count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 2000 && !condition.getAsBoolean(); i++) {
            Thread.sleep(5);
        }
        assertTrue(condition.getAsBoolean());
    }
}
