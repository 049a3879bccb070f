package dev.hawser.dhcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.FakeKernel;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Side;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With leases of a minute, some of which has passed when a test begins, in a real directory. */
class KeeperTest {

    private static final Attachment ATTACHMENT = new Attachment("lan", "c1", "eth0");
    private static final Ask ASK = Ask.of(ATTACHMENT).requestDefaults();
    private static final String NETNS = "/run/netns/c1";
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private static final Duration RENEW = Duration.ofSeconds(1);
    private static final Duration REBIND = Duration.ofSeconds(2);
    private static final Duration END = Duration.ofSeconds(60);

    /** With this one the pause before a question is asked again is the shortest: a second. */
    private static final RandomGenerator IMPATIENT = () -> 0L;

    @TempDir
    Path directory;

    private final FakeServer server = new FakeServer(granted());
    private final FakeKernel kernel = new FakeKernel();
    private final ServedLink link = ServedLink.in(kernel, server);
    private final List<String> log = new CopyOnWriteArrayList<>();
    private volatile boolean podHasGone;

    private static Options granted() {
        return Options.NONE
                .with(OptionCode.SUBNET_MASK, HexFormat.of().parseHex("ffffff00"))
                .withSeconds(OptionCode.RENEWAL_TIME, RENEW.toSeconds())
                .withSeconds(OptionCode.REBINDING_TIME, REBIND.toSeconds())
                .withSeconds(OptionCode.LEASE_TIME, END.toSeconds());
    }

    @AfterEach
    void close() {
        link.close();
    }

    private LeaseFiles files() {
        return new LeaseFiles(directory.resolve("leases"), lockFile -> () -> {}, log::add);
    }

    private Dhcp dhcp(Clocks clocks) {
        return new Dhcp(files(), netns -> pod(), clocks, IMPATIENT, LONGEST, () -> true);
    }

    private Optional<Kernel> pod() {
        return podHasGone ? Optional.empty() : Optional.of(kernel);
    }

    /** A lease that is to be renewed now. */
    private DhcpLease acquire() {
        return acquiredBefore(RENEW);
    }

    private DhcpLease acquiredBefore(Duration age) {
        Clocks then = new Clocks(() -> System.nanoTime() - age.toNanos(), InstantSource.system());
        return dhcp(then).acquire(kernel, ATTACHMENT, NETNS, ASK, LONGEST);
    }

    private Keeper keeper() {
        return Keeper.start(files(), dhcp(Clocks.SYSTEM), log::add);
    }

    private Optional<DhcpLease> lease() {
        return files().find(ATTACHMENT);
    }

    private boolean isRenewed(DhcpLease before) {
        return lease().orElseThrow().terms().acquiredNanos() > before.terms().acquiredNanos();
    }

    private boolean linkIsUp() {
        return kernel.linkOrThrow(Side.POD, "eth0").up();
    }

