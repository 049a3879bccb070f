package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The {@code host-local} IPAM plugin, called by itself: its files, its order, its ranges. */
class HostLocalTest {

    @RegisterExtension
    final TestNode node = new TestNode();

    private final Conf conf = node.hostLocal();
    private final Netns netns = node.pod().netns();

    /** host-local never looks at the namespace: one is enough for all containers. */
    private Pod pod() {
        return node.podIn(netns);
    }

    @Test
    void reportsTheAddressItsGatewayAndTheRoutesOfTheConfiguration() {
        Answer added = node.add(conf.withJson("ipam.routes", "[{\"dst\": \"0.0.0.0/0\"}]"), pod());

        assertEquals("""
                {
                    "cniVersion": "1.1.0",
                    "ips": [
                        {
                            "address": "10.88.0.2/24",
                            "gateway": "10.88.0.1"
                        }
                    ],
                    "routes": [
                        {
                            "dst": "0.0.0.0/0"
                        }
                    ]
                }""", added.stdout());
    }

    @Test
    void writesTheFilesThatHostLocalWrites() throws IOException {
        Pod pod = pod();

        node.add(node.dualStack().with("type", "host-local"), pod).result();

        assertEquals(
                Map.of(
                        "lock", "",
                        "10.88.0.2", pod.containerId() + "\r\neth0",
                        "fd00:88::2", pod.containerId() + "\r\neth0",
                        "last_reserved_ip.0", "10.88.0.2",
                        "last_reserved_ip.1", "fd00:88::2"),
                node.pool().files());
        assertEquals(
                PosixFilePermissions.fromString("rw-------"),
                Files.getPosixFilePermissions(node.pool().directory().resolve("10.88.0.2")));
        assertEquals(
                PosixFilePermissions.fromString("rwxr-xr-x"),
                Files.getPosixFilePermissions(node.pool().directory()));
    }

    @Test
    void theNextAddressIsTheOneAfterTheLast() {
        Pod first = pod();
        assertEquals("10.88.0.2", node.add(conf, first).ip());
        assertEquals("10.88.0.3", node.add(conf, pod()).ip());
        node.delete(conf, first).succeeded();

        assertEquals("10.88.0.4", node.add(conf, pod()).ip());
        assertEquals(Set.of("10.88.0.3", "10.88.0.4"), node.pool().leases().keySet());
    }

    @Test
    void afterTheLastAddressOfARangeComesTheFirstThatIsFree() {
        Conf small = conf.withJson("ipam.ranges", "[[{\"subnet\": \"10.66.0.0/29\"}]]");
        Pod third = pod();
        node.add(small, pod()).result();
        node.add(small, pod()).result();
        assertEquals("10.66.0.4", node.add(small, third).ip());
        node.add(small, pod()).result();
        node.delete(small, third).succeeded();

        assertEquals("10.66.0.6", node.add(small, pod()).ip());
        assertEquals("10.66.0.4", node.add(small, pod()).ip());
    }

    @Test
    void anExhaustedPoolNamesItsRangeAndTakesNothing() {
        Conf small = conf.withJson("ipam.ranges", "[[{\"subnet\": \"10.66.0.0/30\"}]]");
        Pod pod = pod();
        node.add(small, pod).result();
        Map<String, String> before = node.pool().files();

        // Code 999 with the reference; "try again later" is what a runtime can use.
        node.add(small, pod())
                .fault()
                .is(Answer.TRY_AGAIN_LATER, "no IP addresses available in range set: 10.66.0.1-10.66.0.2");

        assertEquals(before, node.pool().files());
        node.delete(small, pod).succeeded();
        assertEquals("10.66.0.2", node.add(small, pod()).ip());
    }

    @Test
    void theSecondSetsExhaustionGivesTheFirstOnesAddressBack() {
        Conf sets =
                conf.withJson("ipam.ranges", "[[{\"subnet\": \"10.88.0.0/24\"}], [{\"subnet\": \"10.66.0.0/30\"}]]");
        Pod pod = pod();
        node.add(sets, pod).result();

        node.add(sets, pod()).fault().names("10.66.0.1-10.66.0.2");

        assertEquals(Set.of("10.88.0.2", "10.66.0.2"), node.pool().leases().keySet());
        assertTrue(node.pool().leases().values().stream().allMatch(Pool.owner(pod)::equals));
    }

