package dev.hawser.shim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.ipam.Pools;
import dev.hawser.run.Phases;
import dev.hawser.run.Phases.Phase;
import dev.hawser.shim.helper.Calls;
import dev.hawser.shim.helper.Helper;
import dev.hawser.shim.helper.HelperSettings;
import dev.hawser.shim.helper.LaneLoad;
import dev.hawser.shim.observe.LogWriter;
import dev.hawser.shim.observe.Observation;
import dev.hawser.shim.observe.Source;
import dev.hawser.shim.wire.CallFrame;
import dev.hawser.spec.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A helper whose calls are ours, the real launcher, and what the helper says meanwhile. */
class ObservedHelperTest {

    private static final String BUILD = "test";

    @TempDir
    private Path directory = Path.of("");

    private final Semaphore begun = new Semaphore(0);
    private final CountDownLatch mayEnd = new CountDownLatch(1);
    private final ByteArrayOutputStream lines = new ByteArrayOutputStream();
    private final LogWriter log = new LogWriter(lines);
    private final List<Process> launchers = new ArrayList<>();
    private Optional<Helper> helper = Optional.empty();

    /** Waits in the kernel's phase until it may end. */
    private final class WaitingCalls implements Calls {

        @Override
        public int carryOut(CallFrame call, int netns, Reply reply, Phases phases) throws IOException {
            phases.network("pods");
            begun.release();
            phases.in(Phase.KERNEL, this::await);
            reply.write(0, "{}".getBytes(StandardCharsets.UTF_8));
            return 0;
        }

