package dev.hawser.plugin.portmap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.attach.ReferenceNames;
import dev.hawser.attach.VethNames;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.Change;
import dev.hawser.kernel.FakeKernel;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.NftChain;
import dev.hawser.kernel.PublishedPort.Masqueraded;
import dev.hawser.kernel.Side;
import dev.hawser.run.Namespaces;
import dev.hawser.run.TestNode;
import dev.hawser.run.TestNode.Ended;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PortmapPluginTest {

    private static final String BRIDGE = """
            {"cniVersion": "1.1.0", "name": "net", "type": "bridge", "isGateway": true, "ipam": {"type": "host-local",
             "ranges": [[{"subnet": "10.1.2.0/24"}], [{"subnet": "fd00::/64"}]]}}
            """;

    private static final String BOTH = mappings(mapping(8080, 80, "tcp"), mapping(53, 53, "UDP"));
    private static final String CHAIN = "CNI-DN-" + ReferenceNames.digest("net" + "c1", 21);
    private static final String HOST_END = VethNames.of("c1", "eth0").hostEnd();
    private static final Attachment OWNER = new Attachment("net", "c1", "eth0");

    private final TestNode node = new TestNode();
    private final FakeKernel kernel = node.kernel;
    private String previous = "";
    private int before;

    /** What every test begins with: a container on a bridge. */
    @BeforeEach
    void attach() {
        Ended bridged = node.call("ADD", "bridge", BRIDGE);
        assertEquals(0, bridged.exitStatus(), bridged.stdout());
        previous = bridged.stdout();
        before = kernel.applied().size();
    }

    private static String mapping(int hostPort, int containerPort, String protocol) {
        return "{\"hostPort\": " + hostPort + ", \"containerPort\": " + containerPort + ", \"protocol\": \"" + protocol
                + "\"}";
    }

    private static String mapping(int hostPort, int containerPort, String protocol, String hostIp) {
        return mapping(hostPort, containerPort, protocol).replace("}", ", \"hostIP\": \"" + hostIp + "\"}");
    }

    private static String mappings(String... mappings) {
        return "\"runtimeConfig\": {\"portMappings\": [" + String.join(", ", mappings) + "]}";
    }

    /** A configuration of this network with these members. */
    private String conf(String... members) {
        return confWithoutResult(members).replaceFirst("}$", ", \"prevResult\": " + previous + "}");
    }

    private static String confWithoutResult(String... members) {
        return "{\"cniVersion\": \"1.1.0\", \"name\": \"net\", \"type\": \"portmap\""
                + List.of(members).stream().map(member -> ", " + member).collect(Collectors.joining()) + "}";
    }

    private Ended call(String command, String conf) {
        return node.call(command, "portmap", conf);
    }

    private String steps() {
        return kernel.applied().stream()
                .skip(before)
                .map(Object::toString)
                .collect(Collectors.joining("\n"))
                .replace(HOST_END, "HOST")
                .replace(CHAIN, "CNI-DN-x");
    }

    @Test
    void portsThenFlowsThenTheWayFromTheHostItself() {
        Ended ended = call("ADD", conf(BOTH));

        assertEquals(new Ended(0, previous), ended);
        assertEquals("""
                nft add element inet hawser ports-ip { tcp . 8080 comment "net/c1/eth0" : 10.1.2.2 . 80 }; \
                nft add element inet hawser hairpin-10.1.2.0-24 { 10.1.2.2 . tcp . 8080 comment "net/c1/eth0" }; \
                nft add element inet hawser ports-ip6 { tcp . 8080 comment "net/c1/eth0" : fd00::2 . 80 }; \
                nft add element inet hawser hairpin-fd00__-64 { fd00::2 . tcp . 8080 comment "net/c1/eth0" }; \
                nft add element inet hawser ports-ip { udp . 53 comment "net/c1/eth0" : 10.1.2.2 . 53 }; \
                nft add element inet hawser hairpin-10.1.2.0-24 { 10.1.2.2 . udp . 53 comment "net/c1/eth0" }; \
                nft add element inet hawser ports-ip6 { udp . 53 comment "net/c1/eth0" : fd00::2 . 53 }; \
                nft add element inet hawser hairpin-fd00__-64 { fd00::2 . udp . 53 comment "net/c1/eth0" }
                ip link set HOST alias 'net/c1/eth0 publish=subnet,10.1.2.2/24,fd00::2/64,8080>80/tcp,53>53/udp'
                conntrack -D -f ipv4 -p udp --dport 53
                conntrack -D -f ipv6 -p udp --dport 53
                sysctl -w net/ipv4/conf/cni0/route_localnet=1""", steps());
    }

    @Test
    void byIptablesEachFamilyTakesOneProcess() {
        Ended ended = call("ADD", conf("\"backend\": \"iptables\"", BOTH));

        assertEquals(new Ended(0, previous), ended);
        assertEquals("""
                iptables-restore --noflush <<< '*nat; \
                -N CNI-HOSTPORT-DNAT; -N CNI-HOSTPORT-MASQ; -N CNI-HOSTPORT-SETMARK; \
                -A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT; \
                -A OUTPUT -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT; \
                -A CNI-HOSTPORT-SETMARK -m comment --comment "CNI portfwd masquerade mark" -j MARK --set-xmark 0x2000/0x2000; \
                -A CNI-HOSTPORT-MASQ -m mark --mark 0x2000/0x2000 -j MASQUERADE; \
                -I POSTROUTING 1 -m comment --comment "CNI portfwd requiring masquerade" -j CNI-HOSTPORT-MASQ; \
                :CNI-DN-x - [0:0]; \
                -A CNI-DN-x -s 10.1.2.0/24 -p tcp -m tcp --dport 8080 -j CNI-HOSTPORT-SETMARK; \
                -A CNI-DN-x -s 127.0.0.1/32 -p tcp -m tcp --dport 8080 -j CNI-HOSTPORT-SETMARK; \
                -A CNI-DN-x -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.1.2.2:80; \
                -A CNI-DN-x -s 10.1.2.0/24 -p udp -m udp --dport 53 -j CNI-HOSTPORT-SETMARK; \
                -A CNI-DN-x -s 127.0.0.1/32 -p udp -m udp --dport 53 -j CNI-HOSTPORT-SETMARK; \
                -A CNI-DN-x -p udp -m udp --dport 53 -j DNAT --to-destination 10.1.2.2:53; \
                -A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \\"net\\" id: \\"c1\\"" -m multiport --dports 8080 -j CNI-DN-x; \
                -A CNI-HOSTPORT-DNAT -p udp -m comment --comment "dnat name: \\"net\\" id: \\"c1\\"" -m multiport --dports 53 -j CNI-DN-x; \
                COMMIT'""", steps().lines().findFirst().orElse(""));
        assertTrue(steps().contains("-A CNI-DN-x -s fd00::/64 -p tcp -m tcp --dport 8080 -j CNI-HOSTPORT-SETMARK"));
        assertTrue(steps().contains("-j DNAT --to-destination [fd00::2]:80;"), steps());
    }

    @Test
    void withoutPortsTheResultPassesThroughAndNothingIsTouched() {
        assertEquals(new Ended(0, previous), call("ADD", conf()));
        assertEquals(new Ended(0, previous), call("ADD", conf(mappings())));
        assertEquals(new Ended(0, ""), call("CHECK", conf()));
        assertEquals("", steps());
    }

    @Test
    void itMustBeChained() {
        Ended ended = call("ADD", confWithoutResult(BOTH));

        assertEquals(1, ended.exitStatus());
        assertTrue(ended.stdout().contains("Required prevResult missing"), ended.stdout());
    }

    @Test
    void everyFaultIsReportedAtOnce() {
        Ended ended = call(
                "ADD",
                conf(
                        "\"backend\": \"ebtables\", \"markMasqBit\": 32, \"externalSetMarkChain\": \"X\"",
                        mappings(
                                mapping(0, 80, "tcp"),
                                mapping(65536, 80, "icmp"),
                                mapping(80, 65536, "tcp"),
                                "{\"hostPort\": 81}",
                                mapping(82, 82, "tcp", "1.2.3"),
                                mapping(83, 80, "tcp"),
                                mapping(83, 81, "tcp"))));

        assertEquals(1, ended.exitStatus());
        for (String part : List.of(
                "backend: unrecognized backend \\\"ebtables\\\"",
                "markMasqBit: 32 is out of range, want 0 to 31",
                "Cannot specify externalSetMarkChain and markMasqBit",
                "runtimeConfig.portMappings[0].hostPort: 0 is out of range, want 1 to 65535",
                "runtimeConfig.portMappings[1].hostPort: 65536",
                "runtimeConfig.portMappings[1].protocol: \\\"icmp\\\" is unknown, want tcp, udp or sctp",
                "runtimeConfig.portMappings[2].containerPort: 65536",
                "runtimeConfig.portMappings[3].containerPort: is missing",
                "runtimeConfig.portMappings[3].protocol: is missing",
                "runtimeConfig.portMappings[4].hostIP: \\\"1.2.3\\\"",
                "runtimeConfig.portMappings[6].hostPort: 83 leads to containerPort 80 already")) {
            assertTrue(ended.stdout().contains(part), part + " in " + ended.stdout());
        }
        assertEquals("", steps());
    }

    @Test
    void optionsOfTheOtherBackendAreRefusedInTheReferencesWords() {
        Ended nftables = call(
                "ADD",
                conf(
                        "\"backend\": \"nftables\", \"externalSetMarkChain\": \"X\", \"conditionsV4\": [\"!\", \"-s\", \"1.1.1.1\"]",
                        BOTH));
        Ended iptables =
                call("ADD", conf("\"backend\": \"iptables\", \"conditionsV6\": [\"iifname\", \"eth0\"]", BOTH));

        assertTrue(
                nftables.stdout()
                        .contains("nftables backend was requested but configuration contains iptables-specific options"
                                + " [externalSetMarkChain conditionsV4]"),
                nftables.stdout());
        assertTrue(
                iptables.stdout()
                        .contains("iptables backend was requested but configuration contains nftables-specific options"
                                + " [conditionsV6]"),
                iptables.stdout());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"snat\": true                                           | nft",
                "\"markMasqBit\": 5                                       | iptables",
                "\"externalSetMarkChain\": \"KUBE-MARK-MASQ\"             | iptables",
                "\"conditionsV4\": [\"!\", \"-d\", \"192.0.2.0/24\"]      | iptables",
                "\"conditionsV4\": [\"ip\", \"daddr\", \"192.0.2.0/24\"] | nft"
            })
    void theBackendIsNftablesUnlessAnOptionAsksForIptables(String option, String tool) {
        Ended ended = call("ADD", conf(option, BOTH));

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertTrue(steps().startsWith(tool), steps());
    }

    @Test
    void aKernelWithoutNftablesPublishesByIptables() {
        kernel.removeNftables();

        Ended ended = call("ADD", conf(BOTH));

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertTrue(steps().startsWith("iptables-restore"), steps());
    }

    @Test
    void aPortOfOneAddressIsOfItsFamilyOnly() {
        Ended ended = call("ADD", conf(mappings(mapping(80, 80, "tcp", "192.0.2.1"), mapping(81, 81, "sctp", "::"))));

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertTrue(
                steps().contains("host-ports-ip { 192.0.2.1 . tcp . 80 comment \"net/c1/eth0\" : 10.1.2.2 . 80 }"),
                steps());
        assertTrue(steps().contains("ports-ip6 { sctp . 81 comment \"net/c1/eth0\" : fd00::2 . 81 }"), steps());
        assertFalse(steps().contains(" ports-ip {"), steps());
    }

    @Test
    void anAddressOfAFamilyThatTheContainerLacksIsAFault() {
        previous = "{\"cniVersion\": \"1.1.0\", \"ips\": [{\"address\": \"10.1.2.2/24\"}]}";

        Ended refused = call("ADD", conf(mappings(mapping(80, 80, "tcp", "2001:db8::1"))));
        Ended unspecified =
                call("ADD", conf(mappings(mapping(80, 80, "tcp", "::"), mapping(80, 80, "tcp", "0.0.0.0"))));

        assertEquals(1, refused.exitStatus());
        assertTrue(
                refused.stdout()
                        .contains(
                                "runtimeConfig.portMappings[0].hostIP: \\\"2001:db8::1\\\" is an address of IPv6, of which"
                                        + " the container has none"),
                refused.stdout());
        assertEquals(0, unspecified.exitStatus(), unspecified.stdout());
    }

    @Test
    void theFirstAddressOfEachFamilyOfTheContainersInterfaceIsMeant() {
        previous = """
                {"cniVersion": "1.1.0", "interfaces": [{"name": "cni0"}, {"name": "eth0", "sandbox": "/n"}, {"name": "eth1", "sandbox": "/n"}],
                 "ips": [{"address": "10.0.0.1/24", "interface": 0}, {"address": "10.0.0.2/24", "interface": 2},
                         {"address": "10.0.0.3/24", "interface": 1}, {"address": "10.0.0.4/24", "interface": 1}]}""";

        Ended ended = call("ADD", conf(mappings(mapping(80, 80, "tcp"))));

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertTrue(steps().startsWith(
                        "nft add element inet hawser ports-ip { tcp . 80 comment \"net/c1/eth0\" : 10.0.0.3 . 80 }"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nftables", "iptables"})
    void whicheverStepFailsNothingIsLeft(String backend) {
        int failures = 0;
        for (int n = 1; ; n++) {
            kernel.failOn(n);
            Ended ended = call("ADD", conf("\"backend\": \"" + backend + "\"", BOTH));
            if (ended.exitStatus() == 0) {
                break;
            }
            failures++;
            assertNothingLeft("after step " + n + " failed: " + ended.stdout());
        }
        assertTrue(failures >= 4, "only " + failures + " steps were made to fail");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PRESENT", "MISSING", "NOT_A_NAMESPACE"})
    void delNeedsNoNamespace(String state) {
        call("ADD", conf(BOTH));
        node.netnsState = Namespaces.State.valueOf(state);

        Ended ended = call("DEL", conf(BOTH));

        assertEquals(new Ended(0, ""), ended);
        assertNothingLeft("after DEL");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nftables", "iptables"})
    void delNeedsNeitherPortsNorResultNorTheSameConditions(String backend) {
        call("ADD", conf("\"backend\": \"" + backend + "\"", BOTH));

        Ended ended = call("DEL", confWithoutResult("\"conditionsV4\": [\"ip\", \"ttl\", \"5\"]"));

        assertEquals(new Ended(0, ""), ended);
        assertNothingLeft("after DEL");
    }

    @Test
    void delToleratesPortsThatAddWouldNot() {
        call("ADD", conf(BOTH));

        Ended ended = call("DEL", conf(mappings(mapping(0, 80, "tcp"), mapping(53, 53, "udp", "nonsense"))));

        assertEquals(new Ended(0, ""), ended);
        assertNothingLeft("after DEL");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nftables", "iptables"})
    void delCanBeRepeatedAndNeedsNoAdd(String backend) {
        String conf = conf("\"backend\": \"" + backend + "\"", BOTH);

        assertEquals(new Ended(0, ""), call("DEL", conf));
        call("ADD", conf);
        assertEquals(new Ended(0, ""), call("DEL", conf));
        assertEquals(new Ended(0, ""), call("DEL", conf));
        assertNothingLeft("after DEL");
    }

    @Test
    void aPortThatIsTakenIsAnErrorThatNamesTheHolder() {
        call("ADD", conf(BOTH));
        node.environment.put("CNI_CONTAINERID", "c2");

        Ended ended = call("ADD", conf(mappings(mapping(9090, 80, "tcp"), mapping(53, 53, "udp"))));

        assertEquals(1, ended.exitStatus());
        assertTrue(ended.stdout().contains("publish 53/udp of the host: it is taken by net/c1/eth0"), ended.stdout());
        assertEquals(List.of(OWNER), kernel.publishers());
    }

    @Test
    void aPortThatIsTakenByIptablesIsAnErrorThatNamesTheHolder() {
        String iptables = "\"backend\": \"iptables\"";
        call("ADD", conf(iptables, mappings(mapping(80, 80, "tcp"), mapping(53, 53, "udp", "192.0.2.1"))));
        node.environment.put("CNI_CONTAINERID", "c2");

        Ended taken = call("ADD", conf(iptables, mappings(mapping(80, 80, "tcp", "192.0.2.9"))));
        Ended same = call("ADD", conf(iptables, mappings(mapping(53, 53, "udp", "192.0.2.1"))));
        Ended another =
                call("ADD", conf(iptables, mappings(mapping(53, 53, "udp", "192.0.2.2"), mapping(80, 80, "udp"))));

        assertTrue(taken.stdout().contains("publish 80/tcp of 192.0.2.9: it is taken by net/c1"), taken.stdout());
        assertTrue(same.stdout().contains("publish 53/udp of 192.0.2.1: it is taken by net/c1"), same.stdout());
        assertEquals(0, another.exitStatus(), another.stdout());
    }

    @ParameterizedTest
    @ValueSource(strings = {"nftables", "iptables"})
    void addingAgainChangesNothing(String backend) {
        String conf = conf("\"backend\": \"" + backend + "\"", BOTH);
        call("ADD", conf);
        List<String> rules = kernel.iptables(true, "nat");

        Ended ended = call("ADD", conf);

        assertEquals(new Ended(0, previous), ended);
        assertEquals(rules, kernel.iptables(true, "nat"));
        assertEquals(new Ended(0, ""), call("CHECK", conf));
    }

    @Test
    void fifteenPortsGoIntoOneRuleOfIptables() {
        String[] many = IntStream.range(0, 31)
                .mapToObj(i -> mapping(1000 + i, 80, "tcp"))
                .toArray(String[]::new);

        Ended ended = call("ADD", conf("\"backend\": \"iptables\"", mappings(many)));

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertEquals(
                3,
                kernel.iptables(true, "nat").stream()
                        .filter(line -> line.startsWith("-A CNI-HOSTPORT-DNAT -p tcp"))
                        .count());
    }

    @Test
    void conditionsMarksAndForeignChainsOfIptables() {
        call(
                "ADD",
                conf(
                        "\"externalSetMarkChain\": \"KUBE-MARK-MASQ\", \"masqAll\": true,"
                                + " \"conditionsV4\": [\"!\", \"-s\", \"192.0.2.0/24\", \"-m\", \"comment\", \"--comment\", \"a b\"]",
                        mappings(mapping(80, 80, "tcp"))));
        String foreign = steps();
        call("DEL", conf());
        before = kernel.applied().size();
        call("ADD", conf("\"markMasqBit\": 5, \"snat\": true", mappings(mapping(80, 80, "tcp"))));
        String bit = steps();
        call("DEL", conf());
        before = kernel.applied().size();
        call("ADD", conf("\"backend\": \"iptables\", \"snat\": false", mappings(mapping(80, 80, "tcp"))));

        assertTrue(foreign.contains("-A CNI-DN-x -p tcp -m tcp --dport 80 -j KUBE-MARK-MASQ;"), foreign);
        assertTrue(foreign.contains("--dports 80 ! -s 192.0.2.0/24 -m comment --comment \"a b\" -j CNI-DN-x"), foreign);
        assertFalse(foreign.contains("CNI-HOSTPORT-MASQ"), foreign);
        assertTrue(bit.contains("-j MARK --set-xmark 0x20/0x20"), bit);
        assertFalse(steps().contains("SETMARK") || steps().contains("route_localnet"), steps());
    }

    @Test
    void delRemovesWhatTheReferencePluginMade() {
        NftChain ports = new NftChain("ip", "cni_hostport", "hostports");
        NftChain masquerades = new NftChain("ip", "cni_hostport", "masquerading");
        kernel.addRule(ports, "c1");
        kernel.addRule(ports, "c2");
        kernel.addRule(masquerades, "c1");
        kernel.apply(
                Side.HOST,
                new FirewallChange.RestoreIptables(
                        true,
                        "nat",
                        List.of(
                                ":CNI-HOSTPORT-DNAT - [0:0]",
                                ":" + CHAIN + " - [0:0]",
                                "-A CNI-HOSTPORT-DNAT -p tcp -m multiport --dports 80 -i eth0 -j " + CHAIN,
                                "-A " + CHAIN + " -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.1.2.2:80")));

        Ended ended = call("DEL", conf(BOTH));

        assertEquals(new Ended(0, ""), ended);
        assertEquals(1, kernel.rules(ports).size());
        assertEquals(List.of(), kernel.rules(masquerades));
        assertNothingLeft("after DEL");
    }

    @Test
    void aDelOfAnotherNetworkOrInterfaceLeavesThePorts() {
        call("ADD", conf(BOTH));

        call("DEL", conf(BOTH).replace("\"net\"", "\"other\""));
        node.environment.put("CNI_IFNAME", "eth1");
        call("DEL", conf(BOTH));

        assertEquals(List.of(OWNER), kernel.publishers());
    }

    @ParameterizedTest
    @ValueSource(strings = {"nftables", "iptables"})
    void gcRemovesThePortsOfStaleAttachmentsOfThisNetwork(String backend) {
        String named = "\"backend\": \"" + backend + "\"";
        call("ADD", conf(named, BOTH));
        node.environment.put("CNI_CONTAINERID", "c2");
        String kept = conf(named, mappings(mapping(90, 90, "tcp")));
        call("ADD", kept);
        node.environment.put("CNI_CONTAINERID", "c3");
        String other = conf(named, mappings(mapping(91, 90, "tcp"))).replace("\"net\"", "\"other\"");
        call("ADD", other);

        Ended ended = call(
                "GC",
                confWithoutResult("\"cni.dev/valid-attachments\": [{\"containerID\": \"c2\", \"ifname\": \"eth0\"}]"));

        assertEquals(new Ended(0, ""), ended);
        assertEquals(new Ended(0, ""), call("CHECK", other));
        node.environment.put("CNI_CONTAINERID", "c2");
        assertEquals(new Ended(0, ""), call("CHECK", kept));
        node.environment.put("CNI_CONTAINERID", "c1");
        assertEquals(1, call("CHECK", conf(named, BOTH)).exitStatus());
        assertFalse(kernel.hasChain(IptablesPorts.nftChain(OWNER, true)));
    }

    @Test
    void checkNamesWhatIsMissing() {
        call("ADD", conf(BOTH));
        Ended content = call("CHECK", conf(BOTH));
        kernel.apply(Side.HOST, new Change.SetSysctl("net/ipv4/conf/cni0/route_localnet", "0", true));
        kernel.apply(Side.HOST, new FirewallChange.UnpublishPorts(OWNER, List.of(), Masqueraded.NOBODY));

        Ended ended = call("CHECK", conf(BOTH));

        assertEquals(new Ended(0, ""), content);
        assertEquals(1, ended.exitStatus());
        assertTrue(ended.stdout().contains("net/ipv4/conf/cni0/route_localnet is not 1 any more"), ended.stdout());
        assertTrue(ended.stdout().contains("8080/tcp of the host"), ended.stdout());
        assertTrue(ended.stdout().contains("53/udp of the host"), ended.stdout());
    }

    @Test
    void checkNamesTheRuleOfIptablesThatIsMissing() {
        String conf = conf("\"backend\": \"iptables\"", BOTH);
        call("ADD", conf);
        Ended content = call("CHECK", conf);
        kernel.apply(
                Side.HOST,
                new FirewallChange.RestoreIptables(
                        true,
                        "nat",
                        List.of("-D " + CHAIN + " -p udp -m udp --dport 53 -j DNAT --to-destination 10.1.2.2:53")));

        Ended ended = call("CHECK", conf);

        assertEquals(new Ended(0, ""), content);
        assertEquals(1, ended.exitStatus());
        assertTrue(ended.stdout().contains("--dport 53 -j DNAT --to-destination 10.1.2.2:53 any more"), ended.stdout());
    }

    @Test
    void statusFailsIfNoBackendCanWork() {
        String named = confWithoutResult("\"backend\": \"nftables\"");
        Ended ready = call("STATUS", named);
        kernel.removeNftables();
        Ended fallback = call("STATUS", confWithoutResult());
        Ended unusable = call("STATUS", named);
        kernel.removeIptables();
        Ended neither = call("STATUS", confWithoutResult());

        assertEquals(new Ended(0, ""), ready);
        assertEquals(new Ended(0, ""), fallback);
        assertTrue(unusable.stdout().contains("\"code\": 50"), unusable.stdout());
        assertTrue(neither.stdout().contains("\"code\": 50"), neither.stdout());
    }

    private void assertNothingLeft(String when) {
        assertEquals(List.of(), kernel.publishers(), when);
        assertEquals("net/c1/eth0", kernel.linkOrThrow(Side.HOST, HOST_END).alias(), when);
        for (boolean ipv4 : List.of(true, false)) {
            List<String> lines = kernel.iptables(ipv4, "nat");
            assertTrue(lines.stream().noneMatch(line -> line.contains("CNI-DN-")), when + " " + lines);
        }
        assertEquals(List.of(), node.log, when);
    }
}
