package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.resident.HelperMetrics;
import dev.hawser.resident.RunningHelper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code hawser install} puts other releases in the place of the one in use while pods come and go. */
@Timeout(300)
class UpgradeTest {

    private static final int UPGRADES = 3;
    private static final int THREADS = 3;
    private static final int CALLS_BETWEEN_UPGRADES = 20;

    /** What keeps the helper running: a program that is given {@code <prefix>/bin/hawser}, and HAWSER_SOCKET. */
    enum Service {
        /** {@code hawser helper run &} in a loop. */
        LISTENS_ITSELF("while :; do \"$0\" helper run; sleep 0.1; done"),

        /** hawser.socket and hawser.service: the socket is systemd's, and stays while the helper restarts. */
        HAS_A_SOCKET_OF_SYSTEMD("""
                exec systemd-socket-activate --setenv=HAWSER_SOCKET --listen="$HAWSER_SOCKET" bash -c '
                    while :; do
                        (export LISTEN_PID=$BASHPID; exec "$0" helper run)
                        sleep 0.1
                    done' "$0"
                """);

        private final String script;

        Service(String script) {
            this.script = script;
        }

        ProcessBuilder start(Path hawser) {
            return new ProcessBuilder("bash", "-c", script, hawser.toString());
        }
    }

    @RegisterExtension
    final TestNode node = new TestNode();

    private final Conf conf = node.dualStack().with("ipMasq", true);
    private final Path prefix = node.directory().resolve("opt");
    private final Path cniBin = node.directory().resolve("bin");
    private final Path socket = node.directory().resolve("hawser.sock");

    @ParameterizedTest
    @EnumSource
    void noCallIsLost(Service service) throws Exception {
        node.add(conf, node.pod()).result();
        Remains before = node.remains();
        Release built = Release.built();
        Release successor = built.successor(node.directory().resolve("successor"));
        built.install(prefix, cniBin);
        run(service);

        List<Answer> failed = whilePodsComeAndGo(() -> {
            awaitCallsOf(built);
            for (int upgrade = 0; upgrade < UPGRADES; upgrade++) {
                Release next = upgrade % 2 == 0 ? successor : built;
                next.install(prefix, cniBin);
                awaitCallsOf(next);
            }
        });

        assertEquals(List.of(), failed, this::log);
        assertEquals(before, node.remains());
    }

    private void run(Service service) {
        ProcessBuilder builder = service.start(prefix.resolve("bin/hawser"));
        builder.command().addAll(0, List.of("nsenter", "--net=" + node.host().path()));
        builder.environment().put(RunningHelper.SOCKET_VARIABLE, socket.toString());
        builder.redirectErrorStream(true).redirectOutput(logFile().toFile());
        Process process = Shell.start(builder);
        // Its loop first, then the helper that it would start again.
        node.own(() -> {
            process.destroyForcibly().waitFor();
            node.host().killProcesses();
        });
    }

    private Path logFile() {
        return node.directory().resolve("service.log");
    }

    private String log() {
        try {
            return Files.readString(logFile());
        } catch (IOException e) {
            return e.toString();
        }
    }

    private void awaitCallsOf(Release release) {
        await(
                () -> {
                    HelperMetrics metrics = HelperMetrics.of(socket);
                    return metrics.isOfBuild(release.build())
                            && metrics.calls("ADD", "bridge") >= CALLS_BETWEEN_UPGRADES;
                },
                "calls are made by a helper of build " + release.build());
    }

    private interface Work {
        void run() throws Exception;
    }

    /** Returns the answers of the calls that failed. */
    private List<Answer> whilePodsComeAndGo(Work work) throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        List<Answer> failed = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<List<Answer>>> running = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                Netns netns = node.pod().netns();
                running.add(threads.submit(() -> comeAndGo(netns, done)));
            }
            try {
                work.run();
            } finally {
                done.set(true);
            }
            for (Future<List<Answer>> thread : running) {
                failed.addAll(thread.get());
            }
        }
        return failed;
    }

    private List<Answer> comeAndGo(Netns netns, AtomicBoolean done) {
        List<Answer> failed = new ArrayList<>();
        while (!done.get()) {
            Pod pod = node.podIn(netns);
            for (String verb : List.of("ADD", "DEL")) {
                Answer answer = node.call(verb, conf, pod)
                        .withFile(cniBin.resolve("bridge"))
                        .with(RunningHelper.SOCKET_VARIABLE, socket.toString())
                        .answer();
                if (answer.exitStatus() != 0) {
                    failed.add(answer);
                }
            }
        }
        return failed;
    }

    private void await(BooleanSupplier condition, String what) {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, () -> "not after 60 seconds: " + what + ":\n" + log());
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
