package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hawser.resident.RunningHelper;
import dev.hawser.resident.ThisRun;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * The namespace that plays the node of one test, and who makes the calls there. Without a helper each test gets a new one. With
 * a helper, whose start takes longer than most tests, both serve one test after another: as on a real node, pods, networks
 * and rules come and go and the helper stays. That nothing stays of a test is checked.
 */
final class Host implements AutoCloseable {

    /** All that a test may change in a namespace, as programs of others see it. */
    private static final String LOOK = """
            ip -o link
            ip -o address
            ip rule
            ip route show table all
            ip -6 route show table all
            nft list ruleset
            sysctl net.ipv4.ip_forward net.ipv6.conf.all.forwarding
            """;

    private static final String RESET = """
            nft flush ruleset
            sysctl -q net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0
            """;

    private static final ConcurrentLinkedDeque<Host> IDLE = new ConcurrentLinkedDeque<>();

    private final Netns netns;
    private final Optional<Resident> resident;

    private Host(Netns netns, Optional<Resident> resident) {
        this.netns = netns;
        this.resident = resident;
    }

    /**
     * Who stays in a namespace from test to test.
     *
     * @param empty what {@link #LOOK} shows of the namespace between two tests
     */
    private record Resident(RunningHelper helper, TemporaryDirectory directory, String empty) {

        static Resident in(Netns netns) {
            TemporaryDirectory directory = TemporaryDirectory.create("hawser-helper-");
            // A new namespace may forward already: it takes after the one that the machine began with.
            reset(netns);
            String empty = look(netns);
            RunningHelper helper =
                    RunningHelper.start(netns.path(), CniPlugin.directory().resolve("hawser"), directory.path());
            return new Resident(helper, directory, empty);
        }

        void end() {
            try (directory;
                    helper) {
                helper.requireAlive();
            }
        }
    }

    /** One that nothing has happened in. */
    static Host take() {
        return ThisRun.isThroughHelper()
                ? Optional.ofNullable(IDLE.poll()).orElseGet(Host::withHelper)
                : withoutHelper(Netns.create("host"));
    }

    /** A namespace whose calls ask no helper, unless they name one. */
    static Host withoutHelper(Netns netns) {
        return new Host(netns, Optional.empty());
    }

    private static Host withHelper() {
        Netns netns = Netns.create("host");
        Host host = new Host(netns, Optional.of(Resident.in(netns)));
        Runtime.getRuntime().addShutdownHook(new Thread(host::end));
        return host;
    }

    Netns netns() {
        return netns;
    }

    /** HAWSER_SOCKET of the calls; empty if they are to ask no helper. */
    String socket() {
        return resident.map(present -> present.helper().socket().toString()).orElse("");
    }

    /** Gives it back, for the next test if it has a helper. */
    @Override
    public void close() {
        if (resident.isEmpty()) {
            netns.close();
            return;
        }
        resident.get().helper().requireAlive();
        deleteLinks();
        comeBackTo(resident.get().empty());
        IDLE.push(this);
    }

    /** What the helper was about to make again when the links went may be there only after a first flush. */
    private void comeBackTo(String empty) {
        long deadline =
                System.nanoTime() + ThisRun.patience(Duration.ofSeconds(2)).toNanos();
        do {
            reset(netns);
        } while (!look(netns).equals(empty) && System.nanoTime() < deadline);
        assertEquals(empty, look(netns), "the node is as it was before the test");
    }

    /** First of all: as long as one says what the firewall keeps for it, the helper makes rules again that are flushed. */
    private void deleteLinks() {
        Ip ip = new Ip(netns);
        for (String link : ip.linkNames()) {
            // It may be gone already, with its other end.
            Shell.run(List.of("ip", "-n", netns.name(), "link", "delete", "dev", link));
        }
    }

    private static void reset(Netns netns) {
        netns.output("sh", "-ec", RESET);
    }

    private static String look(Netns netns) {
        return netns.output("sh", "-ec", LOOK);
    }

    /** With this JVM. */
    private void end() {
        resident.ifPresent(Resident::end);
        netns.close();
    }
}
