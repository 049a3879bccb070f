package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Many calls at once, each in a process of its own. */
class ConcurrencyTest {

    private static final int AT_ONCE = 20;

    @RegisterExtension
    final TestNode node = new TestNode();

    @Test
    void twentyAddsAtOnceOnAFreshNodeGetDistinctAddressesAndAllWork() {
        Conf conf = node.dualStack().with("ipMasq", true);
        List<Pod> pods = pods(AT_ONCE);

        List<Answer> added = atOnce(pods, pod -> node.add(conf, pod));

        assertEquals(AT_ONCE, addresses(added).size());
        assertEquals(AT_ONCE, node.ip().ports("cni0").size());
        assertEquals(2 * AT_ONCE, node.pool().leases().size());
        assertEquals(
                AT_ONCE,
                node.nft().elements("inet hawser", "subnet-10.88.0.0-24").size());
        assertEquals(List.of("10.88.0.1/24", "fd00:88::1/64"), node.ip().addresses("cni0"));
        pods.forEach(pod -> assertTrue(pod.netns().reaches("10.88.0.1"), pod::toString));
    }

    @Test
    void twentyDeletesAtOnceGiveEverythingBack() {
        Conf conf = node.gateway().with("ipMasq", true).with("macspoofchk", true);
        node.add(conf, node.pod()).result();
        Remains before = node.remains();
        List<Pod> pods = pods(AT_ONCE);
        atOnce(pods, pod -> node.add(conf, pod)).forEach(Answer::result);

        atOnce(pods, pod -> node.delete(conf, pod)).forEach(Answer::succeeded);

        assertEquals(before, node.remains());
    }

    @Test
    void addsAndDeletesAtOnceLoseNothing() {
        Conf conf = node.gateway().with("ipMasq", true);
        List<Pod> leaving = pods(AT_ONCE / 2);
        atOnce(leaving, pod -> node.add(conf, pod)).forEach(Answer::result);
        List<Pod> coming = pods(AT_ONCE / 2);
        List<Pod> all = new ArrayList<>(leaving);
        all.addAll(coming);

        List<Answer> answers = atOnce(all, pod -> leaving.contains(pod) ? node.delete(conf, pod) : node.add(conf, pod));

        answers.forEach(answer -> assertEquals(0, answer.exitStatus(), answer::toString));
        assertEquals(owners(coming), Set.copyOf(node.pool().leases().values()));
        assertEquals(
                AT_ONCE / 2,
                node.nft().elements("inet hawser", "subnet-10.88.0.0-24").size());
    }

    @Test
    void theSameAttachmentAtOnceIsAddedOnce() {
        Pod pod = node.pod();
        Conf conf = node.gateway();

        List<Answer> answers = atOnce(IntStream.range(0, 5).mapToObj(i -> pod).toList(), same -> node.add(conf, same));

        assertEquals(
                1, answers.stream().filter(answer -> answer.exitStatus() == 0).count(), answers::toString);
        assertEquals(1, node.pool().leases().size());
        assertEquals(1, node.ip().ports("cni0").size());
        assertTrue(pod.netns().reaches("10.88.0.1"));
    }

    /** Both hold flock(2) on the same file, so neither ever gives what the other has given. */
    @Test
    void oursAndTheReferencesHostLocalNeverGiveOneAddressTwice() {
        Path reference = CniPlugin.referenceDirectory()
                .map(directory -> directory.resolve("host-local"))
                .orElse(Path.of(""));
        Assumptions.assumeTrue(
                !reference.toString().isEmpty(),
                "no reference plugins on this machine: run scripts/peers.sh, or name them with HAWSER_PEER_DIR");
        Conf conf = node.hostLocal().with("cniVersion", "1.0.0");
        Netns netns = node.pod().netns();
        List<Pod> pods =
                IntStream.range(0, 3 * AT_ONCE).mapToObj(i -> node.podIn(netns)).toList();

        List<Answer> added = atOnce(pods, pod -> {
            Call call = node.call("ADD", conf, pod);
            boolean theirs = pods.indexOf(pod) % 2 == 0;
            return (theirs ? call.withFile(reference) : call).answer();
        });

        assertEquals(pods.size(), addresses(added).size());
        Map<String, String> leases = node.pool().leases();
        for (int i = 0; i < pods.size(); i++) {
            assertEquals(Pool.owner(pods.get(i)), leases.get(added.get(i).ip()));
        }
    }

    private List<Pod> pods(int count) {
        return IntStream.range(0, count).mapToObj(i -> node.pod()).toList();
    }

    private static Set<String> owners(List<Pod> pods) {
        Set<String> owners = new HashSet<>();
        pods.forEach(pod -> owners.add(Pool.owner(pod)));
        return owners;
    }

    private static Set<String> addresses(List<Answer> added) {
        Set<String> addresses = new HashSet<>();
        added.forEach(answer -> addresses.add(answer.address()));
        return addresses;
    }

    private static List<Answer> atOnce(List<Pod> pods, Function<Pod, Answer> call) {
        try (ExecutorService threads = Executors.newFixedThreadPool(pods.size())) {
            List<CompletableFuture<Answer>> answers = pods.stream()
                    .map(pod -> CompletableFuture.supplyAsync(() -> call.apply(pod), threads))
                    .toList();
            return answers.stream().map(CompletableFuture::join).toList();
        }
    }
}
