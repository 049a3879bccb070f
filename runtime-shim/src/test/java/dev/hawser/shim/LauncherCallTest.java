package dev.hawser.shim;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.shim.wire.CallFrame;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Plugin calls of the launcher, between a helper that does what the test says and a "JVM" that keeps what it was given. What the
 * helper certainly did not begin, the JVM does, with every byte of stdin.
 */
@Timeout(120)
final class LauncherCallTest {

    private static final String BUILD = "0.1.0-test";
    private static final int JVM = 7;

    /** Json.MAX_BYTES and one more: the launcher reads no further. */
    private static final int LONGEST_STDIN = 4 * 1024 * 1024 + 1;

    @TempDir
    private static Path build = Path.of("");

    @TempDir
    private Path root = Path.of("");

    private Path launcher = Path.of("");
    private Path socket = Path.of("");
    private final Map<String, String> environment = new TreeMap<>();

    /** How a call ended. */
    private record Outcome(int status, String out, String err) {}

    @BeforeAll
    static void compile() throws Exception {
        CompiledLauncher.compile(build.resolve("launcher"), BUILD);
    }

    @BeforeEach
    void makeTree() throws IOException {
        for (String directory : List.of("tree/bin", "tree/conf", "tree/lib", "tree/runtime/bin", "jvm")) {
            Files.createDirectories(root.resolve(directory));
        }
        launcher = Files.copy(build.resolve("launcher"), root.resolve("tree/bin/hawser"));
        socket = root.resolve("socket");
        program(root.resolve("tree/runtime/bin/java"), """
                #!/bin/sh
                cd %s
                printf '%%s\\n' "$@" >arguments
                env -0 >environment
                cat >stdin
                echo "the JVM's answer"
                exit %d
                """.formatted(root.resolve("jvm"), JVM));
        Files.writeString(root.resolve("tree/lib/classpath"), "a.jar\n");
        Files.writeString(root.resolve("tree/conf/jvm.options"), "");
        environment.put("CNI_COMMAND", "ADD");
        environment.put("CNI_CONTAINERID", "c1");
        environment.put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        environment.put("HAWSER_SOCKET", socket.toString());
    }

    @Test
    void withoutAHelperTheJvmIsStarted() throws Exception {
        assertJvmMakesTheCall(call("{}".getBytes(UTF_8)), "{}".getBytes(UTF_8));
    }

    @Test
    void anEmptySocketNameMeansNoHelper() throws Exception {
        environment.put("HAWSER_SOCKET", "");

        assertJvmMakesTheCall(call(new byte[] {1}), new byte[] {1});
    }

    @Test
    void aSocketNameThatIsTooLongMeansNoHelper() throws Exception {
        environment.put("HAWSER_SOCKET", "/" + "x".repeat(107));

        assertJvmMakesTheCall(call(new byte[] {1}), new byte[] {1});
    }

    @Test
    void aSocketThatNobodyListensOnMeansNoHelper() throws Exception {
        FakeHelper.at(socket, launcher -> {}).close();
        assertTrue(Files.exists(socket));

        assertJvmMakesTheCall(call(new byte[] {1}), new byte[] {1});
    }

    @Test
    void aFileThatIsNoSocketMeansNoHelper() throws Exception {
        Files.writeString(socket, "not a socket");

        assertJvmMakesTheCall(call(new byte[] {1}), new byte[] {1});
    }

    @Test
    void aHelperThatIsFullIsNotWaitedFor() throws Exception {
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(socket), 1);
            List<SocketChannel> waiting = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                waiting.add(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
            }

