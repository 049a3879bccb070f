package dev.hawser.plugin.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.kernel.Change;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.Side;
import dev.hawser.run.Namespaces;
import dev.hawser.run.TestNode;
import dev.hawser.run.TestNode.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TuningPluginTest {

    private static final String EVERYTHING = conf("""
            "mac": "02:00:00:00:00:99", "promisc": true, "mtu": 1400, "allmulti": true, "txQLen": 500,
            "sysctl": {"net.ipv4.conf.IFNAME.log_martians": "1", "net/core/somaxconn": "500"}
            """);

    private final TestNode node = nodeWithPod();

    private static TestNode nodeWithPod() {
        TestNode node = new TestNode();
        node.addVeth("veth1");
        return node;
    }

    private static String conf(String members) {
        return """
                {"cniVersion": "1.1.0", "name": "net", "type": "tuning",
                 "prevResult": {"cniVersion": "1.1.0", "interfaces": [
                    {"name": "eth0", "mac": "02:00:00:00:00:07"},
                    {"name": "eth0", "mac": "02:00:00:00:00:02", "sandbox": "/var/run/netns/pod"}]},
                """ + members + "}";
    }

    /** Everything that the plugin may change. */
    private record State(Link link, Optional<String> martians, Optional<String> somaxconn, boolean hasFile) {

        static State of(TestNode node) {
            return new State(
                    node.kernel.linkOrThrow(Side.POD, "eth0"),
                    node.kernel.sysctl(Side.POD, "net/ipv4/conf/eth0/log_martians"),
                    node.kernel.sysctl(Side.POD, "net/core/somaxconn"),
                    Files.exists(file(node)));
        }
    }

    private static Path file(TestNode node) {
        return node.files.getPath("/run/cni/tuning/c1_eth0.json");
    }

    @Test
    void addTakesTheseStepsInThisOrder() {
        int before = node.kernel.applied().size();

        Ended ended = node.call("ADD", "tuning", EVERYTHING);

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertEquals(
                List.of(
                        "ip netns exec POD sysctl -w net/ipv4/conf/eth0/log_martians=1",
                        "ip netns exec POD sysctl -w net/core/somaxconn=500",
                        "ip -n POD link set eth0 address 02:00:00:00:00:99",
                        "ip -n POD link set eth0 promisc on",
                        "ip -n POD link set eth0 mtu 1400",
                        "ip -n POD link set eth0 allmulticast on",
                        "ip -n POD link set eth0 txqueuelen 500"),
                appliedSince(before));
    }

    private List<String> appliedSince(int before) {
        return node.kernel.applied().stream().skip(before).map(Object::toString).toList();
    }

    @Test
    void theResultHasTheNewMacInTheSandboxOnly() {
        Ended ended = node.call("ADD", "tuning", conf("\"mac\": \"02:00:00:00:00:99\""));

        assertTrue(ended.stdout().contains("02:00:00:00:00:99"), ended.stdout());
        assertTrue(ended.stdout().contains("02:00:00:00:00:07"), ended.stdout());
        assertFalse(ended.stdout().contains("02:00:00:00:00:02"), ended.stdout());
    }

    @Test
    void theFileIsTheReferencesAndItsOwnersOnly() throws IOException {
        node.call("ADD", "tuning", EVERYTHING);

        assertEquals("""
                {
                    "mac": "02:00:00:00:00:02",
                    "promisc": false,
                    "mtu": 1500,
                    "allmulti": false,
                    "txQLen": 1000,
                    "sysctl": {
                        "net/ipv4/conf/eth0/log_martians": "0",
                        "net/core/somaxconn": "4096"
                    },
                    "attachment": "net/c1/eth0"
                }""", Files.readString(file(node)));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file(node))));
        assertEquals(
                "rwx------",
                PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(file(node).getParent())));
    }

    @Test
    void whatIsSoAlreadyIsNeitherTouchedNorWrittenDown() {
        int before = node.kernel.applied().size();

        Ended ended = node.call("ADD", "tuning", conf("""
                "mac": "02:00:00:00:00:02", "mtu": 1500, "txQLen": 1000, "allmulti": false, "promisc": false,
                "sysctl": {"net.core.somaxconn": "4096", "net.ipv4.ping_group_range": "1 0"}
                """));

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertEquals(List.of(), appliedSince(before));
        assertFalse(Files.exists(file(node)));
    }

    @Test
    void whicheverStepFailsEverythingIsAsBefore() {
        State before = State.of(node);
        int failures = 0;
        for (int n = 1; ; n++) {
            TestNode fresh = nodeWithPod();
            fresh.kernel.failOn(n);

            Ended ended = fresh.call("ADD", "tuning", EVERYTHING);

            if (ended.exitStatus() == 0) {
                break;
            }
            failures++;
            assertEquals(before, State.of(fresh), "after step " + n + " failed: " + ended.stdout());
            assertEquals(List.of(), fresh.log);
        }
        assertEquals(7, failures);
    }

    @Test
    void nothingIsChangedThatCannotBeWrittenDown() throws IOException {
        State before = State.of(node);
        Files.createDirectories(node.files.getPath("/run"));
        Files.createFile(node.files.getPath("/run/cni"));

        Ended ended = node.call("ADD", "tuning", EVERYTHING);

        assertEquals(1, ended.exitStatus());
        assertTrue(ended.stdout().contains("write /run/cni/tuning/c1_eth0.json"), ended.stdout());
        assertEquals(before, State.of(node));
    }

    @Test
    void delPutsEverythingBack() {
        State before = State.of(node);
        node.call("ADD", "tuning", EVERYTHING);
        State tuned = State.of(node);

        Ended ended = node.call("DEL", "tuning", EVERYTHING);

        assertEquals(new Ended(0, ""), ended);
        assertTrue(tuned.hasFile());
        assertEquals(1400, tuned.link().mtuBytes());
        assertEquals(Optional.of("500"), tuned.somaxconn());
        assertEquals(before, State.of(node));
        assertEquals(new Ended(0, ""), node.call("DEL", "tuning", EVERYTHING));
    }

    @Test
    void theOriginalsSurviveASecondAdd() {
        State before = State.of(node);
        node.call("ADD", "tuning", conf("\"mtu\": 1400, \"sysctl\": {\"net.core.somaxconn\": \"500\"}"));

        node.call("ADD", "tuning", conf("\"mtu\": 1300, \"txQLen\": 5, \"sysctl\": {\"net.core.somaxconn\": \"600\"}"));
        State tuned = State.of(node);
        node.call("DEL", "tuning", EVERYTHING);

        assertEquals(1300, tuned.link().mtuBytes());
        assertEquals(5, tuned.link().txQueueLength());
        assertEquals(before, State.of(node));
    }

    @Test
    void aSecondAddThatFailsLeavesTheFileOfTheFirst() throws IOException {
        node.call("ADD", "tuning", conf("\"mtu\": 1400"));
        String file = Files.readString(file(node));
        State tuned = State.of(node);
        node.kernel.failOn(2);

        Ended ended = node.call("ADD", "tuning", EVERYTHING);

        assertEquals(1, ended.exitStatus());
        assertEquals(file, Files.readString(file(node)));
        assertEquals(tuned, State.of(node));
    }

    @ParameterizedTest
    @ValueSource(strings = {"MISSING", "NOT_A_NAMESPACE", "OWN"})
    void delWithoutTheNamespaceOnlyRemovesTheFile(String state) {
        node.call("ADD", "tuning", EVERYTHING);
        node.netnsState = Namespaces.State.valueOf(state);
        int before = node.kernel.applied().size();

        Ended ended = node.call("DEL", "tuning", EVERYTHING);

        assertEquals(new Ended(0, ""), ended);
        assertFalse(Files.exists(file(node)));
        assertEquals(List.of(), appliedSince(before));
    }

    @Test
    void delWhenTheInterfaceIsGonePutsTheRestBack() {
        node.call("ADD", "tuning", EVERYTHING);
        node.kernel.apply(Side.POD, new LinkChange.DeleteLink("eth0"));

        Ended ended = node.call("DEL", "tuning", EVERYTHING);

        assertEquals(new Ended(0, ""), ended);
        assertEquals(Optional.of("4096"), node.kernel.sysctl(Side.POD, "net/core/somaxconn"));
        assertFalse(Files.exists(file(node)));
    }

    @Test
    void delSaysWhatItCannotPutBackAndTheNextOneTriesAgain() {
        State before = State.of(node);
        node.call("ADD", "tuning", EVERYTHING);
        node.kernel.failOn(1);

        Ended failed = node.call("DEL", "tuning", EVERYTHING);
        State meanwhile = State.of(node);
        Ended repeated = node.call("DEL", "tuning", EVERYTHING);

        assertEquals(1, failed.exitStatus());
        assertTrue(failed.stdout().contains("address 02:00:00:00:00:02"), failed.stdout());
        assertEquals(1500, meanwhile.link().mtuBytes());
        assertTrue(meanwhile.hasFile());
        assertEquals(new Ended(0, ""), repeated);
        assertEquals(before, State.of(node));
    }

    @Test
    void delTakesAFileOfTheReference() throws IOException {
        State before = State.of(node);
        Files.createDirectories(file(node).getParent());
        Files.writeString(file(node), """
                {"mac": "02:00:00:00:00:02", "promisc": false, "mtu": 1500, "allmulti": false, "txQLen": 1000}""");
        node.kernel.apply(Side.POD, new LinkChange.SetMtu("eth0", 1300));
        node.kernel.apply(Side.POD, new LinkChange.SetPromiscuous("eth0"));

        Ended ended = node.call("DEL", "tuning", conf("\"mtu\": 1300"));

        assertEquals(new Ended(0, ""), ended);
        assertEquals(before, State.of(node));
    }

    @Test
    void delSaysInTheLogThatAFileMakesNoSenseAndRemovesIt() throws IOException {
        Files.createDirectories(file(node).getParent());
        Files.writeString(file(node), "{\"mtu\": \"much\"");

        Ended ended = node.call("DEL", "tuning", EVERYTHING);

        assertEquals(new Ended(0, ""), ended);
        assertEquals(1, node.log.size());
        assertFalse(Files.exists(file(node)));
    }

    @ParameterizedTest
    @CsvSource({
        "'\"mac\": \"02:00:00:00:00:0a\"', '', 02:00:00:00:00:0a",
        "'\"mac\": \"02:00:00:00:00:0a\"', 'MAC=02:00:00:00:00:0b', 02:00:00:00:00:0b",
        "'\"runtimeConfig\": {\"mac\": \"02:00:00:00:00:0c\"}', 'MAC=02:00:00:00:00:0b', 02:00:00:00:00:0c",
        "'\"runtimeConfig\": {\"mac\": \"02:00:00:00:00:0c\"}, \"args\": {\"cni\": {\"mac\": \"02-00-00-00-00-0D\"}}',"
                + " 'MAC=02:00:00:00:00:0b', 02:00:00:00:00:0d",
    })
    void theLastWordAboutTheMacIsTheOneOfArgs(String members, String args, String mac) {
        node.environment.put("CNI_ARGS", args);

        Ended ended = node.call("ADD", "tuning", conf(members));

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertEquals(
                Optional.of(MacAddress.parse(mac)),
                node.kernel.linkOrThrow(Side.POD, "eth0").mac());
    }

    @Test
    void argsWinOverTheConfiguration() {
        int before = node.kernel.applied().size();

        Ended ended = node.call("ADD", "tuning", conf("""
                "mtu": 1400, "promisc": true, "sysctl": {"net.core.somaxconn": "500"},
                "args": {"cni": {"mtu": 1300, "promisc": false, "allmulti": true, "txQLen": 7,
                  "sysctl": {"net/ipv4/ip_forward": "1", "net/core/somaxconn": "600"}}}
                """));

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertEquals(
                List.of(
                        "ip netns exec POD sysctl -w net/core/somaxconn=600",
                        "ip netns exec POD sysctl -w net/ipv4/ip_forward=1",
                        "ip -n POD link set eth0 mtu 1300",
                        "ip -n POD link set eth0 allmulticast on",
                        "ip -n POD link set eth0 txqueuelen 7"),
                appliedSince(before));
    }

    @Test
    void argsMayHaveAllTheSysctlsThereAre() {
        Ended ended = node.call("ADD", "tuning", conf("""
                "args": {"cni": {"sysctl": {"net.core.somaxconn": "500"}}}"""));

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertEquals(Optional.of("500"), node.kernel.sysctl(Side.POD, "net/core/somaxconn"));
    }

    @Test
    void theInterfacesNameMayHaveDots() {
        node.environment.put("CNI_IFNAME", "eth0.100");
        node.kernel.apply(
                Side.POD,
                new LinkChange.AddVeth(
                        "eth0.100",
                        MacAddress.parse("02:00:00:00:00:01"),
                        Optional.empty(),
                        Side.POD,
                        "other",
                        MacAddress.parse("02:00:00:00:00:02"),
                        OptionalInt.empty()));

        Ended ended = node.call("ADD", "tuning", conf("\"sysctl\": {\"net.ipv4.conf.IFNAME.arp_filter\": \"1\"}"));

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertEquals(Optional.of("1"), node.kernel.sysctl(Side.POD, "net/ipv4/conf/eth0.100/arp_filter"));
    }

    @Test
    void everyFaultOfAConfigurationIsReportedAtOnce() {
        int before = node.kernel.applied().size();

        Ended ended = node.call("ADD", "tuning", conf("""
                "mac": "02:00", "mtu": -1, "txQLen": "long", "promisc": "yes",
                "sysctl": {"kernel.domainname": "x", "net/../kernel/panic": "1", "net.core.somaxconn": 500, "net": "1",
                  "net.ipv4.ip_forward": "1", "net/ipv4/ip_forward": "0", "net.a.b": "1", "net.a.b": "1"}
                """));

        assertEquals(1, ended.exitStatus());
        for (String part : List.of(
                "mac: ",
                "mtu: -1",
                "txQLen: ",
                "promisc: ",
                "invalid net sysctl key: \\\"kernel.domainname\\\"",
                "invalid net sysctl key: \\\"net/../kernel/panic\\\"",
                "invalid net sysctl key: \\\"net\\\"",
                "sysctl.net.core.somaxconn: 500 is a number",
                "sysctl.net/ipv4/ip_forward: duplicated sysctl keys are not allowed",
                "sysctl.net.a.b: duplicated sysctl keys are not allowed")) {
            assertTrue(ended.stdout().contains(part), part + " in " + ended.stdout());
        }
        assertEquals(List.of(), appliedSince(before));
    }

    @Test
    void anUnknownParameterIsAnErrorThatNamesIt() {
        Ended ended = node.call("ADD", "tuning", conf("\"sysctl\": {\"net.core.no_such\": \"1\"}"));

        assertEquals(1, ended.exitStatus());
        assertTrue(ended.stdout().contains("net/core/no_such"), ended.stdout());
    }

    @ParameterizedTest
    @CsvSource({
        "'net.core.somaxconn', true",
        "'^net\\.core\\.s.*$', true",
        "'other\n\n  somaxconn  ', true",
        "'^somaxconn$', false",
        "'net/core/somaxconn', false",
        "'', false",
    })
    void theAllowListDecides(String lines, boolean allowed) throws IOException {
        allowOnly(lines);

        Ended ended = node.call("ADD", "tuning", conf("\"sysctl\": {\"net.core.somaxconn\": \"500\"}"));

        assertEquals(allowed ? 0 : 1, ended.exitStatus(), ended.stdout());
        assertEquals(Optional.of(allowed ? "500" : "4096"), node.kernel.sysctl(Side.POD, "net/core/somaxconn"));
    }

    @Test
    void everySysctlThatIsNotAllowedIsNamed() throws IOException {
        allowOnly("^net.ipv6");

        Ended ended = node.call("ADD", "tuning", EVERYTHING);

        assertTrue(
                ended.stdout()
                        .contains(
                                "Sysctl net.ipv4.conf.IFNAME.log_martians is not allowed. Sysctl net/core/somaxconn is"
                                        + " not allowed. Only the following sysctls are allowed: [^net.ipv6]"),
                ended.stdout());
    }

    @Test
    void anAllowListThatIsNoListOfExpressionsIsAnError() throws IOException {
        allowOnly("net.(");

        Ended ended = node.call("ADD", "tuning", EVERYTHING);

        assertTrue(ended.stdout().contains("allowlist.conf: \\\"net.(\\\" is no regular expression"), ended.stdout());
    }

    private void allowOnly(String lines) throws IOException {
        Path list = node.files.getPath("/etc/cni/tuning/allowlist.conf");
        Files.createDirectories(list.getParent());
        Files.writeString(list, lines);
    }

    @Test
    void addNeedsAnInterfaceOfAnEarlierPlugin() {
        Ended alone = node.call("ADD", "tuning", EVERYTHING.replace("prevResult", "other"));
        node.kernel.apply(Side.POD, new LinkChange.DeleteLink("eth0"));
        Ended gone = node.call("ADD", "tuning", EVERYTHING);

        assertTrue(alone.stdout().contains("Required prevResult missing"), alone.stdout());
        assertTrue(gone.stdout().contains("eth0"), gone.stdout());
        assertEquals(1, gone.exitStatus());
    }

    @Test
    void checkIsContentRightAfterAdd() {
        node.call("ADD", "tuning", EVERYTHING);

        assertEquals(new Ended(0, ""), node.call("CHECK", "tuning", EVERYTHING));
        assertEquals(new Ended(0, ""), node.call("CHECK", "tuning", conf("\"mtu\": 1400, \"promisc\": false")));
    }

    @Test
    void checkNamesEverythingThatIsNotSo() {
        node.kernel.apply(Side.POD, new Change.SetSysctl("net/core/somaxconn", "17", true));

        Ended ended = node.call("CHECK", "tuning", EVERYTHING);

        assertEquals(1, ended.exitStatus());
        for (String part : List.of(
                "net.ipv4.conf.IFNAME.log_martians is 0 instead of 1",
                "net/core/somaxconn is 17 instead of 500",
                "eth0: mac is 02:00:00:00:00:02 instead of 02:00:00:00:00:99",
                "promisc is false instead of true",
                "mtu is 1500 instead of 1400",
                "allmulti is false instead of true",
                "txQLen is 1000 instead of 500")) {
            assertTrue(ended.stdout().contains(part), part + " in " + ended.stdout());
        }
    }

    @Test
    void gcRemovesTheFilesOfThisNetworkThatNobodyNeeds() throws IOException {
        for (String container : List.of("c1", "c2")) {
            node.environment.put("CNI_CONTAINERID", container);
            node.call("ADD", "tuning", conf("\"mtu\": " + (container.equals("c1") ? 1400 : 1300)));
        }
        Path directory = node.files.getPath("/run/cni/tuning");
        Files.writeString(directory.resolve("c3_eth0.json"), "{\"mtu\": 1500}");
        Files.writeString(directory.resolve("c4_eth0.json"), "{\"mtu\": 1500, \"attachment\": \"other/c4/eth0\"}");

        Ended ended = node.call("GC", "tuning", conf("""
                "cni.dev/valid-attachments": [{"containerID": "c2", "ifname": "eth0"}]"""));

        assertEquals(new Ended(0, ""), ended);
        try (var files = Files.list(directory)) {
            assertEquals(
                    List.of("c2_eth0.json", "c3_eth0.json", "c4_eth0.json"),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
    }

    @Test
    void gcOfANodeThatTunedNothingHasNothingToDo() {
        assertEquals(new Ended(0, ""), node.call("GC", "tuning", conf("""
                "cni.dev/valid-attachments": []""")));
        assertEquals(new Ended(0, ""), node.call("STATUS", "tuning", EVERYTHING));
    }
}
