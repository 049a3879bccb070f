package dev.hawser.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.Errno;
import dev.hawser.kernel.FirewallChange.AddMacGuard;
import dev.hawser.kernel.FirewallChange.AddMasquerade;
import dev.hawser.kernel.FirewallChange.DeleteMacGuard;
import dev.hawser.kernel.FirewallChange.DeleteMasquerade;
import dev.hawser.kernel.FirewallChange.DeleteNftChain;
import dev.hawser.kernel.FirewallChange.DeleteNftRule;
import dev.hawser.kernel.FirewallChange.RestoreIptables;
import dev.hawser.kernel.KernelException;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.NftChain;
import dev.hawser.sys.Netns;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** On the real kernel, in a namespace of its own, checked with {@code nft} and {@code iptables-save}. */
class FirewallTest {

    private static final Attachment OWNER = new Attachment("net", "c1", "eth0");
    private static final Attachment OTHER = new Attachment("net", "c2", "eth0");
    private static final AddMasquerade MASQUERADE4 = new AddMasquerade(Cidr.parse("10.1.0.5/16"), OWNER);
    private static final AddMasquerade MASQUERADE6 = new AddMasquerade(Cidr.parse("fd00:1::5/64"), OWNER);
    private static final Cidr ADDRESS = Cidr.parse("10.1.0.5/16");
    private static final MacAddress MAC = MacAddress.parse("02:42:ac:11:00:02");
    private static final MacAddress OTHER_MAC = MacAddress.parse("02:42:ac:11:00:03");
    private static final AddMacGuard GUARD = new AddMacGuard("veth0123456789a", MAC, OWNER);

    private final NftHost host = new NftHost();
    private final Firewall firewall = host.firewall();

    @AfterEach
    void close() {
        host.close();
    }

    @Test
    void theFirstMasqueradeLoadsTheRuleset() {
        firewall.apply(MASQUERADE4);

        assertEquals(
                "table inet hawser {"
                        + " set subnet-10.1.0.0-16 { type ipv4_addr"
                        + " elements = { 10.1.0.5 comment \"net/c1/eth0\" } }"
                        + " chain subnet-10.1.0.0-16 { type nat hook postrouting priority srcnat; policy accept;"
                        + " ip daddr 224.0.0.0/4 return"
                        + " ip saddr @subnet-10.1.0.0-16 ip daddr != 10.1.0.0/16 masquerade } }",
                host.nft("list ruleset"));
    }

    @Test
    void anotherSubnetAddsItsSetAndKeepsTheElements() {
        firewall.apply(MASQUERADE4);

        firewall.apply(MASQUERADE6);

        String ruleset = host.nft("list ruleset");
        assertTrue(ruleset.contains("elements = { 10.1.0.5 comment \"net/c1/eth0\" }"), ruleset);
        assertTrue(ruleset.contains("elements = { fd00:1::5 comment \"net/c1/eth0\" }"), ruleset);
        assertTrue(
                ruleset.contains("ip6 daddr ff00::/8 return"
                        + " ip6 saddr @subnet-fd00_1__-64 ip6 daddr != fd00:1::/64 masquerade }"),
                ruleset);
    }

    @Test
    void masqueradingAgainChangesNothing() {
        firewall.apply(MASQUERADE4);
        String before = host.nft("-a list ruleset");

        firewall.apply(MASQUERADE4);

        assertEquals(before, host.nft("-a list ruleset"));
    }

    @Test
    void aStaleElementIsReplaced() {
        firewall.apply(new AddMasquerade(MASQUERADE4.address(), OTHER));

        firewall.apply(MASQUERADE4);

        assertEquals(List.of(MASQUERADE4), firewall.masquerades());
    }

    @Test
    void anElementOfUnknownOriginIsReplaced() {
        firewall.apply(MASQUERADE6);
        firewall.apply(MASQUERADE4);
        firewall.apply(new DeleteMasquerade(ADDRESS, OWNER));
        host.nft("'add element inet hawser subnet-10.1.0.0-16 { 10.1.0.5 comment \"by hand\" }'");

        firewall.apply(MASQUERADE4);

        assertEquals(Set.of(MASQUERADE4, MASQUERADE6), Set.copyOf(firewall.masquerades()));
    }

    @Test
    void theListingLoadsAgain() {
        firewall.apply(MASQUERADE4);
        firewall.apply(MASQUERADE6);
        firewall.apply(GUARD);
        firewall.apply(new AddMasquerade(
                Cidr.parse("10.1.0.6/16"), new Attachment("n".repeat(300), "c".repeat(300), "\"quoted\"")));
        String listing = host.nft("list ruleset");

        host.shell("nft list ruleset > /dev/shm/$$ && nft flush ruleset && nft -f /dev/shm/$$; rm /dev/shm/$$");

        assertEquals(listing, host.nft("list ruleset"));
        assertEquals(3, firewall.masquerades().size());
    }

