package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The rules that ADD makes: masquerading by either backend, and the guard of a port's MAC. */
class RulesTest {

    @RegisterExtension
    final TestNode node = new TestNode();

    private final Pod pod = node.pod();
    private final Conf masqueraded = node.dualStack().with("ipMasq", true);

    @Test
    void nftablesHasOneElementForEachAddressAndItsCommentSaysWhose() {
        node.add(masqueraded.with("ipMasqBackend", "nftables"), pod).result();

        String owner = "net1/" + pod.containerId() + "/eth0";
        assertOneElement(node.nft().elements("inet hawser", "subnet-10.88.0.0-24"), "10.88.0.2", owner);
        assertOneElement(node.nft().elements("inet hawser", "subnet-fd00_88__-64"), "fd00:88::2", owner);
    }

    @Test
    void nftablesIsTheBackendUnlessAnotherIsNamed() {
        node.add(masqueraded, pod).result();

        assertEquals(
                1, node.nft().elements("inet hawser", "subnet-10.88.0.0-24").size());
    }

    @Test
    void anotherPodIsAnotherElementAndNoOtherRule() {
        node.add(masqueraded, pod).result();
        int rules = node.nft().all("rule").size();

        node.add(masqueraded, node.pod()).result();

        assertEquals(rules, node.nft().all("rule").size());
        assertEquals(
                2, node.nft().elements("inet hawser", "subnet-10.88.0.0-24").size());
        assertEquals(
                2, node.nft().elements("inet hawser", "subnet-fd00_88__-64").size());
    }

    @Test
    void rulesThatOthersMadeAreLeftAlone() {
        node.host()
                .output("nft", "add table inet somebody { chain post { type nat hook postrouting priority 100; }; }");
        node.host().output("nft", "add rule inet somebody post ip saddr 10.1.1.1 masquerade");
        List<String> theirs = theirRules();

        Answer added = node.add(masqueraded, pod);
        node.delete(masqueraded, pod, added).succeeded();

        assertEquals(theirs, theirRules());
    }

    @Test
    void iptablesHasTheReferencesChainAndRules() {
        node.add(masqueraded.with("ipMasqBackend", "iptables"), pod).result();

        String chain = referenceChain(pod);
        String comment = " -m comment --comment \"name: \\\"net1\\\" id: \\\"" + pod.containerId() + "\\\"\"";
        assertEquals(
                List.of(
                        "-N " + chain,
                        "-A POSTROUTING -s 10.88.0.2/32" + comment + " -j " + chain,
                        "-A " + chain + " -d 10.88.0.0/24" + comment + " -j ACCEPT",
                        "-A " + chain + " ! -d 224.0.0.0/4" + comment + " -j MASQUERADE"),
                rules("iptables"));
        assertEquals(
                List.of(
                        "-N " + chain,
                        "-A POSTROUTING -s fd00:88::2/128" + comment + " -j " + chain,
                        "-A " + chain + " -d fd00:88::/64" + comment + " -j ACCEPT",
                        "-A " + chain + " ! -d ff00::/8" + comment + " -j MASQUERADE"),
                rules("ip6tables"));
    }

    @Test
    void iptablesIsNotTouchedForAFamilyThatHasNoAddress() {
        node.add(node.gateway().with("ipMasq", true).with("ipMasqBackend", "iptables"), pod)
                .result();

        assertEquals(List.of(), rules("ip6tables"));
    }

    /** The reference makes a chain for each container, and the first DEL takes it from all its interfaces. */
    @Test
    void bothInterfacesOfAContainerAreMasqueradedByIptablesUntilTheirOwnDel() {
        Conf conf = masqueraded.with("ipMasqBackend", "iptables").with("isDefaultGateway", false);
        Pod second = pod.withIfName("eth1");
        Answer added = node.add(conf, pod);
        Answer alsoAdded = node.add(conf, second);

        node.delete(conf, second, alsoAdded).succeeded();

        assertTrue(rules("iptables").stream().anyMatch(rule -> rule.startsWith("-A POSTROUTING -s 10.88.0.2/32")));
        assertTrue(rules("iptables").stream().anyMatch(rule -> rule.endsWith("-j MASQUERADE")));
        assertTrue(rules("iptables").stream().noneMatch(rule -> rule.contains("10.88.0.3")));
        node.delete(conf, pod, added).succeeded();
        assertEquals(List.of(), rules("iptables"));
    }

    @Test
    void aPortWhoseMacIsCheckedIsAnElement() {
        node.add(node.layer2().with("macspoofchk", true), pod).result();

        assertOneElement(
                node.nft().elements("bridge hawser", "guarded"), pod.hostVeth(), "net1/" + pod.containerId() + "/eth0");
        assertOneElement(
                node.nft().elements("bridge hawser", "allowed"),
                pod.hostVeth(),
                pod.ip().mac("eth0"));
    }

    @Test
    void withoutMasqueradeThereIsNoRule() {
        node.add(node.dualStack(), pod).result();

        assertEquals(List.of(), node.nft().tables());
    }

    private static void assertOneElement(List<String> elements, String key, String comment) {
        assertEquals(1, elements.size(), elements::toString);
        assertTrue(elements.getFirst().contains("\"" + key + "\""), elements::toString);
        assertTrue(elements.getFirst().contains("\"" + comment + "\""), elements::toString);
    }

    private List<String> theirRules() {
        return node.nft().ruleset().stream()
                .filter(text -> text.contains("somebody"))
                .toList();
    }

    private List<String> rules(String tool) {
        return node.nft().natRules(tool).stream()
                .filter(line -> !line.startsWith("-P "))
                .toList();
    }

    /** {@code CNI-} and 24 hexadecimal digits of SHA-512(network + containerId): the interface is no part of it. */
    private static String referenceChain(Pod pod) {
        byte[] text = (TestNode.NETWORK + pod.containerId()).getBytes(StandardCharsets.UTF_8);
        try {
            byte[] hash = MessageDigest.getInstance("SHA-512").digest(text);
            return "CNI-" + HexFormat.of().formatHex(hash).substring(0, 24);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-512", e);
        }
    }
}
