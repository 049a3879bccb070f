package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Somebody keeps a pool's lock for longer than a second: whoever waits says for whom. */
class PoolLockTest {

    private static final int PATIENCE_SECONDS = 60;

    @RegisterExtension
    final TestNode node = new TestNode();

    @Test
    void aCallOfItsOwnProcessNamesTheHolder() throws Exception {
        Pod pod = node.pod();
        Process holder = holder("3");

        Answer added = node.call("ADD", node.hostLocal(), pod)
                .with("HAWSER_SOCKET", "")
                .answer();

        assertEquals(List.of("10.88.0.2/24"), added.addresses());
        String sentence = "waiting for the lock " + lock() + " for 1 s: pid " + holder.pid() + " (sleep) holds it";
        assertEquals(
                1,
                added.stderr().lines().filter(line -> line.contains(sentence)).count(),
                added::stderr);
    }

    @Test
    void theAnswerOfACallThatIsLateNamesTheHolder() throws Exception {
        Process helper = helper();
        Process holder = holder("60");
        String held = "pid " + holder.pid() + " (sleep) holds it";

        Answer late = throughHelper("ADD", node.pod());
        String logged = Files.readString(log());
        holder.destroy();
        Answer afterwards = throughHelper("ADD", node.pod());

        late.fault().is(Answer.TRY_AGAIN_LATER, "took longer than 3 s", "waiting for the lock " + lock(), held);
        assertEquals(1, logged.lines().filter(line -> line.contains(held)).count(), logged);
        assertEquals(1, afterwards.addresses().size(), () -> helper + " goes on");
    }

    private Answer throughHelper(String verb, Pod pod) {
        return node.call(verb, node.hostLocal(), pod)
                .with("HAWSER_SOCKET", socket().toString())
                .answer();
    }

    /** flock(1) executes sleep(1) in its own place, which holds the lock until it ends. */
    private Process holder(String seconds) throws Exception {
        Files.createDirectories(lock().getParent());
        Process holder = start(new ProcessBuilder("flock", "--no-fork", lock().toString(), "sleep", seconds));
        await(
                holder,
                () -> !Shell.run(List.of("flock", "--nonblock", lock().toString(), "true"))
                        .succeeded());
        return holder;
    }

    private Process helper() throws Exception {
        List<String> command = Shell.join(
                node.host().entering(),
                List.of(node.plugins().resolve("hawser").toString(), "helper", "run", "--deadline", "3"));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log().toFile());
        builder.environment().put("HAWSER_SOCKET", socket().toString());
        Process helper = start(builder);
        await(helper, () -> Files.exists(socket()));
        return helper;
    }

    private Process start(ProcessBuilder builder) {
        Process process = Shell.start(builder);
        node.own(() -> {
            process.destroyForcibly();
            assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS));
        });
        return process;
    }

    /** A condition that may fail to be asked. */
    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(Process process, Condition condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.holds()) {
            assertTrue(process.isAlive() && System.nanoTime() < end, () -> "in vain: " + process.info());
            Thread.sleep(10);
        }
    }

    private Path lock() {
        return node.pools().resolve(TestNode.NETWORK).resolve("lock");
    }

    private Path socket() {
        return node.directory().resolve("h.sock");
    }

    private Path log() {
        return node.directory().resolve("helper.log");
    }
}
