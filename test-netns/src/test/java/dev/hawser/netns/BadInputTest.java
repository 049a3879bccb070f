package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Bad input gets one CNI error that names the key and the value, exit status 1, and nothing is lost or left: before and after
 * are the same, and a pod that was there before still has its network.
 */
class BadInputTest {

    @RegisterExtension
    final TestNode node = new TestNode();

    private final Pod pod = node.pod();
    private final Conf conf = node.gateway().with("ipMasq", true).with("macspoofchk", true);

    /** Adds a neighbour first, whose lease, link and rules must outlive the test. */
    private Answer.Fault refused(Call call) {
        Pod neighbour = node.pod();
        node.add(conf, neighbour).result();
        Remains before = node.remains();

        Answer.Fault fault = call.answer().fault();

        assertEquals(before, node.remains());
        assertTrue(neighbour.netns().reaches("10.88.0.1"));
        return fault;
    }

    private Answer.Fault refused(Conf wrong) {
        Answer.Fault fault = refused(node.call("ADD", wrong, pod));
        assertEquals(List.of(), pod.ip().linkNames());
        return fault;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "nonsense",
                "{\"name\": \"net1\", \"type\": \"bridge\"} trailing",
                "{\"name\": \"net1\", \"type\": }",
                "[]",
                "{\"name\": \"net1\u0000",
                "{'name': 'net1'}",
            })
    void brokenJsonIsADecodingFailure(String stdin) {
        assertEquals(
                Answer.DECODING_FAILURE,
                refused(node.call("ADD", conf, pod).withStdin(stdin)).code());
    }

    @Test
    void deeplyNestedJsonIsADecodingFailure() {
        String deep = "{\"name\": \"net1\", \"x\": " + "[".repeat(100_000) + "]".repeat(100_000) + "}";

        assertEquals(
                Answer.DECODING_FAILURE,
                refused(node.call("ADD", conf, pod).withStdin(deep)).code());
    }

    /** Ours refuses what no configuration can be; the reference reads whatever there is. */
    @Test
    void hugeJsonIsRefusedOrIgnoredButNeverFatal() {
        String huge = "{\"name\": \"a/b\", \"x\": \"" + "y".repeat(64 << 20) + "\"}";

        Answer.Fault fault = refused(node.call("ADD", conf, pod).withStdin(huge));

        assertTrue(
                List.of(Answer.IO_FAILURE, Answer.DECODING_FAILURE, Answer.INVALID_NETWORK_CONFIG)
                        .contains(fault.code()),
                fault::toString);
    }

    @Test
    void aBigConfigurationWorksAsWellAsASmallOne() {
        Answer added = node.add(node.layer2().with("comment", "y".repeat(1 << 20)), pod);

        assertEquals(1, node.ip().ports("cni0").size());
        assertTrue(added.stdout().length() < 10_000);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bridge       | 7",
                "bridge       | [\"cni0\"]",
                "isGateway    | \"yes\"",
                "isGateway    | 1",
                "ipMasq       | \"true\"",
                "mtu          | \"1500\"",
                "mtu          | 1500.5",
                "mtu          | 15e2",
                "hairpinMode  | \"on\"",
                "promiscMode  | {}",
                "vlan         | \"7\"",
                "vlanTrunk    | {\"id\": 5}",
                "portIsolation| \"\"",
                "ipam         | \"host-local\"",
                "ipam.ranges  | {\"subnet\": \"10.0.0.0/8\"}",
                "runtimeConfig| []",
            })
    void aWrongTypeIsNamedWithItsKey(String key, String value) {
        Answer.Fault fault = refused(conf.withJson(key, value));

        assertTrue(
                List.of(Answer.DECODING_FAILURE, Answer.INVALID_NETWORK_CONFIG).contains(fault.code()),
                fault::toString);
        fault.names(key.contains(".") ? "ranges" : key);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ipMasqBackend | \"ebtables\"            | ebtables",
                "vlan          | 4095                    | 4095",
                "vlan          | -1                      | -1",
                "vlanTrunk     | [{\"id\": 4095}]        | 4095",
                "vlanTrunk     | [{\"id\": 0}]           | id",
                "vlanTrunk     | [{\"minID\": 0, \"maxID\": 5}] | minID",
                "vlanTrunk     | [{\"minID\": 1, \"maxID\": 4095}] | maxID",
                "vlanTrunk     | [{\"minID\": 9, \"maxID\": 5}] | minID",
                "vlanTrunk     | [{\"minID\": 9}]        | maxID is missing",
                "vlanTrunk     | [{\"maxID\": 9}]        | minID is missing",
                "runtimeConfig.mac | \"02:00\"           | 02:00",
                "args.cni.mac  | \"no mac\"              | no mac",
                "bridge        | \"a-name-of-16-byt\"    | a-name-of-16-byt",
                "bridge        | \"../cni0\"             | ../cni0",
                "ipam.ranges   | [[{\"subnet\": \"10.88.0.0\"}]] | 10.88.0.0",
                "ipam.ranges   | [[{\"subnet\": \"10.88.0.0/33\"}]] | 10.88.0.0/33",
                "ipam.routes   | [{\"dst\": \"everywhere\"}] | everywhere",
            })
    void aWrongValueIsNamed(String key, String value, String expected) {
        Answer.Fault fault = refused(conf.withJson(key, value));

        assertTrue(
                List.of(Answer.DECODING_FAILURE, Answer.INVALID_NETWORK_CONFIG).contains(fault.code()),
                fault::toString);
        fault.names(expected);
    }

    @Test
    void contradictionsAreNamed() {
        refused(conf.with("hairpinMode", true).with("promiscMode", true))
                .is(Answer.INVALID_NETWORK_CONFIG, "cannot set hairpin mode and promiscuous mode at the same time");
    }

    @Test
    void addressesForALinkThatStaysDownAreAContradiction() {
        refused(conf.with("disableContainerInterface", true))
                .is(Answer.INVALID_NETWORK_CONFIG, "cannot use IPAM when DisableContainerInterface flag is set");
    }

    /** The reference names the first only. */
    @Test
    void allFaultsOfAConfigurationAreNamedAtOnce() {
        refused(conf.with("vlan", 5000).with("ipMasqBackend", "ebtables").with("runtimeConfig.mac", "02:00"))
                .is(Answer.INVALID_NETWORK_CONFIG, "5000", "ebtables", "02:00");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../net", "net/1", "..", ".", "net 1", "-net", "net\u00e9", "net1\n"})
    void aNetworkNameThatIsNoFileNameIsRefused(String name) {
        refused(conf.with("name", name)).is(Answer.INVALID_NETWORK_CONFIG, "invalid characters found in network name");
    }

    @Test
    void aMissingNetworkNameIsNamed() {
        refused(conf.without("name")).is(Answer.INVALID_NETWORK_CONFIG, "missing network name");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../c", "a/b", "-a", ".a", "a b", "a\n", "caf\u00e9", "a;b", "$(id)"})
    void aContainerIdWithOddCharactersIsRefused(String containerId) {
        refused(node.call("ADD", conf, pod).with("CNI_CONTAINERID", containerId))
                .is(Answer.INVALID_ENVIRONMENT, "invalid characters in containerID", containerId);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "eth/0",
                "eth:0",
                ".",
                "..",
                "eth 0",
                "a-name-of-16-byt",
                "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9"
            })
    void anInterfaceNameThatTheKernelRefusesIsRefused(String ifName) {
        assertEquals(
                Answer.INVALID_ENVIRONMENT,
                refused(node.call("ADD", conf, pod).with("CNI_IFNAME", ifName)).code());
    }

    @Test
    void aNamespaceThatIsMissingIsNamed() {
        refused(node.call("ADD", conf, pod).with("CNI_NETNS", "/run/netns/nowhere"))
                .names("/run/netns/nowhere");
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "directory"})
    void aNamespaceThatIsNoneIsNamed(String kind) throws IOException {
        Path path = node.directory().resolve("no-namespace");
        Path made = kind.equals("file") ? Files.createFile(path) : Files.createDirectory(path);

        refused(node.call("ADD", conf, pod).with("CNI_NETNS", made.toString())).names(made.toString());
    }

    @Test
    void aNamespaceOfAnotherKindIsNone() {
        refused(node.call("ADD", conf, pod).with("CNI_NETNS", "/proc/self/ns/uts"))
                .names("/proc/self/ns/uts");
    }

    @Test
    void anInterfaceThatExistsIsNotReplaced() {
        pod.netns().ip("link add eth0 type bridge");

        refused(node.call("ADD", conf, pod)).names("eth0");

        assertEquals(List.of("eth0"), pod.ip().linkNames());
        assertEquals(
                "bridge",
                pod.ip().link("eth0").path("linkinfo").path("info_kind").asString());
    }

    /** The reference gives its lease back by owner: the address of the pod that runs is free for the next one. */
    @Test
    void theSameAttachmentTwiceLeavesTheFirstAsItIs() {
        node.add(conf, pod).result();
        Remains before = node.remains();

        node.add(conf, pod).fault();

        assertEquals(before, node.remains());
        assertTrue(pod.netns().reaches("10.88.0.1"));
    }

    @Test
    void anExhaustedPoolLeavesNothingBehind() {
        Conf small = conf.with("name", "small").with("isDefaultGateway", false).withJson("ipam.ranges", """
                [[{"subnet": "10.66.0.0/30"}]]""");
        node.add(small, node.pod()).result();

        refused(small).is(Answer.TRY_AGAIN_LATER, "no IP addresses available in range set: 10.66.0.1-10.66.0.2");
    }

    @Test
    void aPoolOnAReadOnlyFileSystemIsNamed() throws IOException {
        Path readOnly = tmpfs("read-only", "size=1m");
        node.add(
                        conf.with("name", "ro")
                                .with("isDefaultGateway", false)
                                .with("ipam.dataDir", readOnly.toString()),
                        node.pod())
                .result();
        Shell.output(List.of("mount", "-o", "remount,ro", readOnly.toString()));

        refused(conf.with("name", "ro").with("isDefaultGateway", false).with("ipam.dataDir", readOnly.toString()))
                .is(Answer.IO_FAILURE, readOnly.toString());

        assertEquals(1, new Pool(readOnly.resolve("ro")).leases().size());
    }

    @Test
    void aPoolOnAFileSystemWithoutInodesIsNamed() throws IOException {
        Path full = tmpfs("full", "nr_inodes=16");
        Conf onFull = conf.with("name", "full").with("isDefaultGateway", false).with("ipam.dataDir", full.toString());
        node.add(onFull, node.pod()).result();
        Shell.run(List.of(
                "sh", "-c", "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do : >" + full + "/filler$i; done"));
        Map<String, String> files = new Pool(full.resolve("full")).files();

        refused(onFull).is(Answer.IO_FAILURE, full.toString());

        assertEquals(files, new Pool(full.resolve("full")).files());
    }

    /** A lease file without content would be a lease that nobody can release. */
    @Test
    void aPoolOnAFileSystemWithoutSpaceIsNamedAndGetsNoEmptyLease() throws IOException {
        Path full = tmpfs("no-space", "size=16k");
        Conf onFull = conf.with("name", "full").with("isDefaultGateway", false).with("ipam.dataDir", full.toString());
        node.add(onFull, node.pod()).result();
        Shell.run(List.of("dd", "if=/dev/zero", "of=" + full + "/filler", "bs=1k", "count=64"));
        Map<String, String> leases = new Pool(full.resolve("full")).leases();

        refused(onFull).is(Answer.IO_FAILURE, full.toString());

        assertEquals(leases, new Pool(full.resolve("full")).leases());
    }

    @Test
    void aPoolDirectoryThatIsAFileIsNamed() throws IOException {
        Path file = Files.createFile(node.directory().resolve("plain"));

        refused(conf.with("ipam.dataDir", file.toString()).with("name", "net2").with("isDefaultGateway", false))
                .is(Answer.IO_FAILURE, file.toString());
    }

    @Test
    void aBridgeNameThatSomethingElseHasIsRefused() {
        node.host().ip("link add br-taken type veth peer name br-peer");

        refused(conf.with("bridge", "br-taken")).names("\"br-taken\" already exists but is not a bridge");
        assertEquals(
                "veth",
                node.ip().link("br-taken").path("linkinfo").path("info_kind").asString());
    }

    /** The reference creates the interface first, and keeps it. */
    @ParameterizedTest
    @ValueSource(strings = {"0.1.0", "0.2.0"})
    void anOldVersionCannotSayWhatALayer2NetworkIs(String version) {
        refused(node.layer2().with("cniVersion", version)).names("no valid IP addresses");
    }

    @Test
    void aRouteThatTheKernelRefusesLeavesNothingBehind() {
        refused(conf.withJson("ipam.routes", "[{\"dst\": \"10.9.0.0/16\", \"gw\": \"172.31.0.1\"}]"))
                .is(Answer.INTERNAL, "10.9.0.0/16", "172.31.0.1");
    }

    @Test
    void aBridgeWithAnotherAddressLeavesNothingBehind() {
        node.host().ip("link add br-other type bridge");
        node.host().ip("address add 10.77.0.1/24 dev br-other");

        refused(conf.with("bridge", "br-other")).names("already has an IP address different from 10.88.0.1/24");
    }

    @Test
    void aPrevResultThatIsNoResultFailsACheck() {
        node.add(conf, pod).result();
        Conf wrong = conf.withJson("prevResult", "{\"cniVersion\": \"1.1.0\", \"ips\": 7}");

        Answer.Fault fault = refused(node.call("CHECK", wrong, pod));

        assertTrue(
                List.of(Answer.DECODING_FAILURE, Answer.INVALID_NETWORK_CONFIG).contains(fault.code()),
                fault::toString);
    }

    /** A runtime whose cache is damaged must get rid of its pods all the same; the reference does not even look. */
    @Test
    void aPrevResultThatIsNoResultKeepsNoPodFromBeingDeleted() {
        node.add(conf, node.pod()).result();
        Remains before = node.remains();
        node.add(conf, pod).result();

        node.delete(conf.withJson("prevResult", "{\"cniVersion\": \"1.1.0\", \"ips\": 7}"), pod)
                .succeeded();

        assertEquals(before, node.remains());
    }

    /** What nobody was told of must not be. The reference keeps it all. */
    @Test
    void aResultThatCannotBeWrittenIsTakenBack() throws IOException {
        node.add(conf, node.pod()).result();
        Remains before = node.remains();
        Path script = Files.writeString(
                node.directory().resolve("bridge"),
                "#!/bin/sh\nexec " + node.plugins().resolve("bridge") + " >/dev/full\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));

        Answer unheard = node.call("ADD", conf, pod).withFile(script).answer();

        assertEquals(1, unheard.exitStatus(), unheard::toString);
        node.comesBackTo(before);
        assertEquals(List.of(), pod.ip().linkNames());
    }

    /** A file system of this test's own, unmounted before its directory is removed. */
    private Path tmpfs(String name, String options) throws IOException {
        Path directory = Files.createDirectory(node.directory().resolve(name));
        Shell.output(List.of("mount", "-t", "tmpfs", "-o", options, "hawser-test", directory.toString()));
        node.own(() -> Shell.output(List.of("umount", directory.toString())));
        return directory;
    }
}
