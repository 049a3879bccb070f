package dev.hawser.plugin.hostdevice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.kernel.Link;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.Side;
import dev.hawser.run.Namespaces;
import dev.hawser.run.Plan;
import dev.hawser.run.TestNode;
import dev.hawser.run.TestNode.Ended;
import dev.hawser.spec.CniResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostDevicePluginTest {

    private static final String IPAM =
            "\"ipam\": {\"type\": \"host-local\", \"subnet\": \"10.1.2.0/24\", \"routes\": [{\"dst\": \"0.0.0.0/0\"}]}";
    private static final String LAYER_3 = conf("\"device\": \"dev0\", " + IPAM);
    private static final String LAYER_2 = conf("\"device\": \"dev0\"");
    private static final String PCI = "0000:00:1f.6";

    private final TestNode node = withDevice();

    private static String conf(String members) {
        return "{\"cniVersion\": \"1.1.0\", \"name\": \"net\", \"type\": \"host-device\", " + members + "}";
    }

    /** A veth whose other end is dev1. */
    private static TestNode withDevice() {
        TestNode node = new TestNode();
        node.kernel.apply(
                Side.HOST,
                new LinkChange.AddVeth(
                        "dev0",
                        new MacAddress(0x020000000001L),
                        Optional.empty(),
                        Side.HOST,
                        "dev1",
                        new MacAddress(2),
                        OptionalInt.empty()));
        node.kernel.apply(Side.HOST, new LinkChange.SetAlias("dev0", "uplink of rack 7"));
        node.kernel.apply(Side.HOST, new LinkChange.SetUp("dev0"));
        return node;
    }

    @Test
    void addTakesTheseStepsInThisOrder() {
        Ended ended = node.call("ADD", "host-device", LAYER_3);

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertEquals("""
                ip link set dev0 alias 'dev0'
                ip link set dev0 down
                ip link set dev0 netns POD name eth0
                ip netns exec POD sysctl -w net/ipv4/conf/eth0/arp_notify=1  # if it can be
                ip -n POD address add 10.1.2.2/24 dev eth0
                ip -n POD link set eth0 up
                ip -n POD route add default via 10.1.2.1 dev eth0
                """, applied());
        assertTrue(ended.stdout().contains("\"mac\": \"02:00:00:00:00:01\""), ended.stdout());
        assertTrue(ended.stdout().contains("\"interface\": 0"), ended.stdout());
    }

    @Test
    void aPlanNeedsNoAddressesFromAnIpamThatCannotBeAsked() {
        Plan plan = node.plan("host-device", LAYER_3.replace("\"host-local\"", "\"elsewhere\""));

        assertEquals(
                List.of("eth0"),
                plan.result().interfaces().stream()
                        .map(CniResult.Interface::name)
                        .toList());
        assertEquals(List.of(), plan.result().ips());
    }

    @ParameterizedTest
    @ValueSource(strings = {"LAYER_2", "LAYER_3"})
    void whicheverStepFailsTheDeviceIsAsItWas(String which) {
        int failures = 0;
        for (int n = 1; ; n++) {
            TestNode fresh = withDevice();
            Link before = fresh.kernel.linkOrThrow(Side.HOST, "dev0");
            fresh.kernel.failOn(n);

            Ended ended = fresh.call("ADD", "host-device", which.equals("LAYER_2") ? LAYER_2 : LAYER_3);

            if (ended.exitStatus() == 0) {
                break;
            }
            failures++;
            Link after = fresh.kernel.linkOrThrow(Side.HOST, "dev0");
            assertEquals(
                    List.of(before.mac(), before.alias(), before.up()),
                    List.of(after.mac(), after.alias(), after.up()));
            assertEquals(Optional.empty(), fresh.kernel.link(Side.POD, "eth0"));
            assertEquals(List.of(), fresh.leases("net"));
            assertEquals(List.of(), fresh.log);
        }
        assertTrue(failures >= 4, "only " + failures + " steps were made to fail");
    }

    @Test
    void aNameThatIsTakenInTheContainerIsAnErrorAndTheDeviceStays() {
        node.kernel.apply(Side.POD, new LinkChange.AddBridge("eth0", OptionalInt.empty(), false));

        Ended ended = node.call("ADD", "host-device", LAYER_3);
        Ended deleted = node.call("DEL", "host-device", LAYER_3);

        assertTrue(ended.stdout().contains("EEXIST"), ended.stdout());
        assertEquals(new Ended(0, ""), deleted);
        assertEquals(
                "uplink of rack 7", node.kernel.linkOrThrow(Side.HOST, "dev0").alias());
        assertTrue(node.kernel.linkOrThrow(Side.POD, "eth0").is("bridge"), "it is another plugin's");
    }

    @Test
    void delGivesTheDeviceBackAndMayBeRepeated() {
        node.call("ADD", "host-device", LAYER_3);

        Ended ended = node.call("DEL", "host-device", LAYER_3);
        Ended again = node.call("DEL", "host-device", LAYER_3);

        assertEquals(List.of(new Ended(0, ""), new Ended(0, "")), List.of(ended, again));
        Link back = node.kernel.linkOrThrow(Side.HOST, "dev0");
        assertEquals(Optional.of(new MacAddress(0x020000000001L)), back.mac());
        assertEquals("", back.alias());
        assertEquals(List.of(), node.leases("net"));
    }

    @Test
    void delKnowsTheNameFromTheDeviceItself() {
        node.call("ADD", "host-device", LAYER_3);

        Ended ended = node.call("DEL", "host-device", LAYER_3.replace("dev0", "dev7"));

        assertEquals(new Ended(0, ""), ended);
        assertTrue(node.kernel.link(Side.HOST, "dev0").isPresent());
    }

    @ParameterizedTest
    @ValueSource(strings = {"MISSING", "NOT_A_NAMESPACE"})
    void delReleasesTheAddressWithoutANamespace(String state) {
        node.call("ADD", "host-device", LAYER_3);
        List<String> leased = node.leases("net");
        node.netnsState = Namespaces.State.valueOf(state);

        Ended ended = node.call("DEL", "host-device", LAYER_3);

        assertEquals(List.of("10.1.2.2"), leased);
        assertEquals(new Ended(0, ""), ended);
        assertEquals(List.of(), node.leases("net"));
    }

    @Test
    void delReleasesTheAddressAlsoIfTheNameOnTheHostIsTaken() {
        node.call("ADD", "host-device", LAYER_3);
        node.kernel.apply(Side.HOST, new LinkChange.AddBridge("dev0", OptionalInt.empty(), false));

        Ended ended = node.call("DEL", "host-device", LAYER_3);

        assertEquals(1, ended.exitStatus());
        assertTrue(ended.stdout().contains("EEXIST"), ended.stdout());
        assertEquals(List.of(), node.leases("net"));
    }

    @Test
    void checkSaysAllThatIsNotAsItWas() {
        Ended added = node.call("ADD", "host-device", LAYER_3);
        Ended before = check(LAYER_3, added);
        node.kernel.apply(Side.POD, new LinkChange.SetDown("eth0"));
        node.kernel.apply(Side.POD, new LinkChange.SetMac("eth0", new MacAddress(7)));

        Ended after = check(LAYER_3, added);
        node.call("DEL", "host-device", LAYER_3);
        Ended gone = check(LAYER_2, added);

        assertEquals(new Ended(0, ""), before);
        for (String named :
                List.of("eth0 is down", "MAC 00:00:00:00:00:07", "the route default via 10.1.2.1 is gone")) {
            assertTrue(after.stdout().contains(named), named + " is not named in " + after.stdout());
        }
        assertTrue(gone.stdout().contains("eth0 is gone from the container"), gone.stdout());
    }

    private Ended check(String conf, Ended added) {
        return node.call("CHECK", "host-device", conf.replaceFirst("\\{", "{\"prevResult\": " + added.stdout() + ", "));
    }

    @Test
    void aDeviceIsFoundByItsMac() {
        Ended ended = node.call("ADD", "host-device", conf("\"hwaddr\": \"02-00-00-00-00-01\""));

        assertTaken(ended);
    }

    @Test
    void aDeviceIsFoundByItsKernelPath() throws IOException {
        directory("/sys/devices/pci0000:00/" + PCI + "/net/dev0");

        Ended ended = node.call("ADD", "host-device", conf("\"kernelpath\": \"/sys/devices/pci0000:00/" + PCI + "\""));

        assertTaken(ended);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/net/dev0", "/virtio3/net/dev0"})
    void aDeviceIsFoundOnThePciBus(String links) throws IOException {
        directory("/sys/bus/pci/devices/" + PCI + links);

        Ended ended = node.call("ADD", "host-device", conf("\"pciBusID\": \"" + PCI + "\""));

        assertTaken(ended);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/sys/bus/pci/devices/", "/sys/bus/auxiliary/devices/"})
    void theDeviceThatTheRuntimeChoseIsFoundOnEitherBus(String bus) throws IOException {
        directory(bus + "chosen.0/net/dev0");

        Ended ended = node.call(
                "ADD",
                "host-device",
                conf("\"pciBusID\": \"" + PCI + "\", \"runtimeConfig\": {\"deviceID\": \"chosen.0\"}"));

        assertTaken(ended);
    }

    private void directory(String path) throws IOException {
        Files.createDirectories(node.files.getPath(path));
    }

    private void assertTaken(Ended ended) {
        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertEquals(Optional.empty(), node.kernel.link(Side.HOST, "dev0"));
        assertTrue(node.kernel.link(Side.POD, "eth0").isPresent());
    }

    @Test
    void theNameWinsOverEverythingElse() throws IOException {
        directory("/sys/bus/pci/devices/" + PCI + "/net/dev1");

        Ended ended = node.call(
                "ADD",
                "host-device",
                conf("\"device\": \"dev0\", \"hwaddr\": \"02:00:00:00:00:77\", \"pciBusID\": \"" + PCI + "\""));

        assertTaken(ended);
    }

    @Test
    void aDeviceThatAProcessDrivesIsLeftAlone() throws IOException {
        directory("/sys/bus/pci/devices/" + PCI);
        directory("/sys/bus/pci/drivers/vfio-pci");
        Path driver = node.files.getPath("/sys/bus/pci/devices/" + PCI + "/driver");
        Files.createSymbolicLink(driver, node.files.getPath("/sys/bus/pci/drivers/vfio-pci"));
        String conf = conf("\"pciBusID\": \"" + PCI + "\", " + IPAM);

        Ended added = node.call("ADD", "host-device", conf);
        List<String> leased = node.leases("net");
        Ended checked = check(conf, added);
        Ended deleted = node.call("DEL", "host-device", conf);

        assertEquals(0, added.exitStatus(), added.stdout());
        assertTrue(!added.stdout().contains("interface"), added.stdout());
        assertEquals(List.of("10.1.2.2"), leased);
        assertEquals(List.of(new Ended(0, ""), new Ended(0, "")), List.of(checked, deleted));
        assertEquals(List.of(), node.leases("net"));
        assertEquals("", applied());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"device\": \"dev7\"",
                "\"hwaddr\": \"02:00:00:00:00:77\"",
                "\"kernelpath\": \"/sys/devices/none\"",
                "\"pciBusID\": \"0000:00:1f.6\"",
                "\"runtimeConfig\": {\"deviceID\": \"none.0\"}"
            })
    void aDeviceThatIsNotThereIsNamed(String key) {
        Ended ended = node.call("ADD", "host-device", conf(key + ", " + IPAM));
        Ended deleted = node.call("DEL", "host-device", conf(key + ", " + IPAM));

        assertEquals(1, ended.exitStatus());
        String value = key.replaceAll(".*\"([^\"]+)\"\\}?$", "$1");
        assertTrue(ended.stdout().contains(value), value + " is not named in " + ended.stdout());
        assertEquals(new Ended(0, ""), deleted);
        assertEquals(List.of(), node.leases("net"));
    }

    @Test
    void everyFaultIsReportedAtOnce() {
        Ended ended = node.call("ADD", "host-device", conf("""
                "device": "a/b", "hwaddr": "x", "kernelpath": "/etc", "pciBusID": "../..", "DPDKMode": 1
                """));
        Ended nothing = node.call("ADD", "host-device", conf("\"ipam\": {}"));

        for (String key : List.of("device", "hwaddr", "kernelpath", "pciBusID", "DPDKMode")) {
            assertTrue(ended.stdout().contains(key + ": "), key + " is not named in " + ended.stdout());
        }
        assertTrue(nothing.stdout().contains("specify either"), nothing.stdout());
    }

    /** Without what made the device. */
    private String applied() {
        StringBuilder lines = new StringBuilder();
        node.kernel.applied().stream()
                .skip(3)
                .forEach(change -> lines.append(change).append('\n'));
        return lines.toString();
    }
}
