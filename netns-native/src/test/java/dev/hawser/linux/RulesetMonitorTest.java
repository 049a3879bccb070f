package dev.hawser.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import dev.hawser.kernel.Alias;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.Change;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.FirewallChange.CloseBridge;
import dev.hawser.kernel.FirewallChange.PublishPorts;
import dev.hawser.kernel.ForwardingPolicy;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.Protocol;
import dev.hawser.kernel.PublishedPort;
import dev.hawser.kernel.PublishedPort.Masqueraded;
import dev.hawser.kernel.Side;
import dev.hawser.linux.RulesetMonitor.Doorway;
import dev.hawser.linux.RulesetMonitor.Restored;
import dev.hawser.netfilter.Nftables;
import dev.hawser.netlink.Ack;
import dev.hawser.netlink.Netlink;
import dev.hawser.netlink.Request;
import dev.hawser.sys.Netns;
import dev.hawser.sys.NetnsThread;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf(value = "dev.hawser.linux.LinuxKernelTest#isRoot", disabledReason = "making network namespaces needs root")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RulesetMonitorTest {

    private static final int MANY = 200;
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration AFTER_A_WHILE = Duration.ofSeconds(10);
    private static final Duration QUIET = Duration.ofMillis(400);

    /** Longer than the monitor waits for those who clear iptables. */
    private static final Duration SETTLED = Duration.ofMillis(800);

    private final TestNetns hostNetns = new TestNetns();
    private final TestNetns podNetns = new TestNetns();
    private final Netns netns = hostNetns.open();
    private final NetnsThread inside = NetnsThread.start(netns);
    private final LinuxHost host = inside.call(() -> LinuxHost.open((what, size) -> {}));
    private final Kernel kernel = inside.call(() -> host.kernel(podNetns.open()));
    private final Queue<Restored> restored = new ConcurrentLinkedQueue<>();
    private final Queue<Doorway> doorways = new ConcurrentLinkedQueue<>();
    private final Queue<String> log = new ConcurrentLinkedQueue<>();

    @AfterEach
    void close() {
        kernel.close();
        host.close();
        inside.close();
        netns.close();
        podNetns.close();
        hostNetns.close();
    }

    @Test
    void publishedPortsAreBackAfterAFlushAndAfterTheFlushOfOneChain() {
        attach(0);
        Attachment owner = owner(0);
        PublishPorts publication = new PublishPorts(
                owner,
                List.of(
                        new PublishedPort(Protocol.TCP, Optional.empty(), 8080, Cidr.parse("10.1.0.5/16"), 80, ""),
                        new PublishedPort(Protocol.TCP, Optional.empty(), 8080, Cidr.parse("fd00::5/64"), 80, "")),
                Masqueraded.SUBNET);
        apply(publication);
        write(0, alias -> alias.with(Optional.of(publication)));
        String chains = hostNetns.exec("nft", "-t", "list", "ruleset");

        try (RulesetMonitor monitor = start()) {
            hostNetns.exec("nft", "flush", "ruleset");
            assertTrue(
                    becomes(() -> restored.contains(restored(2, 1, 1)), AFTER_A_WHILE),
                    () -> monitor + ": " + restored + log);
            hostNetns.exec("nft", "flush", "chain", "inet", "hawser", "published-ip");
            assertTrue(
                    becomes(
                            () -> hostNetns
                                    .exec("nft", "list", "chain", "inet", "hawser", "published-ip")
                                    .contains("dnat"),
                            AFTER_A_WHILE),
                    () -> monitor + ": " + restored + log);
        }

        assertEquals(List.of(), inside.call(() -> kernel.missing(publication)));
        assertEquals(
                chains.lines().sorted().toList(),
                hostNetns.exec("nft", "-t", "list", "ruleset").lines().sorted().toList());
    }

    @Test
    void podsAreLetThroughAndBridgesClosedAgainAfterAFlush() {
        attach(1);
        attach(2);
        letThrough(1, Optional.of(new CloseBridge("cni0", false)));
        letThrough(2, Optional.of(new CloseBridge("veth2", true)));
        Filters before = filters();
        List<String> chains = listing();

        try (RulesetMonitor monitor = start()) {
            hostNetns.exec("nft", "flush", "ruleset");

            assertTrue(becomes(() -> filters().equals(before), SOON), () -> monitor + " restored " + restored + log);
            assertTrue(becomes(() -> restored.contains(new Restored(4, 2, 0, 4, 2, 0)), SOON), restored::toString);
        }
        assertEquals(4, before.forwarded().size());
        assertEquals(Set.of(new CloseBridge("cni0", false), new CloseBridge("veth2", true)), before.closed());
        assertEquals(Set.copyOf(chains), Set.copyOf(listing()));
        assertEquals(
                Set.of(
                        "nftables rules were lost and are restored: 4 masqueraded addresses, 2 guarded ports, 4 addresses"
                                + " that are let through, 2 closed bridges"),
                Set.copyOf(log));
    }

    @Test
    void theFlushOfAChainOrASetOfTheFiltersIsALossToo() {
        attach(1);
        letThrough(1, Optional.of(new CloseBridge("cni0", false)));
        String before = hostNetns.exec("nft", "list", "table", "inet", "hawser");

        try (RulesetMonitor monitor = start()) {
            for (String part : List.of(
                    "chain inet hawser forward",
                    "chain inet hawser forwarded",
                    "chain inet hawser ingress",
                    "set inet hawser forwarded4",
                    "set inet hawser forwarded6",
                    "set inet hawser closed")) {
                hostNetns.exec("nft", "flush " + part);

                assertTrue(
                        becomes(
                                () -> hostNetns
                                        .exec("nft", "list", "table", "inet", "hawser")
                                        .equals(before),
                                AFTER_A_WHILE),
                        () -> monitor + " left after the flush of " + part + ": "
                                + hostNetns.exec("nft", "list", "table", "inet", "hawser") + log);
            }
        }
    }

    @Test
    void whoIsNoLongerLetThroughStaysOutAndWhatIsClosedMoreStrictlyStaysSo() {
        attach(1);
        attach(2);
        letThrough(1, Optional.of(new CloseBridge("cni0", true)));
        letThrough(2, Optional.of(new CloseBridge("cni0", false)));
        write(1, alias -> alias.with(ForwardingPolicy.NONE));
        Filters before = filters();

        try (RulesetMonitor monitor = start()) {
            hostNetns.exec("nft", "flush set inet hawser forwarded4");
            assertTrue(becomes(() -> !restored.isEmpty(), SOON), monitor::toString);
            Filters afterTheSet = filters();
            hostNetns.exec("nft", "flush", "ruleset");
            assertTrue(becomes(() -> restored.size() > 1, SOON), monitor::toString);

            assertEquals(Set.of(new CloseBridge("cni0", true)), afterTheSet.closed());
            assertEquals(before.forwarded().size() - 1, afterTheSet.forwarded().size());
            assertEquals(Set.copyOf(forwarded(2)), filters().forwarded());
            assertEquals(Set.of(new CloseBridge("cni0", false)), filters().closed());
        }
    }

    @Test
    void aBridgeThatIsGoneIsNotClosedAgain() {
        attach(1);
        letThrough(1, Optional.of(new CloseBridge("cni0", false)));
        apply(new LinkChange.DeleteLink("cni0"));

        try (RulesetMonitor monitor = start()) {
            hostNetns.exec("nft", "flush", "ruleset");

            assertTrue(becomes(() -> restored.contains(new Restored(2, 1, 0, 2, 0, 0)), SOON), monitor::toString);
        }
        assertEquals(Set.of(), filters().closed());
    }

    @Test
    void theDoorwaysOfAllWhoAreLetThroughAreLookedAtWhenOneIsLost() {
        attach(1);
        attach(2);
        letThrough(1, Optional.empty());
        write(
                2,
                alias -> alias.with(new ForwardingPolicy(List.of(IpMath.parse("10.1.0.4")), "MINE", Optional.empty())));
        Set<Doorway> wanted = Set.of(
                new Doorway(true, ForwardingPolicy.ADMIN_CHAIN),
                new Doorway(false, ForwardingPolicy.ADMIN_CHAIN),
                new Doorway(true, "MINE"));
        Restored all = new Restored(0, 0, 0, 0, 0, wanted.size());

        try (RulesetMonitor monitor = start(true)) {
            assertTrue(becomes(() -> restored.contains(all), SOON), monitor::toString);
            assertEquals(wanted, Set.copyOf(doorways));
            for (String loss : List.of(
                    "iptables -F FORWARD",
                    "iptables -F HAWSER-FORWARD",
                    "iptables -D FORWARD -j HAWSER-FORWARD",
                    "ip6tables -F",
                    "nft delete table ip6 filter")) {
                List.of("iptables", "ip6tables").forEach(this::makeDoorway);
                becomes(() -> false, SETTLED);
                doorways.clear();

                hostNetns.exec("sh", "-ec", loss);

                assertTrue(
                        becomes(() -> Set.copyOf(doorways).equals(wanted), AFTER_A_WHILE),
                        () -> loss + ": " + doorways + log);
            }
        }
    }

    @Test
    void otherRulesOfIptablesAreNobodysLoss() {
        attach(1);
        letThrough(1, Optional.empty());
        makeDoorway("iptables");

        try (RulesetMonitor monitor = start()) {
            assertTrue(becomes(() -> doorways.size() == 2, SOON), monitor::toString);
            hostNetns.exec(
                    "sh",
                    "-ec",
                    "iptables -A FORWARD -j ACCEPT; iptables -D FORWARD -j ACCEPT; iptables -P FORWARD DROP");

            assertFalse(becomes(() -> doorways.size() > 2, SETTLED), () -> "looked again: " + doorways);
        }
    }

    @Test
    void everythingIsBackWithinASecondAfterAFlush() {
        for (int i = 0; i < MANY; i++) {
            attach(i);
        }
        Rules before = rules();
        String chains = hostNetns.exec("nft", "-t", "list", "ruleset");

        try (RulesetMonitor monitor = start()) {
            hostNetns.exec("nft", "flush", "ruleset");

            assertTrue(becomes(() -> rules().equals(before), SOON), () -> monitor + " restored " + restored + log);
        }
        assertEquals(2 * MANY, before.masquerades().size());
        assertEquals(MANY, before.guards().size());
        assertEquals(Set.copyOf(chains.lines().toList()), Set.copyOf(listing()));
    }

    @Test
    void whatWasLostBeforeIsMadeGoodAtTheStart() {
        attach(1);
        Rules before = rules();
        hostNetns.exec("nft", "flush", "ruleset");

        try (RulesetMonitor monitor = start()) {
            assertTrue(becomes(() -> rules().equals(before), SOON), () -> monitor + " restored " + restored + log);
            assertTrue(becomes(() -> restored.contains(restored(2, 1, 0)), SOON), restored::toString);
        }
    }

    @Test
    void aChainWithoutRulesIsFilledAgain() {
        attach(1);
        List<String> before = listing();

        try (RulesetMonitor monitor = start()) {
            hostNetns.exec("nft", "flush", "table", "inet", "hawser");

            assertTrue(becomes(() -> listing().equals(before), SOON), () -> monitor + " left " + listing());
        }
    }

    @Test
    void aPodThatIsGoneStaysGone() {
        attach(1);
        attach(2);

        try (RulesetMonitor monitor = start()) {
            apply(new LinkChange.DeleteLink("veth1"));
            hostNetns.exec("nft", "flush", "ruleset");

            assertTrue(becomes(() -> rules().masquerades().size() == 2, SOON), () -> monitor + " restored " + restored);
            assertFalse(becomes(() -> rules().masquerades().size() != 2, QUIET));
        }
        assertEquals(List.of(restored(2, 1, 0)), List.copyOf(restored));
    }

    @Test
    void theLastElementThatDelTakesIsNoLoss() {
        attach(1);
        // Before the monitor listens: otherwise it may hear of this loss when it has made it good already, and look
        // again.
        hostNetns.exec("nft", "flush", "ruleset");

        try (RulesetMonitor monitor = start()) {
            assertTrue(becomes(() -> !restored.isEmpty(), SOON), monitor::toString);
            int before = restored.size();

            masquerades(1).forEach(add -> apply(new FirewallChange.DeleteMasquerade(add.address(), add.owner())));
            apply(new FirewallChange.DeleteMacGuard("veth1", mac(1)));

            assertFalse(becomes(() -> !rules().isEmpty(), QUIET), monitor::toString);
            assertEquals(before, restored.size());
        }
    }

    @Test
    void elementsThatSomebodyElseFlushesAreBackWithinASecond() {
        for (int i = 0; i < MANY; i++) {
            attach(i);
        }
        Rules before = rules();

        try (RulesetMonitor monitor = start()) {
            // By one process: on a busy machine the monitor does not wait for the next one.
            hostNetns.exec("nft", sets().stream().map(set -> "flush set " + set).collect(Collectors.joining("; ")));

            assertTrue(becomes(() -> !restored.isEmpty(), AFTER_A_WHILE), monitor::toString);
            assertTrue(becomes(() -> rules().equals(before), SOON), () -> monitor + " restored " + restored + log);
        }
        assertEquals(2 * MANY, restored.stream().mapToInt(Restored::masquerades).sum());
        assertEquals(MANY, restored.stream().mapToInt(Restored::macGuards).sum());
    }

    @Test
    void oneElementThatSomebodyElseDeletesIsBackWithinASecond() {
        attach(1);
        attach(2);
        Rules before = rules();

        try (RulesetMonitor monitor = start()) {
            hostNetns.exec("nft", "delete element inet hawser subnet-10.1.0.0-16 { 10.1.0.3 }");

            assertTrue(becomes(() -> !restored.isEmpty(), SOON), () -> monitor + " said " + log);
        }
        assertEquals(before, rules());
        assertEquals(List.of(restored(1, 0, 0)), List.copyOf(restored));
    }

    @Test
    void anElementThatAnotherProcessDeletesAfterItsLinkStaysGone() {
        attach(1);
        attach(2);

        try (RulesetMonitor monitor = start()) {
            apply(new LinkChange.DeleteLink("veth1"));
            hostNetns.exec("nft", "delete element inet hawser subnet-10.1.0.0-16 { 10.1.0.3 }");

            assertFalse(becomes(() -> !restored.isEmpty(), QUIET), monitor::toString);
        }
        assertEquals(3, rules().masquerades().size());
    }

    @Test
    void anElementThatAnotherProcessDeletesBeforeItsLinkStaysGone() {
        attach(1);

        try (RulesetMonitor monitor = start()) {
            hostNetns.exec(
                    "sh",
                    "-ec",
                    "nft 'delete element inet hawser subnet-10.1.0.0-16 { 10.1.0.3 }' ; ip link delete veth1");

            assertFalse(becomes(() -> !restored.isEmpty(), QUIET), monitor::toString);
        }
    }

    @Test
    void noDelOfThisProcessIsALossByWhicheverSocketItGoes() {
        attach(1);
        attach(2);
        hostNetns.exec("nft", "flush", "ruleset");

        try (RulesetMonitor monitor = start();
                Kernel alone = LinuxKernel.open(hostNetns.open(), podNetns.open())) {
            assertTrue(becomes(() -> restored.contains(restored(4, 2, 0)), SOON), monitor::toString);
            assertFalse(becomes(() -> restored.size() > 1, QUIET), () -> "still restoring: " + restored);

            masquerades(1).forEach(add -> apply(new FirewallChange.DeleteMasquerade(add.address(), add.owner())));
            masquerades(2)
                    .forEach(add ->
                            alone.apply(Side.HOST, new FirewallChange.DeleteMasquerade(add.address(), add.owner())));

            assertFalse(becomes(() -> !rules().masquerades().isEmpty(), QUIET), monitor::toString);
        }
        assertEquals(List.of(restored(4, 2, 0)), List.copyOf(restored));
    }

    @Test
    void aReloadOfSomebodyElsesRulesetLeavesBothInPlace() {
        attach(1);
        Rules before = rules();

        try (RulesetMonitor monitor = start()) {
            hostNetns.exec(
                    "nft",
                    "flush ruleset ; add table inet somebody ; "
                            + "add chain inet somebody postrouting { type nat hook postrouting priority 110 ; } ; "
                            + "add rule inet somebody postrouting oifname eth7 masquerade");
            String theirs = hostNetns.exec("nft", "list", "table", "inet", "somebody");

            assertTrue(becomes(() -> rules().equals(before), SOON), () -> monitor + " restored " + restored + log);
            assertEquals(theirs, hostNetns.exec("nft", "list", "table", "inet", "somebody"));
        }
        assertTrue(listing().contains("table inet hawser {"), () -> listing().toString());
    }

    /** {@code nft destroy} (1.0.7) on a kernel that knows it (6.3): its notifications have types of their own. */
    @Test
    void aTableThatSomebodyDestroysIsALoss() {
        attach(1);
        Rules before = rules();

        try (RulesetMonitor monitor = start()) {
            Ack destroyed = inside.call(RulesetMonitorTest::destroyTable);
            assumeTrue(destroyed.isOk(), () -> "this kernel cannot destroy a table: " + destroyed.text());

            assertTrue(becomes(() -> rules().equals(before), SOON), () -> monitor + " restored " + restored + log);
        }
    }

    @Test
    void tablesOfOthersAreNobodysLoss() {
        attach(1);

        try (RulesetMonitor monitor = start()) {
            hostNetns.exec("nft", "add", "table", "inet", "somebody");
            hostNetns.exec("nft", "delete", "table", "inet", "somebody");

            assertFalse(becomes(() -> !restored.isEmpty(), QUIET), monitor::toString);
        }
        assertEquals(List.of(), List.copyOf(log));
    }

    @Test
    void closingEndsTheThreadAndGivesEveryDescriptorBack() {
        attach(1);
        long before = descriptors();
        RulesetMonitor monitor = start();
        hostNetns.exec("nft", "flush", "ruleset");
        assertTrue(becomes(() -> !restored.isEmpty(), SOON));

        monitor.close();
        monitor.close();

        assertEquals(before, descriptors());
        assertTrue(Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("ruleset monitor")));
    }

    /** Sets of what the filters have: who is let through, and what is closed. */
    private record Filters(Set<FirewallChange.AllowForwarding> forwarded, Set<CloseBridge> closed) {}

    private Filters filters() {
        return inside.call(() -> new Filters(new HashSet<>(kernel.forwarded()), new HashSet<>(kernel.closedBridges())));
    }

    /** As the plugin firewall does it; the bridge is made if it is not there. */
    private void letThrough(int i, Optional<CloseBridge> closed) {
        closed.filter(close -> !close.bridge().startsWith("veth"))
                .ifPresent(close -> apply(new LinkChange.AddBridge(close.bridge(), OptionalInt.empty(), false)));
        closed.ifPresent(this::apply);
        forwarded(i).forEach(this::apply);
        List<InetAddress> addresses = forwarded(i).stream()
                .map(FirewallChange.AllowForwarding::address)
                .toList();
        write(i, alias -> alias.with(new ForwardingPolicy(addresses, ForwardingPolicy.ADMIN_CHAIN, closed)));
    }

    private static List<FirewallChange.AllowForwarding> forwarded(int i) {
        return masquerades(i).stream()
                .map(masquerade ->
                        new FirewallChange.AllowForwarding(masquerade.address().address(), owner(i)))
                .toList();
    }

    /** Whatever is left of it. */
    private void makeDoorway(String tool) {
        hostNetns.exec(
                "sh",
                "-ec",
                "tool=" + tool + "; $tool -F; $tool -X; $tool -N HAWSER-FORWARD; $tool -A HAWSER-FORWARD -j ACCEPT;"
                        + " $tool -I FORWARD -j HAWSER-FORWARD");
    }

    private record Rules(Set<FirewallChange.AddMasquerade> masquerades, Set<FirewallChange.AddMacGuard> guards) {
        boolean isEmpty() {
            return masquerades.isEmpty() && guards.isEmpty();
        }
    }

    /** NFT_MSG_DESTROYTABLE for the table hawser of family inet (NFPROTO_INET). */
    private static Ack destroyTable() {
        int type = 10 << 8 | 26;
        int inet = 1;
        try (NetlinkSocket socket = NetlinkSocket.open(Netlink.NETLINK_NETFILTER, NetlinkSocket.newBuffer())) {
            Request destroy = Request.acknowledged(
                    type,
                    0,
                    out -> out.fixed(header ->
                                    header.put((byte) inet).put((byte) 0).putShort((short) 0))
                            .string(1, "hawser"));
            return socket.executeAll(Nftables.batch(List.of(destroy)));
        }
    }

    /** All sets of ours, in nft's words. */
    private static List<String> sets() {
        Stream<String> subnets = masquerades(0).stream()
                .map(masquerade -> "inet hawser " + FirewallChange.masqueradeSet(masquerade.address()));
        return Stream.concat(subnets, Stream.of("bridge hawser guarded", "bridge hawser allowed"))
                .toList();
    }

    /** Whose doorways are always found open. */
    private RulesetMonitor start() {
        return start(false);
    }

    private RulesetMonitor start(boolean doorwaysAreMissing) {
        return inside.call(() -> RulesetMonitor.start(log::add, restored::add, doorway -> {
            doorways.add(doorway);
            return doorwaysAreMissing;
        }));
    }

    private Rules rules() {
        return inside.call(() -> new Rules(new HashSet<>(kernel.masquerades()), new HashSet<>(kernel.macGuards())));
    }

    private List<String> listing() {
        return hostNetns.exec("nft", "-t", "list", "ruleset").lines().toList();
    }

    private void attach(int i) {
        Change veth = new LinkChange.AddVeth(
                "veth" + i, mac(2L * i), Optional.empty(), Side.POD, "eth" + i, mac(2L * i + 1), OptionalInt.empty());
        List<Cidr> addresses = masquerades(i).stream()
                .map(FirewallChange.AddMasquerade::address)
                .toList();
        apply(veth);
        Alias alias = new Alias(owner(i), Optional.of("default/pod"), addresses, Optional.of(mac(i)));
        apply(new LinkChange.SetAlias("veth" + i, alias.toString()));
        masquerades(i).forEach(this::apply);
        apply(new FirewallChange.AddMacGuard("veth" + i, mac(i), owner(i)));
    }

    /** What a link's alias says from now on. */
    private void write(int i, UnaryOperator<Alias> saying) {
        Link link = inside.call(() -> kernel.linkOrThrow(Side.HOST, "veth" + i));
        Alias alias = saying.apply(Alias.parse(link.alias()).orElseThrow());
        apply(new LinkChange.SetAlias(link.name(), alias.toString()));
    }

    private static Restored restored(int masquerades, int macGuards, int publications) {
        return new Restored(masquerades, macGuards, publications, 0, 0, 0);
    }

    private static List<FirewallChange.AddMasquerade> masquerades(int i) {
        return Stream.of("10.1.0.0/16", "fd00:1::/64")
                .map(Cidr::parse)
                .map(subnet -> new Cidr(IpMath.plus(subnet.address(), 2 + i), subnet.prefixLength()))
                .map(address -> new FirewallChange.AddMasquerade(address, owner(i)))
                .toList();
    }

    private static Attachment owner(int i) {
        return new Attachment("net", "container" + i, "eth0");
    }

    private static MacAddress mac(long i) {
        return MacAddress.locallyAdministered(i);
    }

    private void apply(Change change) {
        inside.call(() -> {
            kernel.apply(Side.HOST, change);
            return change;
        });
    }

    private static boolean becomes(BooleanSupplier condition, Duration within) {
        return Waiting.until(condition, (int) within.toMillis());
    }

    private static long descriptors() {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
