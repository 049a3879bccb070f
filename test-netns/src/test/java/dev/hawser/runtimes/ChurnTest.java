package dev.hawser.runtimes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.runtimes.ChainRuntime.Attached;
import dev.hawser.runtimes.Command.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hundreds of pods with a published port each come and go, several at a time. */
@Timeout(300)
class ChurnTest {

    private static final int PODS = 100;
    private static final int AT_ONCE = 4;

    @ParameterizedTest(name = "{0}")
    @ValueSource(ints = {0, 1})
    void podsThatComeAndGoLeaveNothing(int number) throws Exception {
        Chain chain = Chain.ALL.get(number);
        try (CniNode node = CniNode.start()) {
            comeAndGo(node, chain, 0);
            Traces quiet = traces(node, chain);

            List<Outcome> deleted = atOnce(node, chain);

            assertEquals(
                    "",
                    Traces.leftInTheEnd(() -> traces(node, chain).since(quiet)).toString());
            assertEquals(PODS, deleted.size());
            deleted.forEach(outcome -> assertEquals(0, outcome.exitCode(), outcome::toString));
        }
    }

    private static Traces traces(CniNode node, Chain chain) {
        return Traces.of(node.host(), node.pool(chain.network()));
    }

    private static List<Outcome> atOnce(CniNode node, Chain chain) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
            List<Future<Outcome>> running = IntStream.rangeClosed(1, PODS)
                    .mapToObj(number -> threads.submit(() -> comeAndGo(node, chain, number)))
                    .toList();
            List<Outcome> outcomes = new ArrayList<>();
            for (Future<Outcome> pod : running) {
                outcomes.add(pod.get());
            }
            return outcomes;
        }
    }

    private static Outcome comeAndGo(CniNode node, Chain chain, int number) {
        String ports = "[{\"hostPort\": %d, \"containerPort\": 80, \"protocol\": \"tcp\"}]".formatted(20000 + number);
        Network network = chain.on(node.pools()).with(Map.of("portMappings", ports));
        Attached pod = node.add(Suite.HAWSER, network);
        assertTrue(pod.addresses().size() == 2, pod::result);
        Outcome outcome = node.delete(Suite.HAWSER, pod);
        node.destroy(pod);
        return outcome;
    }
}