            assertJvmMakesTheCall(call(new byte[] {1}), new byte[] {1});
            for (SocketChannel channel : waiting) {
                channel.close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100_000, LONGEST_STDIN})
    void aRefusedCallIsTheJvmsWithEveryByteOfStdin(int length) throws Exception {
        byte[] stdin = random(length);
        AtomicReference<byte[]> relayed = new AtomicReference<>(new byte[0]);

        try (FakeHelper helper = FakeHelper.at(socket, launcher -> {
            relayed.set(stdinOf(launcher.call()));
            launcher.refuse("another build\n");
        })) {
            assertJvmMakesTheCall(call(stdin), stdin);
            helper.join();
        }
        assertArrayEquals(stdin, relayed.get());
    }

    @Test
    void stdinThatIsTooLongIsCutWhereItIsKnownToBe() throws Exception {
        byte[] stdin = random(LONGEST_STDIN + 100_000);

        try (FakeHelper helper = FakeHelper.at(socket, launcher -> {
            launcher.call();
            launcher.refuse("");
        })) {
            assertJvmMakesTheCall(call(stdin), Arrays.copyOf(stdin, LONGEST_STDIN));
            helper.join();
        }
    }

    /** More than the buffers of a socket hold: the launcher knows that the helper has not got all. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 9, 10, 11, 100, 1000, 4096, 65_536, 500_000})
    void aHelperThatHangsUpBeforeItHasTheWholeCallHasNotBegunIt(int bytes) throws Exception {
        byte[] stdin = random(2_000_000);

        try (FakeHelper helper = FakeHelper.at(socket, launcher -> launcher.bytes(bytes))) {
            assertJvmMakesTheCall(call(stdin), stdin);
            helper.join();
        }
    }

    /** A short call fits into the socket's buffer: whether anybody has read it, the launcher cannot know. */
    @Test
    void aHelperThatHangsUpAtAnyByteOfAShortCallLeavesNoCallWithoutAnswer() throws Exception {
        byte[] stdin = "{\"name\": \"n\"}".getBytes(UTF_8);
        AtomicInteger length = new AtomicInteger();
        try (FakeHelper helper = FakeHelper.at(socket, launcher -> length.set(launcher.frame().length))) {
            call(stdin);
            helper.join();
        }

        for (int bytes = 0; bytes < length.get(); bytes += 17) {
            int read = bytes;
            Files.deleteIfExists(socket);
            try (FakeHelper helper = FakeHelper.at(socket, launcher -> launcher.bytes(read))) {
                Outcome outcome = call(stdin);
                helper.join();
                if (outcome.status() == JVM) {
                    assertJvmMakesTheCall(outcome, stdin);
                } else {
                    assertTriesAgainLater(outcome);
                }
            }
        }
    }

    @Test
    void anAddWhoseAnswerIsLostIsForTheRuntimeToRepeat() throws Exception {
        try (FakeHelper helper = FakeHelper.at(socket, FakeHelper.Peer::call)) {
            assertTriesAgainLater(call(new byte[] {1}));
            helper.join();
        }
        assertFalse(Files.exists(root.resolve("jvm/stdin")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"DEL", "CHECK", "GC", "STATUS"})
    void whatMayRunTwiceRunsInTheJvmWhenTheAnswerIsLost(String command) throws Exception {
        byte[] stdin = random(100_000);
        environment.put("CNI_COMMAND", command);

        try (FakeHelper helper = FakeHelper.at(socket, FakeHelper.Peer::call)) {
            assertJvmMakesTheCall(call(stdin), stdin);
            helper.join();
        }
    }

    @Test
    void everyAnswerThatIsCutOffIsALostOne() throws Exception {
        ByteBuffer whole = ByteBuffer.wrap("HWSA\0\0\0\0\0\0\0\6\0\0\0\4answererr\n".getBytes(ISO_8859_1));

        for (int length = 0; length < whole.limit(); length++) {
            ByteBuffer half = whole.slice(0, length);
            assertTriesAgainLater(callAnswered("ADD", half));
            assertJvmMakesTheCall(callAnswered("DEL", half), new byte[] {1});
        }
    }

    @Test
    void anAnswerThatIsNoneIsALostOne() throws Exception {
        List<String> garbage = List.of(
                "HTTP/1.1 400 Bad Request\r\n\r\n",
                "HWSR" + "\0".repeat(12),
                "HWSA\0\0\0\0\377\377\377\377\0\0\0\0",
                "HWSA\0\0\0\0\0\0\0\0\377\377\377\377",
                "HWSA\0\0\0\0\177\377\377\377\177\377\377\377",
                "HWSA\0\0\0\0\4\0\0\0\4\0\0\0 much less than announced",
                "\0".repeat(100));
        for (String answer : garbage) {
            assertTriesAgainLater(callAnswered("ADD", ByteBuffer.wrap(answer.getBytes(ISO_8859_1))));
        }
    }

    @Test
    void randomAnswersEndTheCall() throws Exception {
        Random random = new Random(3);
        for (int i = 0; i < 10; i++) {
            byte[] answer = new byte[random.nextInt(64)];
            random.nextBytes(answer);
            assertTriesAgainLater(callAnswered("ADD", ByteBuffer.wrap(answer)));
        }
    }

    @Test
    void theAnswerIsPrintedAsItIsAndAcknowledged() throws Exception {
        String document = "{\"ü\": \"\u0000\u0001 %s %n\\n\"}\n".repeat(10_000);
        AtomicBoolean acknowledged = new AtomicBoolean();
        Outcome outcome;

        try (FakeHelper helper = FakeHelper.at(socket, launcher -> {
            launcher.call();
            launcher.answer(1, document, "a line\n");
            acknowledged.set(launcher.acknowledges());
        })) {
            outcome = call(new byte[0]);
            helper.join();
        }

        assertEquals(new Outcome(1, document, "a line\n"), outcome);
        assertTrue(acknowledged.get());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 255})
    void theExitStatusIsPassedOn(int status) throws Exception {
        try (FakeHelper helper = FakeHelper.at(socket, launcher -> {
            launcher.call();
            launcher.answer(status, "", "");
            launcher.acknowledges();
        })) {
            assertEquals(new Outcome(status, "", ""), call(new byte[0]));
            helper.join();
        }
    }

    @Test
    void anAnswerThatNobodyReadsIsNotAcknowledged() throws Exception {
        assertFalse(acknowledgesWhenPrintingTo("exec \"$0\" | exec sleep 0"), "the reader has gone");
    }

    @Test
    void anAnswerThatNobodyReadsIsNotAcknowledgedWhereSigpipeIsIgnored() throws Exception {
        assertFalse(acknowledgesWhenPrintingTo("trap '' PIPE; \"$0\" | exec sleep 0"), "EPIPE");
    }

    @Test
    void anAnswerForAFullDiskIsNotAcknowledged() throws Exception {
        assertFalse(acknowledgesWhenPrintingTo("exec \"$0\" >/dev/full"), "ENOSPC");
    }

    /** The socket must not become stdout, which would be the acknowledgement of what nobody has seen. */
    @Test
    void anAnswerForAClosedStdoutIsNotAcknowledged() throws Exception {
        assertFalse(acknowledgesWhenPrintingTo("exec \"$0\" >&-"), "EBADF");
        assertFalse(acknowledgesWhenPrintingTo("exec \"$0\" >&- 2>&-"), "EBADF");
    }

    @Test
    void aClosedStdinIsAnErrorAndNoCall() throws Exception {
        AtomicReference<Boolean> called = new AtomicReference<>(false);
        Outcome outcome;

        try (FakeHelper helper = FakeHelper.at(socket, launcher -> called.set(launcher.acknowledges()))) {
            outcome = finish(start(List.of("bash", "-c", "exec \"$0\" <&-", launcher.toString())), new byte[0]);
            helper.join();
        }

        assertEquals(1, outcome.status(), outcome::toString);
        assertTrue(outcome.out().contains("\"code\": 5,"), outcome::toString);
        assertTrue(outcome.out().contains("error reading from stdin: Bad file descriptor"), outcome::toString);
        assertFalse(called.get());
    }

    @Test
    void versionDoesNotReadStdin() throws Exception {
        environment.put("CNI_COMMAND", "VERSION");
        AtomicReference<byte[]> relayed = new AtomicReference<>(new byte[] {1});

        try (FakeHelper helper = FakeHelper.at(socket, launcher -> {
            relayed.set(stdinOf(launcher.call()));
            launcher.answer(0, "{}", "");
            launcher.acknowledges();
        })) {
            Process process = start(List.of(launcher.toString()));
            assertTrue(process.waitFor(20, TimeUnit.SECONDS), "waits for no stdin");
            helper.join();
            assertEquals(0, process.exitValue());
            process.getOutputStream().close();
        }
        assertEquals(0, relayed.get().length);
    }

    @Test
    void theWholeCallIsRelayed() throws Exception {
        String longText = "K8S_POD_NAME=" + "x".repeat(100_000);
        environment.put("CNI_ARGS", longText);
        environment.put("CNI_PATH", "a\nb=c\n");
        environment.put("TRACEPARENT", "00-1-2-01");
        environment.put("HOME", "/root");
        AtomicReference<CallFrame> relayed = new AtomicReference<>();
        long before = System.nanoTime();

        try (FakeHelper helper = FakeHelper.at(socket, launcher -> {
            relayed.set(launcher.call());
            launcher.answer(0, "", "");
            launcher.acknowledges();
        })) {
            ProcessBuilder builder = builder(List.of(
                    "bash",
                    "-c",
                    "exec -a /cni/bin/hawser-bridge \"$0\" \"$@\"",
                    launcher.toString(),
                    "an argument",
                    ""));
            builder.directory(root.resolve("jvm").toFile());
            assertEquals(new Outcome(0, "", ""), finish(builder.start(), new byte[] {1, 2}));
            helper.join();
        }

        CallFrame call = relayed.get();
        assertEquals(BUILD, call.build());
        assertEquals(List.of("/cni/bin/hawser-bridge", "an argument", ""), call.arguments());
        assertEquals(
                Map.of(
                        "CNI_COMMAND", "ADD",
                        "CNI_CONTAINERID", "c1",
                        "CNI_ARGS", longText,
                        "CNI_PATH", "a\nb=c\n",
                        "TRACEPARENT", "00-1-2-01",
                        "PATH", "/usr/sbin:/usr/bin:/sbin:/bin"),
                call.environment());
        assertEquals(root.resolve("jvm").toRealPath().toString(), call.directory());
        assertEquals(2, call.netnsErrno(), "ENOENT: there was no CNI_NETNS");
        assertEquals(Files.getAttribute(Path.of("/"), "unix:ino"), call.root().inode());
        assertTrue(call.startedNanos() >= before && call.startedNanos() <= System.nanoTime());
        assertArrayEquals(new byte[] {1, 2}, stdinOf(call));
    }

    @Test
    void bytesThatAreNoTextAreRelayedAsTheyAre() throws Exception {
        AtomicReference<String> frame = new AtomicReference<>("");

        try (FakeHelper helper = FakeHelper.at(socket, launcher -> {
            frame.set(new String(launcher.frame(), ISO_8859_1));
            launcher.answer(0, "", "");
            launcher.acknowledges();
        })) {
            finish(
                    start(List.of(
                            "bash", "-c", "export CNI_ARGS=$'\\377\\376=\\200'; exec \"$0\"", launcher.toString())),
                    new byte[0]);
            helper.join();
        }

        assertTrue(frame.get().contains("CNI_ARGS=\u00ff\u00fe=\u0080"), frame.get());
    }

    @Test
    void aNetnsThatIsAFifoIsNotWaitedFor() throws Exception {
        Path fifo = root.resolve("fifo");
        assertEquals(0, new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor());
        environment.put("CNI_NETNS", fifo.toString());
        AtomicReference<CallFrame> relayed = new AtomicReference<>();

        try (FakeHelper helper = FakeHelper.at(socket, launcher -> {
            relayed.set(launcher.call());
            launcher.answer(0, "", "");
            launcher.acknowledges();
        })) {
            assertEquals(new Outcome(0, "", ""), call(new byte[0]));
            helper.join();
        }
        assertEquals(0, relayed.get().netnsErrno());
    }

    /** Ends when its answer has come and cannot be printed; false if it said that it was. */
    private boolean acknowledgesWhenPrintingTo(String script) throws Exception {
        AtomicBoolean acknowledged = new AtomicBoolean();
        Files.deleteIfExists(socket);
        try (FakeHelper helper = FakeHelper.at(socket, launcher -> {
            launcher.call();
            pause(300);
            launcher.answer(0, "a result", "");
            acknowledged.set(launcher.acknowledges());
        })) {
            finish(start(List.of("bash", "-c", script, launcher.toString())), new byte[0]);
            helper.join();
        }
        return acknowledged.get();
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private Outcome callAnswered(String command, ByteBuffer answer) throws Exception {
        environment.put("CNI_COMMAND", command);
        Files.deleteIfExists(socket);
        try (FakeHelper helper = FakeHelper.at(socket, launcher -> {
            launcher.call();
            launcher.write(answer);
        })) {
            Outcome outcome = call(new byte[] {1});
            helper.join();
            return outcome;
        }
    }

    private void assertJvmMakesTheCall(Outcome outcome, byte[] stdin) throws IOException {
        assertEquals(new Outcome(JVM, "the JVM's answer\n", ""), outcome);
        assertArrayEquals(stdin, Files.readAllBytes(root.resolve("jvm/stdin")));
        List<String> arguments = Files.readAllLines(root.resolve("jvm/arguments"));
        assertEquals("dev.hawser.app.Main", arguments.getLast());
        List<String> passed = List.of(
                Files.readString(root.resolve("jvm/environment"), ISO_8859_1).split("\0"));
        environment.forEach(
                (name, value) -> assertTrue(passed.contains(name + "=" + value), () -> name + " in " + passed));
        Files.delete(root.resolve("jvm/stdin"));
    }

    private static void assertTriesAgainLater(Outcome outcome) {
        assertEquals(new Outcome(1, """
                        {
                            "code": 11,
                            "msg": "the helper went away before it answered: try again later"
                        }""", ""), outcome);
    }

    private Outcome call(byte[] stdin) throws Exception {
        return finish(start(List.of(launcher.toString())), stdin);
    }

    private Process start(List<String> command) throws IOException {
        return builder(command).start();
    }

    private ProcessBuilder builder(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder;
    }

    private static Outcome finish(Process process, byte[] stdin) throws Exception {
        CompletableFuture<String> out = drained(process.getInputStream());
        CompletableFuture<String> err = drained(process.getErrorStream());
        feed(process, stdin);
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("the launcher hangs");
        }
        return new Outcome(process.exitValue(), out.get(), err.get());
    }

    private static CompletableFuture<String> drained(InputStream stream) {
        CompletableFuture<String> text = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                text.complete(new String(stream.readAllBytes(), UTF_8));
            } catch (IOException e) {
                text.completeExceptionally(e);
            }
        });
        return text;
    }

    /** Who is content with less than all of stdin closes it. */
    private static void feed(Process process, byte[] stdin) throws IOException {
        try (OutputStream out = process.getOutputStream()) {
            out.write(stdin);
        } catch (IOException e) {
            assertTrue(
                    String.valueOf(e.getMessage()).contains("Broken pipe")
                            || String.valueOf(e.getMessage()).contains("Stream closed"),
                    e::toString);
        }
    }

    private static byte[] stdinOf(CallFrame call) {
        byte[] bytes = new byte[call.stdin().remaining()];
        call.stdin().duplicate().get(bytes);
        return bytes;
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static void program(Path file, String script) throws IOException {
        Files.writeString(file, script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
