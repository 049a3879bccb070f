package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.resident.RunningHelper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a helper that has made ten thousand calls needs: no more than one that has made a few. */
class HelperSoakTest {

    /** What may be resident after ten thousand calls. */
    private static final int MOST_KIBIBYTES = 96 * 1024;

    private static final int CALLERS = 16;

    /**
     * Those that have served a call wait for the next: route, netfilter and a namespace for each call that is at work at once, which
     * chance decides.
     */
    private static final int MOST_IDLE_SOCKETS = 3 * CALLERS;

    /** Threads that the JVM has when it has much to compile. */
    private static final int MOST_COMPILERS = 2;

    private static final int ROUNDS_TO_WARM_UP = 20;
    private static final int ROUNDS = 160;
    private static final int CALLS_OF_A_ROUND = 4;

    /** How long it is to do nothing. */
    private static final int IDLE_SECONDS = 5;

    /** Ticks of 10 ms: half a percent of a processor. The garbage collector, for one, looks around now and then. */
    private static final int MOST_IDLE_TICKS_PER_SECOND = 2;

    /** A shell starts programs at a small part of what it costs a JVM. Its words: number, rounds, pod, plugin, conf, output. */
    private static final String CALLER = """
            set -e
            export CNI_IFNAME=eth0 CNI_NETNS=$3
            i=0
            while [ $i -lt $2 ]; do
              i=$((i + 1))
              export CNI_CONTAINERID=soak-$1-$2-$i
              CNI_COMMAND=VERSION $4 <$5 >$6
              CNI_COMMAND=STATUS $4 <$5
              CNI_COMMAND=ADD $4 <$5 >$6 || { cat $6; exit 1; }
              CNI_COMMAND=DEL $4 <$5
            done
            """;

    @RegisterExtension
    final TestNode node = new TestNode();

    private final Conf conf = node.gateway().with("ipMasq", true).with("macspoofchk", true);
    private final List<Pod> pods = new ArrayList<>();
    private int made;

    @Test
    void aHelperNeedsNoMoreAfterTenThousandCallsThanAfterAFew() throws Exception {
        HelperProcess helper = node.own(HelperProcess.start(node));
        for (int i = 0; i < CALLERS; i++) {
            pods.add(node.pod());
        }
        call(ROUNDS_TO_WARM_UP);
        Needs few = needsAtRest(helper);

        call(ROUNDS);
        Needs many = needsAtRest(helper);

        System.out.println("after " + few + "\nafter " + many);
        assertTrue(many.calls() >= 10_000, many::toString);
        assertTrue(many.descriptors() <= few.descriptors() + MOST_IDLE_SOCKETS, few + ", then " + many);
        assertTrue(many.threads() <= few.threads() + MOST_COMPILERS, few + ", then " + many);
        assertTrue(many.residentKibibytes() <= MOST_KIBIBYTES, many::toString);
        assertTrue(few.idleTicks() <= IDLE_SECONDS * MOST_IDLE_TICKS_PER_SECOND, few::toString);
        assertTrue(many.idleTicks() <= IDLE_SECONDS * MOST_IDLE_TICKS_PER_SECOND, many::toString);
        assertEquals(List.of("cni0"), node.ip().linkNames());
        assertEquals(List.of(), node.nft().masquerades());
        assertEquals(Set.of(), node.pool().leases().keySet());
    }

    /** Each caller makes so many rounds; all at once. */
    private void call(int rounds) throws Exception {
        Path plugin = node.plugins().resolve(conf.type());
        Path stdin = Files.writeString(node.directory().resolve("conf.json"), conf.text());
        try (ExecutorService threads = Executors.newFixedThreadPool(CALLERS)) {
            List<Future<Shell.Exit>> callers = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                List<String> words = List.of(
                        String.valueOf(i),
                        String.valueOf(rounds),
                        pods.get(i).path(),
                        plugin.toString(),
                        stdin.toString(),
                        node.directory().resolve(i + ".out").toString());
                callers.add(threads.submit(() -> call(words)));
            }
            for (Future<Shell.Exit> caller : callers) {
                assertEquals(new Shell.Exit(0, "", ""), caller.get());
            }
        }
        made += CALLERS * rounds * CALLS_OF_A_ROUND;
    }

    private Shell.Exit call(List<String> words) {
        List<String> shell = Shell.join(node.host().entering(), List.of("sh", "-c", CALLER, "caller"));
        Map<String, String> environment = Map.of(
                "PATH",
                "/usr/sbin:/usr/bin:/sbin:/bin",
                "CNI_PATH",
                node.plugins().toString(),
                RunningHelper.SOCKET_VARIABLE,
                HelperProcess.socketOf(node).toString());
        return Shell.run(Shell.join(shell, words), environment, new byte[0]);
    }

    /** When the threads that have no more work have ended, which takes some ten seconds. */
    private Needs needsAtRest(HelperProcess helper) throws Exception {
        Patience.await("idle threads end", () -> !hasCallThreads(helper));
        long before = helper.cpuTicks();
        TimeUnit.SECONDS.sleep(IDLE_SECONDS);
        long idle = helper.cpuTicks() - before;
        return new Needs(made, helper.descriptors().size(), helper.threads(), helper.residentKibibytes(), idle);
    }

    /** As CallQueue names them. */
    private static boolean hasCallThreads(HelperProcess helper) throws IOException {
        try (Stream<Path> threads = Files.list(helper.proc().resolve("task"))) {
            return threads.map(HelperSoakTest::name).anyMatch(name -> name.startsWith("call-"));
        }
    }

    private static String name(Path thread) {
        try {
            return Files.readString(thread.resolve("comm"));
        } catch (IOException ended) {
            return "";
        }
    }

    /** What a helper has of the system's. */
    private record Needs(int calls, int descriptors, int threads, int residentKibibytes, long idleTicks) {}
}