        private void await() {
            try {
                mayEnd.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public byte[] tryAgainLater(String message, String details) {
            return ("{\"code\": 11, \"msg\": \"" + message + "\"}").getBytes(StandardCharsets.UTF_8);
        }
    }

    @BeforeEach
    void start() throws Exception {
        compileLauncher();
        helper = Optional.of(startHelper());
    }

    private Helper startHelper() throws IOException {
        HelperSettings settings = new HelperSettings(
                directory.resolve("h.sock"),
                OptionalInt.empty(),
                directory.resolve("launcher"),
                BUILD,
                1,
                1,
                1,
                Duration.ofSeconds(60),
                Duration.ofSeconds(30));
        Observation observation = Observation.open(
                new Observation.Settings("0.1.0", BUILD, Set.of("bridge"), Duration.ofSeconds(1), Instant.now()),
                log,
                Map.of());
        Helper started = Helper.start(settings, new WaitingCalls(), () -> {}, observation, log);
        started.publish(observation.pages(source(started)), Optional.empty());
        return started;
    }

    private static Source source(Helper helper) {
        return new Source() {
            @Override
            public List<LaneLoad> load() {
                return helper.load();
            }

            @Override
            public boolean isDraining() {
                return helper.isDraining();
            }

            @Override
            public List<Pools.Usage> pools() {
                return List.of();
            }
        };
    }

    private void compileLauncher() throws Exception {
        Process gcc = new ProcessBuilder(
                        "gcc",
                        "-std=c17",
                        "-DHAWSER_BUILD=\"" + BUILD + "\"",
                        "-o",
                        directory.resolve("bridge").toString(),
                        "src/main/c/launcher.c")
                .inheritIO()
                .start();
        assertEquals(0, gcc.waitFor());
    }

    @AfterEach
    void stop() throws Exception {
        mayEnd.countDown();
        for (Process launcher : launchers) {
            assertTrue(launcher.waitFor(20, TimeUnit.SECONDS), "ends");
        }
        if (helper.isPresent()) {
            helper.get().stop(true);
        }
        log.close();
        assertTrue(Files.notExists(directory.resolve("h.sock.http")), "the socket is gone");
    }

    @Test
    void itTellsAboutItselfWhileAllThreadsAreBusy() throws Exception {
        // One after the other: there is room for one call that has not begun.
        for (String verb : List.of("ADD", "DEL", "STATUS", "STATUS")) {
            call(verb, verb.equals("STATUS") ? "" : verb);
            assertTrue(begun.tryAcquire(1, 30, TimeUnit.SECONDS), verb);
        }
        call("ADD", "c");
        await("/metrics", "hawser_queue_depth{lane=\"adds\"} 1");

        assertEquals("ok\n", get("/healthz"));
        assertTrue(get("/metrics").contains("hawser_calls_running{lane=\"questions\"} 2"), get("/metrics"));
        Figures adds = Figures.of(Json.parse(get("/status").getBytes(StandardCharsets.UTF_8)))
                .list("lanes")
                .getFirst();
        assertEquals(
                "adds 1 1 1",
                adds.text("lane") + " " + adds.text("waiting") + " " + adds.text("running") + " "
                        + adds.text("threads"));
        assertEquals("[]\n", get("/trace/ADD"));
    }

    @Test
    void itTellsAboutItselfUntilTheLastCallIsDone() throws Exception {
        call("ADD", "a");
        assertTrue(begun.tryAcquire(1, 30, TimeUnit.SECONDS));
        assertTrue(get("/status").contains("\"state\": \"serving\""), get("/status"));
        Thread stopping = stopInBackground();

        await("/status", "\"state\": \"draining\"");
        IOException unhealthy = assertThrows(IOException.class, () -> get("/healthz"));
        assertTrue(String.valueOf(unhealthy.getMessage()).contains(" 503 "), unhealthy::toString);
        assertTrue(get("/metrics").contains("hawser_calls_running{lane=\"adds\"} 1"), get("/metrics"));
        assertTrue(get("/metrics").contains("hawser_draining 1"), get("/metrics"));
        awaitGone("h.sock");
        assertTrue(get("/status").contains("\"state\": \"draining\""), "though its socket is gone");

        mayEnd.countDown();
        stopping.join();
        assertTrue(Files.notExists(directory.resolve("h.sock.http")), "the last thing to go");
        assertEquals(0, launchers.getFirst().waitFor(), "the call is answered");
    }

    @Test
    void theNextHelperIsAskedUnderTheNameOfOneThatDrains() throws Exception {
        call("ADD", "a");
        assertTrue(begun.tryAcquire(1, 30, TimeUnit.SECONDS));
        Thread stopping = stopInBackground();
        awaitGone("h.sock");

        Helper next = startHelper();
        try {
            assertTrue(get("/status").contains("\"state\": \"serving\""), get("/status"));
            mayEnd.countDown();
            stopping.join();
            assertEquals("ok\n", get("/healthz"), "it took nothing away that is not its own");
        } finally {
            next.stop(true);
        }
    }

    private Thread stopInBackground() {
        Helper stopped = helper.orElseThrow();
        helper = Optional.empty();
        return Thread.ofPlatform().start(() -> {
            try {
                stopped.stop(true);
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    private void awaitGone(String file) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (Files.exists(directory.resolve(file))) {
            assertTrue(System.nanoTime() < end, file);
            Thread.sleep(5);
        }
    }

    @Test
    void aCallThatHasEndedIsTracedCountedAndLogged() throws Exception {
        mayEnd.countDown();
        call("ADD", "a");
        await("/trace/a", "\"verb\": \"ADD\"");

        Figures traced = Figures.list(Json.parse(get("/trace/a").getBytes(StandardCharsets.UTF_8)))
                .getFirst();
        assertEquals(
                "bridge pods 0",
                traced.text("plugin") + " " + traced.text("network") + " " + traced.text("exitStatus"));
        assertTrue(traced.object("phaseNanos").number("launcher") > 0, traced.toString());
        assertTrue(traced.object("phaseNanos").number("answer") > 0, traced.toString());
        await("/metrics", "hawser_call_duration_seconds_count{plugin=\"bridge\",verb=\"ADD\"} 1");
        String text = StatusText.of(Figures.of(new HelperPages(directory.resolve("h.sock.http")).get("/status")));
        assertTrue(text.lines().anyMatch(line -> line.matches("ADD +1 +0 +[0-9.]+ ms +[0-9.]+ ms +1")), text);
        log.close();
        assertTrue(lines.toString(StandardCharsets.UTF_8).contains("verb=ADD plugin=bridge network=pods container=a"));
    }

    @Test
    void aCallForWhichThereIsNoRoomIsCountedAsAnError() throws Exception {
        call("ADD", "a");
        assertTrue(begun.tryAcquire(1, 30, TimeUnit.SECONDS));
        call("ADD", "b");
        await("/metrics", "hawser_queue_depth{lane=\"adds\"} 1");

        call("ADD", "c");

        await("/metrics", "hawser_call_errors_total{code=\"11\",plugin=\"bridge\",verb=\"ADD\"} 1");
        assertTrue(get("/trace/c").contains("too many calls are waiting"), get("/trace/c"));
    }

    private void call(String verb, String containerId) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(directory.resolve("bridge").toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment()
                .putAll(Map.of(
                        "HAWSER_SOCKET",
                        directory.resolve("h.sock").toString(),
                        "CNI_COMMAND",
                        verb,
                        "CNI_CONTAINERID",
                        containerId,
                        "CNI_NETNS",
                        "/proc/self/ns/net",
                        "CNI_IFNAME",
                        "eth0"));
        Process launcher = builder.start();
        launcher.getOutputStream().close();
        launchers.add(launcher);
    }

    private String get(String path) throws IOException {
        return new HelperPages(directory.resolve("h.sock.http")).text(path);
    }

    /** Until a page says something. */
    private void await(String path, String wanted) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        String page = get(path);
        while (!page.contains(wanted)) {
            assertTrue(System.nanoTime() < end, page);
            Thread.sleep(10);
            page = get(path);
        }
    }
}
