package dev.hawser.runtimes;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.hawser.runtimes.ChainRuntime.Attached;
import dev.hawser.runtimes.Command.Outcome;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Pods that one suite made and the other deletes: of every {@link Chain}, nothing may be left that was not there before. One host for
 * all of them, since a real one has several networks too.
 */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChainMigrationTest {

    /** With a namespace's first vrf the kernel makes a rule, and leaves it there (drivers/net/vrf.c, vrf_add_fib_rules). */
    private static final Pattern RULE_OF_VRFS = Pattern.compile("pod rule 1000:\\s+from all lookup \\[l3mdev-table\\]");

    @AutoClose
    private final CniNode node = CniNode.start();

    private final Map<Chain, Boolean> possible = new HashMap<>();
    private final Set<Chain> shared = new HashSet<>();

    enum Way {
        FROM_REFERENCE_TO_HAWSER(Suite.REFERENCE, Suite.HAWSER, false),
        FROM_REFERENCE_TO_HAWSER_WITHOUT_NAMESPACE(Suite.REFERENCE, Suite.HAWSER, true),
        FROM_HAWSER_TO_REFERENCE(Suite.HAWSER, Suite.REFERENCE, false);

        private final Suite adds;
        private final Suite deletes;
        private final boolean namespaceIsGone;

        Way(Suite adds, Suite deletes, boolean namespaceIsGone) {
            this.adds = adds;
            this.deletes = deletes;
            this.namespaceIsGone = namespaceIsGone;
        }
    }

    static Stream<Arguments> everyChainAndWay() {
        return Chain.ALL.stream().flatMap(chain -> Stream.of(Way.values()).map(way -> arguments(chain, way)));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("everyChainAndWay")
    void nothingIsLeft(Chain chain, Way way) {
        assumeTrue(possible.computeIfAbsent(chain, Chain::isPossible), () -> "this kernel cannot do: " + chain.needs());
        makeWhatIsShared(chain);
        chain.prepare(node.host());
        Pool pool = node.pool(chain.network());
        Traces quiet = Traces.of(node.host(), pool);

        Attached pod = node.add(way.adds, chain.on(node.pools()));
        Traces running = Traces.of(node.host(), pool, pod).since(quiet);
        if (way.namespaceIsGone) {
            node.destroy(pod);
        }
        Outcome deleted = node.delete(way.deletes, pod);

        Traces left = Traces.leftInTheEnd(
                () -> Traces.of(node.host(), pool, pod).since(quiet).without(line -> mayStay(way.deletes, line)));
        assertAll(
                () -> assertSeen(chain, way.adds, running),
                () -> assertEquals("", left.toString()),
                () -> assertTrue(deleted.exitCode() == 0 || mayFail(chain, way.deletes), deleted::toString));
    }

    /** The first pod of each suite makes bridges, tables, and chains that stay. */
    private void makeWhatIsShared(Chain chain) {
        if (shared.add(chain)) {
            for (Suite suite : Suite.values()) {
                chain.prepare(node.host());
                node.delete(Suite.HAWSER, node.add(suite, chain.on(node.pools())));
            }
        }
    }

    /** That these eyes see what they look for. */
    private static void assertSeen(Chain chain, Suite suite, Traces running) {
        if (suite == Suite.REFERENCE) {
            chain.traces()
                    .forEach(trace -> assertTrue(running.count(trace) > 0, () -> trace + " is not in\n" + running));
        } else {
            assertTrue(!running.isEmpty());
        }
    }

    /** The reference cannot know of our tables: README, "Limits". */
    private static boolean mayStay(Suite deletes, String line) {
        return RULE_OF_VRFS.matcher(line).matches()
                || (deletes == Suite.REFERENCE && line.matches("nft table (inet|ip|ip6|bridge) hawser .*"));
    }

    private static boolean mayFail(Chain chain, Suite deletes) {
        return chain.referenceFails() && deletes == Suite.REFERENCE;
    }
}