    @Test
    void listsWhatIsMasqueradedWithItsOwner() {
        Attachment longOwner = new Attachment("n".repeat(300), "c".repeat(64), "eth0");
        AddMasquerade third = new AddMasquerade(Cidr.parse("10.2.0.9/24"), longOwner);
        firewall.apply(MASQUERADE4);
        firewall.apply(MASQUERADE6);
        firewall.apply(third);

        assertEquals(
                Set.of(MASQUERADE4, MASQUERADE6, new AddMasquerade(third.address(), longOwner.abbreviated())),
                Set.copyOf(firewall.masquerades()));
    }

    @Test
    void listsMoreThanOneDatagramHolds() {
        firewall.apply(MASQUERADE4);
        for (int i = 1; i <= 1000; i++) {
            InetAddress address = IpMath.plus(IpMath.parse("10.1.1.0"), i);
            firewall.apply(new AddMasquerade(new Cidr(address, 16), OWNER));
        }

        assertEquals(1001, firewall.masquerades().size());
    }

    @Test
    void withoutARulesetNothingIsThere() {
        assertEquals(List.of(), firewall.masquerades());
        assertEquals(List.of(), firewall.macGuards());
        assertEquals(Optional.empty(), firewall.masqueradeOwner(ADDRESS));
        assertEquals("", host.nft("list ruleset"));
    }

    @Test
    void tellsWhoseAnAddressIs() {
        firewall.apply(MASQUERADE4);

        assertEquals(Optional.of(OWNER), firewall.masqueradeOwner(ADDRESS));
        assertEquals(Optional.empty(), firewall.masqueradeOwner(Cidr.parse("10.1.0.6/16")));
    }

    @Test
    void deletingLeavesTheOtherElements() {
        firewall.apply(MASQUERADE4);
        firewall.apply(MASQUERADE6);

        firewall.apply(new DeleteMasquerade(ADDRESS, OWNER));

        assertEquals(List.of(MASQUERADE6), firewall.masquerades());
    }

    @Test
    void deletingForAnEarlierOwnerLeavesTheElement() {
        firewall.apply(MASQUERADE4);

        firewall.apply(new DeleteMasquerade(ADDRESS, OTHER));

        assertEquals(List.of(MASQUERADE4), firewall.masquerades());
    }

    @Test
    void deletingWhatIsNotThereIsDone() {
        firewall.apply(new DeleteMasquerade(ADDRESS, OWNER));
        firewall.apply(new DeleteMacGuard("veth0", MAC));
        firewall.apply(MASQUERADE6);
        firewall.apply(GUARD);
        firewall.apply(new DeleteMasquerade(ADDRESS, OWNER));
        firewall.apply(new DeleteMacGuard("veth0", MAC));

        assertEquals(List.of(MASQUERADE6), firewall.masquerades());
        assertEquals(List.of(GUARD), firewall.macGuards());
    }

    @Test
    void theFirstGuardLoadsTheRuleset() {
        firewall.apply(GUARD);

        assertEquals(
                "table bridge hawser {"
                        + " set guarded { type ifname elements = { \"veth0123456789a\" comment \"net/c1/eth0\" } }"
                        + " set allowed { type ifname . ether_addr"
                        + " elements = { \"veth0123456789a\" . 02:42:ac:11:00:02 } }"
                        + " chain prerouting { type filter hook prerouting priority dstnat; policy accept;"
                        + " iifname @guarded iifname . ether saddr != @allowed drop } }",
                host.nft("list ruleset"));
    }

    @Test
    void guardingAgainWithAnotherMacForgetsTheFirst() {
        firewall.apply(GUARD);

        firewall.apply(new AddMacGuard(GUARD.link(), OTHER_MAC, OTHER));

        assertEquals(List.of(new AddMacGuard(GUARD.link(), OTHER_MAC, OTHER)), firewall.macGuards());
    }

    @Test
    void aGuardIsDeletedWhateverItsMac() {
        firewall.apply(GUARD);
        firewall.apply(new AddMacGuard("veth1", OTHER_MAC, OTHER));

        firewall.apply(new DeleteMacGuard(GUARD.link(), OTHER_MAC));
        firewall.apply(new DeleteMacGuard("veth1", OTHER_MAC));

        assertEquals(List.of(), firewall.macGuards());
        assertFalse(host.nft("list ruleset").contains("elements"));
    }

