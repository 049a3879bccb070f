package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Leases of dnsmasq whose T1 is a second, and a helper that keeps them. */
class HelperDhcpTest {

    private static final String RANGE = "192.0.2.10,192.0.2.13,120";
    private static final String T1 = "--dhcp-option=58,1";
    private static final String T2 = "--dhcp-option=59,4";

    @RegisterExtension
    final TestNode node = new TestNode();

    private final DhcpLeases leases = DhcpLeases.of(node);
    private final Lan lan = Lan.in(node);
    private final Pod pod = node.pod();

    private static final Conf CONF = Conf.parse("""
            {"cniVersion": "1.1.0", "name": "lan", "type": "dhcp", "ipam": {"type": "dhcp", "resendTimeout": 20}}""");

    private Answer cold(String command) {
        return HelperProcess.cold(node.call(command, CONF, pod)).answer();
    }

    private Answer through(String command) {
        return through(command, CONF, pod);
    }

    private Answer through(String command, Conf conf, Pod of) {
        return HelperProcess.through(node, node.call(command, conf, of)).answer();
    }

    private String lease() {
        return leases.text("lan," + pod.containerId() + ",eth0");
    }

    /** As a main plugin does: else nobody answers when the server asks for the address. */
    private void configure(Answer added) {
        pod.netns().ip("address add " + added.address() + " dev eth0");
    }

    /** That the server renews the lease once more, and that this is written down. */
    private void awaitRenewal(Answer added) throws Exception {
        String before = lease();
        int acknowledged = lan.count("DHCPACK(br0) " + added.ip());
        Patience.await(
                "the lease is renewed",
                () -> lan.count("DHCPACK(br0) " + added.ip()) > acknowledged && !lease().equals(before));
    }

    @Test
    void aHelperRenewsWhatAColdCallHasLeasedAndTheNextOneGoesOn() throws Exception {
        lan.connect(pod).serve(RANGE, T1, T2);
        Answer added = cold("ADD");
        configure(added);

        try (HelperProcess first = HelperProcess.start(node)) {
            awaitRenewal(added);
            awaitRenewal(added);
            assertEquals(0, first.stop());
        }
        int between = lan.count("DHCPACK(br0)");
        try (HelperProcess second = HelperProcess.start(node)) {
            awaitRenewal(added);
            second.kill();
        }
        HelperProcess third = node.own(HelperProcess.start(node));
        awaitRenewal(added);

        assertTrue(lan.count("DHCPACK(br0)") > between);
        assertEquals(1, lan.leases().size());
        assertTrue(pod.ip().isUp("eth0"));
        assertTrue(pod.netns().reaches(Lan.GATEWAY));
        assertFalse(third.log().contains("is lost"), third::log);
        cold("DEL").succeeded();
        Patience.await("the server knows", () -> lan.leases().isEmpty());
    }

    @Test
    void aHelperRenewsWhatItHasLeasedItselfAndStopsWhenThatIsDeleted() throws Exception {
        lan.connect(pod).serve(RANGE, T1, T2);
        node.own(HelperProcess.start(node));
        Answer added = through("ADD");
        configure(added);

        awaitRenewal(added);
        cold("CHECK").succeeded();
        through("DEL").succeeded();

        assertEquals(List.of(), leases.names());
        Patience.await("the server knows", () -> lan.leases().isEmpty());
    }

    @Test
    void aLeaseThatIsTakenBackIsNotKeptAndNothingStaysOpen() throws Exception {
        lan.connect(node.host(), "cni0").serve(RANGE, T1, T2, Lan.BAD_ROUTE);
        HelperProcess helper = node.own(HelperProcess.start(node));
        addInVain();
        int open = helper.descriptors().size();
        Remains before = node.remains();

        for (int i = 0; i < 8; i++) {
            addInVain();
        }

        Patience.await("the server knows", () -> lan.count("DHCPRELEASE(br0)") == 9);
        assertEquals(List.of(), lan.leases());
        assertEquals(List.of(), leases.names());
        assertEquals(List.of(), pod.ip().linkNames());
        assertEquals(before, node.remains());
        Patience.await("all is closed", () -> helper.descriptors().size() <= open);
        TimeUnit.SECONDS.sleep(2);
        assertEquals(9, lan.count("DHCPREQUEST(br0)"), "nobody renews");
        assertFalse(helper.log().contains("take back"), helper::log);
        assertFalse(helper.log().contains("is forgotten"), helper::log);
    }