    private void await(BooleanSupplier claim) throws InterruptedException {
        long deadline = System.nanoTime() + LONGEST.toNanos();
        while (!claim.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                fail("not within " + LONGEST + ": " + link.types() + log);
            }
            Thread.sleep(10);
        }
    }

    @Test
    void renewsWhatWasLeasedBeforeItBegan() throws Exception {
        DhcpLease lease = acquire();

        try (Keeper _ = keeper()) {
            await(() -> isRenewed(lease));
        }

        assertEquals(FakeServer.MAC, link.received.getLast().to());
        assertTrue(linkIsUp());
        assertEquals(List.of(), log);
    }

    @Test
    void renewsWhatAnotherProcessLeasesLaterAndAgainAndAgain() throws Exception {
        try (Keeper _ = keeper()) {
            DhcpLease lease = acquire();
            await(() -> isRenewed(lease));
            DhcpLease renewed = lease().orElseThrow();

            await(() -> isRenewed(renewed));
        }
    }

    @Test
    void anotherKeeperGoesOn() throws Exception {
        DhcpLease lease = acquire();
        try (Keeper _ = keeper()) {
            await(() -> isRenewed(lease));
        }
        DhcpLease renewed = lease().orElseThrow();

        try (Keeper _ = keeper()) {
            await(() -> isRenewed(renewed));
        }
    }

    @Test
    void comesBackForALeaseThatIsNotDueYet() throws Exception {
        DhcpLease lease = acquiredBefore(RENEW.minusMillis(300));

        try (Keeper _ = keeper()) {
            await(() -> isRenewed(lease));
        }

        assertTrue(
                lease().orElseThrow().terms().acquiredNanos() >= lease.terms().acquiredNanos() + RENEW.toNanos());
    }

    @Test
    void asksEveryServerWhenItsOwnIsSilent() throws Exception {
        DhcpLease lease = acquire();
        link.answer(packet -> packet.to().equals(Packet.EVERYBODY) ? server.answer(packet) : Optional.empty());

        try (Keeper _ = keeper()) {
            await(() -> isRenewed(lease));
        }

        assertEquals(Packet.EVERYBODY, link.received.getLast().to());
        assertTrue(linkIsUp());
    }

    @Test
    void setsTheLinkDownWhenTheServerRefuses() throws Exception {
        acquire();
        link.answer(packet -> Optional.of(server.nak(packet, "moved")));

        try (Keeper _ = keeper()) {
            await(() -> !linkIsUp());
        }

        assertEquals(
                Optional.of("the server 192.0.2.1 refused: moved"),
                lease().orElseThrow().lost());
        assertEquals(
                List.of("[c1/eth0] the DHCP lease of 192.0.2.17/24 is lost: the server 192.0.2.1 refused: moved:"
                        + " setting the link down"),
                log);
    }

    @Test
    void setsTheLinkDownWhenTheTimeIsOver() throws Exception {
        DhcpLease lease = acquiredBefore(END.minusMillis(500));
        link.answer(packet -> Optional.empty());

        try (Keeper _ = keeper()) {
            await(() -> !linkIsUp());
        }

        assertTrue(lease.terms().isOver(System.nanoTime()));
        assertTrue(lease().orElseThrow().lost().isPresent());
    }

    @Test
    void forgetsALeaseWhoseContainerHasGone() throws Exception {
        acquire();
        podHasGone = true;

        try (Keeper _ = keeper()) {
            await(() -> lease().isEmpty());
        }

        assertEquals(List.of(MessageType.DISCOVER, MessageType.REQUEST), link.types());
    }

    @Test
    void forgetsALeaseWhoseLinkIsAnotherOneByNow() throws Exception {
        DhcpLease lease = acquire();
        files().put(new DhcpLease(ATTACHMENT, NETNS, FakeServer.MAC, ASK, lease.terms(), Optional.empty()));

        try (Keeper _ = keeper()) {
            await(() -> lease().isEmpty());
        }

        assertTrue(linkIsUp());
    }

    @Test
    void givesBackWhatItRenewedWhileItWasDeleted() throws Exception {
        acquire();
        link.answer(packet -> {
            files().remove(ATTACHMENT);
            return server.answer(packet);
        });

        try (Keeper _ = keeper()) {
            await(() -> link.types().contains(MessageType.RELEASE));
        }

        assertTrue(lease().isEmpty());
    }

    @Test
    void leavesAFileThatIsNoLeaseAlone() throws Exception {
        DhcpLease lease = acquire();
        Path strange = directory.resolve("leases/strange.json");
        Files.writeString(strange, "{\"network\": 7");

        try (Keeper _ = keeper()) {
            await(() -> isRenewed(lease));
        }

        assertTrue(Files.exists(strange));
        assertTrue(log.toString().contains("read the lease " + strange), log::toString);
    }

    @Test
    void watchesOnWhenSomebodyRemovesTheDirectory() throws Exception {
        try (Keeper _ = keeper()) {
            Files.delete(directory.resolve("leases"));
            await(() -> Files.isDirectory(directory.resolve("leases")));
            DhcpLease lease = acquire();

            await(() -> isRenewed(lease));
        }
    }

    @Test
    void doesNothingOnceItIsClosed() throws Exception {
        DhcpLease lease = acquiredBefore(RENEW.minusMillis(300));
        keeper().close();
        int before = link.received.size();

        await(() -> lease.terms().until(REBIND, System.nanoTime()).isNegative());

        assertEquals(before, link.received.size());
        assertTrue(linkIsUp());
        assertFalse(lease().orElseThrow().lost().isPresent());
    }
}