    @Test
    void findsARuleByItsCommentAndDeletesIt() {
        host.nft("""
                -f - <<'END'
                add table bridge nat
                add chain bridge nat PREROUTING { type filter hook prerouting priority -300; }
                add chain bridge nat other
                add rule bridge nat other counter comment "elsewhere"
                add rule bridge nat PREROUTING iifname veth1 drop comment "macspoofchk-c1-eth0"
                add rule bridge nat PREROUTING counter
                END""");
        NftChain chain = new NftChain("bridge", "nat", "PREROUTING");

        List<NftChain.Rule> rules = firewall.rules(chain);
        firewall.apply(new DeleteNftRule(chain, rules.getFirst().handle()));
        firewall.apply(new DeleteNftRule(chain, rules.getFirst().handle()));

        assertEquals(
                List.of("macspoofchk-c1-eth0", ""),
                rules.stream().map(NftChain.Rule::comment).toList());
        assertEquals(
                "table bridge nat { chain PREROUTING { type filter hook prerouting priority dstnat; policy accept;"
                        + " counter packets 0 bytes 0 }"
                        + " chain other { counter packets 0 bytes 0 comment \"elsewhere\" } }",
                host.nft("list ruleset"));
    }

    @Test
    void aChainThatIsNotThereHasNoRules() {
        NftChain chain = new NftChain("ip", "nat", "none");

        assertEquals(List.of(), firewall.rules(chain));
        assertFalse(firewall.hasChain(chain));
    }

    @Test
    void deletesAChainWithItsRules() {
        host.nft("'add table inet t; add chain inet t c; add rule inet t c counter; add chain inet t stays'");
        NftChain chain = new NftChain("inet", "t", "c");
        boolean before = firewall.hasChain(chain);

        firewall.apply(new DeleteNftChain(chain));
        firewall.apply(new DeleteNftChain(chain));

        assertTrue(before);
        assertEquals("table inet t { chain stays { } }", host.nft("list ruleset"));
    }

    @Test
    void aChainInUseIsNotDeleted() {
        host.nft("'add table inet t; add chain inet t c; add chain inet t d; add rule inet t d jump c'");

        KernelException e = assertThrows(
                KernelException.class, () -> firewall.apply(new DeleteNftChain(new NftChain("inet", "t", "c"))));

        assertEquals(
                "delete chain inet t c: EBUSY (Device or resource busy) (attribute at byte 28): something still refers to it",
                e.getMessage());
    }

    @Test
    void restoresAndSavesIptables() {
        List<String> lines =
                List.of(":CNI-x - [0:0]", "-A CNI-x -d 10.1.0.0/16 -m comment --comment \"a b\" -j ACCEPT");

        firewall.apply(new RestoreIptables(true, "nat", lines));

        List<String> saved = firewall.iptables(true, "nat");
        assertTrue(saved.contains(":CNI-x - [0:0]"), saved::toString);
        assertTrue(saved.contains("-A CNI-x -d 10.1.0.0/16 -m comment --comment \"a b\" -j ACCEPT"), saved::toString);
        assertTrue(host.shell("iptables-save -t nat").contains("CNI-x"));
        assertFalse(firewall.iptables(false, "nat").toString().contains("CNI-x"));
    }

    @Test
    void aBadLineIsReportedInIptablesWords() {
        KernelException e = assertThrows(
                KernelException.class,
                () -> firewall.apply(new RestoreIptables(false, "nat", List.of("-A NO-SUCH -j ACCEPT"))));

        String message = String.valueOf(e.getMessage());
        assertTrue(message.startsWith("run ip6tables-restore --noflush --wait: exit status "), message);
        assertTrue(message.contains("line 2"), message);
    }

    @Test
    void withoutToolsItSaysWhatToInstall() {
        Firewall bare = host.firewall(List.of(Path.of("/nonexistent")));

        KernelException nft = assertThrows(KernelException.class, () -> bare.apply(MASQUERADE4));
        KernelException iptables =
                assertThrows(KernelException.class, () -> bare.apply(new RestoreIptables(true, "nat", List.of())));

        assertEquals("run nft: it is not installed: install the package nftables", nft.getMessage());
        assertEquals("run iptables-restore: it is not installed: install the package iptables", iptables.getMessage());
        assertEquals(Errno.ENOENT, nft.errno());
        assertEquals(List.of(), bare.iptables(true, "nat"));
        assertFalse(bare.hasNftables());
    }

    @Test
    void anyNumberMayLoadTheRulesetAtOnce() {
        List<Thread> pods = IntStream.rangeClosed(1, 16)
                .mapToObj(i -> Thread.ofPlatform().start(() -> masqueradeFromAFreshStart(i)))
                .toList();
        pods.forEach(FirewallTest::join);

        assertEquals(16, firewall.masquerades().size());
        assertEquals(4, host.nft("list ruleset").split(" masquerade ", -1).length - 1);
    }

    /** As every process of a node does: sockets of its own, and a subnet that the others may not have. */
    private void masqueradeFromAFreshStart(int i) {
        try (Namespace own = Namespace.of(Netns.open(Path.of("/run/netns", host.name())), NetlinkSocket.newBuffer())) {
            new Firewall(own).apply(new AddMasquerade(Cidr.parse("10.1." + (i % 4) + "." + i + "/24"), OWNER));
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Test
    void thisKernelHasNftables() {
        assertTrue(firewall.hasNftables());
    }
}