    @Test
    void aSetGoesOnWithItsNextRange() {
        Conf ranges = conf.withJson("ipam.ranges", """
                [[{"subnet": "10.66.0.0/30"}, {"subnet": "10.67.0.0/24", "rangeStart": "10.67.0.100", "rangeEnd": "10.67.0.101",
                   "gateway": "10.67.0.254"}]]""");

        assertEquals("10.66.0.2/30", node.add(ranges, pod()).address());
        Answer second = node.add(ranges, pod());
        assertEquals("10.67.0.100/24", second.address());
        assertEquals(
                "10.67.0.254",
                second.result().path("ips").get(0).path("gateway").asString());
        assertEquals("10.67.0.101/24", node.add(ranges, pod()).address());
        node.add(ranges, pod()).fault().names("no IP addresses available");
    }

    @Test
    void theGatewayIsNeverGiven() {
        Conf middle = conf.withJson("ipam.ranges", """
                [[{"subnet": "10.66.0.0/29", "gateway": "10.66.0.2"}]]""");

        assertEquals("10.66.0.1", node.add(middle, pod()).ip());
        assertEquals("10.66.0.3", node.add(middle, pod()).ip());
    }

    @Test
    void theOldFormOfASingleRangeIsTheFirstSet() {
        Conf old = conf.withJson("ipam.ranges", "[[{\"subnet\": \"10.99.0.0/24\"}]]")
                .with("ipam.subnet", "10.66.0.0/24")
                .with("ipam.rangeStart", "10.66.0.20")
                .with("ipam.rangeEnd", "10.66.0.50")
                .with("ipam.gateway", "10.66.0.254");

        Answer added = node.add(old, pod());

        assertEquals(List.of("10.66.0.20/24", "10.99.0.2/24"), added.addresses());
        assertEquals(
                "10.66.0.254", added.result().path("ips").get(0).path("gateway").asString());
    }

    @Test
    void rangesOfTheRuntimeComeFirst() {
        Conf both = conf.withJson("runtimeConfig.ipRanges", "[[{\"subnet\": \"10.77.0.0/24\"}]]");

        assertEquals(
                List.of("10.77.0.2/24", "10.88.0.2/24"), node.add(both, pod()).addresses());
        assertEquals("10.77.0.2", node.pool().files().get("last_reserved_ip.0"));
        assertEquals("10.88.0.2", node.pool().files().get("last_reserved_ip.1"));
    }

    @Test
    void theLastAddressOfAnIpv6RangeIsGivenToo() {
        Conf six = conf.withJson("ipam.ranges", "[[{\"subnet\": \"fd00:66::/126\"}]]");

        assertEquals("fd00:66::2/126", node.add(six, pod()).address());
        assertEquals("fd00:66::3/126", node.add(six, pod()).address());
        node.add(six, pod()).fault().names("fd00:66::1-fd00:66::3");
    }