    /** With a lease, and then a route that the kernel refuses. */
    private void addInVain() {
        Conf conf = CONF.with("type", "bridge").with("bridge", "cni0").withJson("ipam.request", """
                [{"option": "121"}]""");
        through("ADD", conf, pod).fault().names("10.0.0.0/8");
    }

    @Test
    void aColdCallSaysWhetherSomebodyKeepsItsLease() throws Exception {
        lan.connect(pod).serve(RANGE);
        assertTrue(cold("ADD").stderr().contains("is not renewed as long as no helper runs"));
        node.own(HelperProcess.start(node));

        Answer again = cold("ADD");

        assertEquals("", again.stderr());
        cold("DEL").succeeded();
    }

    /** The server has moved to other addresses: what it leased before it refuses. */
    @Test
    void aLeaseThatIsRefusedTakesTheLinkDown() throws Exception {
        lan.connect(pod).serve(RANGE, T1, T2);
        Answer added = cold("ADD");
        configure(added);
        lan.silence();
        lan.serve("192.0.2.100,192.0.2.110,120");

        HelperProcess helper = node.own(HelperProcess.start(node));

        Patience.await("the link is down", () -> !pod.ip().isUp("eth0"));
        assertTrue(helper.log().contains("is lost: the server 192.0.2.1 refused"), helper::log);
        cold("CHECK").fault().names("no longer valid", "refused");
        cold("DEL").succeeded();
        assertEquals(List.of(), leases.names());
    }

    @Test
    void aServerThatIsAwayForAWhileIsAskedAgain() throws Exception {
        // It is asked twice, for some two seconds each, and once more at T2.
        lan.connect(pod).serve(RANGE, T1, "--dhcp-option=59,8");
        Answer added = cold("ADD");
        configure(added);
        lan.silence();
        HelperProcess helper = node.own(HelperProcess.start(node));
        Patience.await("it is asked", () -> helper.log().contains("is not renewed yet: no server has answered"));

        lan.serve(RANGE, "--dhcp-option=58,60");

        Patience.await("the lease is renewed", () -> lan.count("DHCPACK(br0) " + added.ip()) > 1);
        assertTrue(pod.ip().isUp("eth0"));
        cold("DEL").succeeded();
    }

    @Test
    void theLeaseOfAContainerThatHasGoneIsForgotten() throws Exception {
        lan.connect(pod).serve(RANGE, T1, T2);
        cold("ADD").result();
        pod.netns().close();

        node.own(HelperProcess.start(node));

        Patience.await("it is forgotten", () -> leases.names().isEmpty());
    }

    @Test
    void aHelperWithALeaseAndNothingToDoUsesNoProcessorTime() throws Exception {
        lan.connect(pod).serve(RANGE);
        HelperProcess helper = node.own(HelperProcess.start(node));
        through("ADD").result();
        through("CHECK").succeeded();
        long before = helper.cpuTicks();

        Thread.sleep(3000);

        long ticks = helper.cpuTicks() - before;
        assertTrue(ticks <= 30, () -> ticks + " ticks of 10 ms in 3 s");
        through("DEL").succeeded();
    }

    /** Many more ADDs than there are threads for, and whoever they wait for does not answer. */
    @Test
    void whoWaitsForAServerThatIsAwayHoldsUpNobodyAndIsServedWhenItComes() throws Exception {
        node.own(HelperProcess.start(node, "--add-threads=2"));
        List<Pod> many = Stream.generate(node::pod).limit(12).toList();
        many.forEach(lan::connect);
        Conf patient = CONF.with("ipam.resendTimeout", 100);
        try (ExecutorService threads = Executors.newFixedThreadPool(many.size())) {
            List<Future<Answer>> added = many.stream()
                    .map(each -> threads.submit(() -> through("ADD", patient, each)))
                    .toList();
            Patience.await("some ask", () -> asking(many) >= 2);

            through("ADD", node.layer3(), pod).result();

            assertTrue(added.stream().noneMatch(Future::isDone), "nobody's wait is over");
            Patience.await("all ask", () -> asking(many) == many.size());
            lan.serve("192.0.2.10,192.0.2.40,120");
            for (Future<Answer> answer : added) {
                answer.get().result();
            }
        }
        assertEquals(many.size(), lan.leases().size());
        many.forEach(each -> through("DEL", CONF, each).succeeded());
        assertEquals(List.of(), leases.names());
    }

    /** How many have had their link set up, which comes right before the first question. */
    private static long asking(List<Pod> pods) {
        return pods.stream().filter(each -> each.ip().isUp("eth0")).count();
    }
}