    @Test
    void ipv6AddressesAreWrittenInTheirShortestForm() {
        Conf six = conf.withJson("ipam.ranges", """
                [[{"subnet": "FD00:0066:0:0::/64", "rangeStart": "fd00:66:0:0:0:0:0:0abc"}]]""");

        assertEquals("fd00:66::abc/64", node.add(six, pod()).address());
        assertTrue(node.pool().leases().containsKey("fd00:66::abc"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.88.0.77", "10.88.0.77/24", "10.88.0.77/8"})
    void anAddressMayBeRequestedByTheCapability(String request) {
        Answer added = node.add(conf.with("runtimeConfig.ips", List.of(request)), pod());

        assertEquals("10.88.0.77/24", added.address());
        assertEquals("10.88.0.77", node.pool().files().get("last_reserved_ip.0"));
    }

    @Test
    void anAddressMayBeRequestedByArgs() {
        assertEquals(
                "10.88.0.77/24",
                node.add(conf.with("args.cni.ips", List.of("10.88.0.77")), pod())
                        .address());
    }

    @Test
    void anAddressMayBeRequestedByTheEnvironment() {
        Answer added =
                node.call("ADD", conf, pod()).with("CNI_ARGS", "IP=10.88.0.77").answer();

        assertEquals("10.88.0.77/24", added.address());
    }

    @Test
    void requestsOfAllThreeWaysAreSatisfiedTogether() {
        Conf sets = conf.withJson("ipam.ranges", """
                [[{"subnet": "10.88.0.0/24"}], [{"subnet": "10.77.0.0/24"}], [{"subnet": "fd00:88::/64"}]]""")
                .with("args.cni.ips", List.of("10.77.0.77"))
                .with("runtimeConfig.ips", List.of("fd00:88::77"));

        Answer added =
                node.call("ADD", sets, pod()).with("CNI_ARGS", "IP=10.88.0.77").answer();

        assertEquals(List.of("10.88.0.77/24", "10.77.0.77/24", "fd00:88::77/64"), added.addresses());
    }

    @Test
    void aRequestedAddressThatIsTakenIsRefused() {
        Conf request = conf.with("runtimeConfig.ips", List.of("10.88.0.77"));
        Pod holder = pod();
        node.add(request, holder).result();

        node.add(request, pod()).fault().names("requested IP address 10.88.0.77 is not available in range set");

        assertEquals(Map.of("10.88.0.77", Pool.owner(holder)), node.pool().leases());
    }

    @Test
    void theGatewayCannotBeRequested() {
        node.add(conf.with("runtimeConfig.ips", List.of("10.88.0.1")), pod())
                .fault()
                .names("requested ip 10.88.0.1 is subnet's gateway");
        assertEquals(Map.of(), node.pool().leases());
    }

    @Test
    void anAddressOutsideOfTheRangesCannotBeRequested() {
        node.add(conf.with("runtimeConfig.ips", List.of("10.99.0.5")), pod())
                .fault()
                .names("failed to allocate all requested IPs: 10.99.0.5");
        assertEquals(Map.of(), node.pool().leases());
    }

    @Test
    void aRequestThatIsNoAddressIsNamed() {
        Answer answer = node.add(conf.with("runtimeConfig.ips", List.of("ten")), pod());

        answer.fault().is(Answer.INVALID_NETWORK_CONFIG, "ten");
    }

    @Test
    void theSameAttachmentGetsNoSecondAddressAndKeepsItsFirst() {
        Pod pod = pod();
        node.add(conf, pod).result();

        node.add(conf, pod)
                .fault()
                .names("10.88.0.2 has been allocated to " + pod.containerId(), "duplicate allocation is not allowed");

        // The reference takes the first one away, too: its roll-back is by owner.
        assertEquals(Map.of("10.88.0.2", Pool.owner(pod)), node.pool().leases());
    }

    @Test
    void anotherInterfaceOfTheContainerGetsAnAddressOfItsOwn() {
        Pod pod = pod();

        assertEquals("10.88.0.2", node.add(conf, pod).ip());
        assertEquals("10.88.0.3", node.add(conf, pod.withIfName("eth1")).ip());
        node.delete(conf, pod).succeeded();

        assertEquals(
                Map.of("10.88.0.3", Pool.owner(pod.withIfName("eth1"))),
                node.pool().leases());
    }

    @Test
    void aLeaseOfTheOldFormatIsNotGivenAgainAndIsReleasedByItsContainer() {
        Pod pod = pod();
        node.pool().write("10.88.0.2", pod.containerId());

        node.add(conf, pod).fault().names("10.88.0.2 has been allocated to " + pod.containerId());
        assertEquals("10.88.0.3", node.add(conf, pod()).ip());
        node.check(conf, pod, Json.parse("{\"cniVersion\": \"1.1.0\"}")).succeeded();
        node.delete(conf, pod).succeeded();

        assertEquals(Set.of("10.88.0.3"), node.pool().leases().keySet());
    }

    @Test
    void aLeaseThatAForeignWriterMadeIsSeenAtOnce() {
        node.add(conf, pod()).result();
        node.pool().write("10.88.0.3", "somebody\r\neth0");

        assertEquals("10.88.0.4", node.add(conf, pod()).ip());
        assertEquals("somebody\r\neth0", node.pool().leases().get("10.88.0.3"));
    }

    @Test
    void aLeaseThatAForeignWriterTookAwayIsForgotten() throws IOException {
        Pod pod = pod();
        node.add(conf, pod).result();
        Files.delete(node.pool().directory().resolve("10.88.0.2"));

        assertEquals("10.88.0.3", node.add(conf, pod).ip());
    }

    @ParameterizedTest
    @CsvSource({
        "10.88.0.7,''",
        "10.88.0.7,'\r\n'",
        "not-an-address,somebody",
        "10.88.0.300,somebody",
        "last_reserved_ip.0,garbage"
    })
    void aBadFileHarmsNoOther(String name, String content) {
        Pod pod = pod();
        node.add(conf, pod).result();
        node.pool().write(name, content);

        assertEquals("10.88.0.3", node.add(conf, pod()).ip());
        node.delete(conf, pod).succeeded();

        assertTrue(!node.pool().leases().containsValue(Pool.owner(pod)));
        assertTrue(node.pool().files().containsKey(name));
    }

    @Test
    void aBadMemoryOfTheLastAddressIsNoMemory() {
        node.add(conf, pod()).result();
        node.pool().write("last_reserved_ip.0", "garbage");

        assertEquals("10.88.0.3", node.add(conf, pod()).ip());
        assertEquals("10.88.0.3", node.pool().files().get("last_reserved_ip.0"));
    }

    @Test
    void checkNoticesThatTheLeaseIsGone() throws IOException {
        Pod pod = pod();
        Answer added = node.add(conf, pod);
        node.check(conf, pod, added).succeeded();

        Files.delete(node.pool().directory().resolve("10.88.0.2"));

        node.check(conf, pod, added).fault().is(Answer.INTERNAL, pod.containerId());
    }

    @Test
    void deleteOfAnUnknownContainerSucceeds() {
        node.delete(conf, pod()).succeeded();
        node.add(conf, pod()).result();
        node.delete(conf, pod()).succeeded();

        assertEquals(1, node.pool().leases().size());
    }

    @Test
    void resolvConfIsRead() throws IOException {
        var file = Files.writeString(node.directory().resolve("resolv.conf"), """
                # comment
                ; comment
                nameserver 10.1.1.1
                nameserver fd00::53
                domain old.test
                domain example.test
                search a.test b.test
                options ndots:5 edns0
                sortlist
                """);

        Answer added = node.add(conf.with("ipam.resolvConf", file.toString()), pod());

        assertEquals(Json.parse("""
                        {"nameservers": ["10.1.1.1", "fd00::53"], "domain": "example.test",
                         "search": ["a.test", "b.test"], "options": ["ndots:5", "edns0"]}"""), added.result().path("dns"));
    }

    @Test
    void aResolvConfThatCannotBeReadIsNamedAndNothingIsLeased() {
        node.add(conf.with("ipam.resolvConf", "/nonexistent/resolv.conf"), pod())
                .fault()
                .names("/nonexistent/resolv.conf");

        assertEquals(Map.of(), node.pool().leases());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[[{\"subnet\": \"10.66.0.0/31\"}]]                          | too small to allocate from",
                "[[{\"subnet\": \"10.66.0.0/32\"}]]                          | too small to allocate from",
                "[[{\"subnet\": \"fd00::/127\"}]]                            | too small to allocate from",
                "[[{\"subnet\": \"10.66.0.1/24\"}]]                          | Network has host bits set",
                "[[{\"subnet\": \"10.66.0.0/24\", \"rangeStart\": \"10.67.0.1\"}]] | RangeStart 10.67.0.1 not in network 10.66.0.0/24",
                "[[{\"subnet\": \"10.66.0.0/24\", \"rangeEnd\": \"10.67.0.1\"}]]   | RangeEnd 10.67.0.1 not in network 10.66.0.0/24",
                "[[{\"subnet\": \"10.66.0.0/24\"}, {\"subnet\": \"fd00::/64\"}]]   | mixed address families",
                "[[{\"subnet\": \"10.66.0.0/24\"}, {\"subnet\": \"10.66.0.0/25\"}]] | overlap",
                "[[{\"subnet\": \"10.66.0.0/24\"}], [{\"subnet\": \"10.66.0.0/25\"}]] | overlap",
                "[[]]                                                        | empty range set",
                "[]                                                          | no IP ranges specified",
            })
    void aRangeThatMakesNoSenseIsNamed(String ranges, String message) {
        Answer answer = node.add(conf.withJson("ipam.ranges", ranges), pod());

        answer.fault().is(Answer.INVALID_NETWORK_CONFIG, message);
        assertEquals(Map.of(), node.pool().files());
    }

    @Test
    void anOldVersionHasOneAddressOfEachFamily() {
        Conf two = conf.with("cniVersion", "0.2.0").withJson("ipam.ranges", """
                [[{"subnet": "10.88.0.0/24"}], [{"subnet": "10.77.0.0/24"}]]""");

        node.add(two, pod()).fault().names("CNI version 0.2.0 does not support more than 1 address per family");
    }

    @Test
    void withoutIpamThereIsAnError() {
        node.add(conf.without("ipam"), pod()).fault().names("IPAM config missing 'ipam' key");
    }

    @Test
    void networksHavePoolsOfTheirOwn() {
        assertEquals("10.88.0.2", node.add(conf, pod()).ip());
        assertEquals("10.88.0.2", node.add(conf.with("name", "net2"), pod()).ip());
    }

    @Test
    void unknownArgumentsAreRefused() {
        node.call("ADD", conf, pod())
                .with("CNI_ARGS", "FOO=bar")
                .answer()
                .fault()
                .names("FOO=bar");
    }
}
