package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The {@code static} IPAM plugin: addresses that the configuration says. */
class StaticTest {

    @RegisterExtension
    final TestNode node = new TestNode();

    private final Pod pod = node.pod();
    private final Conf conf = Conf.parse("""
            {"cniVersion": "1.0.0", "name": "net1", "type": "static", "ipam": {"type": "static",
             "addresses": [{"address": "10.10.0.1/24", "gateway": "10.10.0.254"}, {"address": "fd00:10::1/64"}],
             "routes": [{"dst": "0.0.0.0/0"}, {"dst": "192.168.0.0/16", "gw": "10.10.5.1"}],
             "dns": {"nameservers": ["10.1.0.1"], "domain": "example.test", "search": ["example.test"]}}}""");

    @Test
    void reportsWhatTheConfigurationSays() {
        Answer added = node.add(conf, pod);

        assertEquals("""
                {
                    "cniVersion": "1.0.0",
                    "dns": {
                        "domain": "example.test",
                        "nameservers": [
                            "10.1.0.1"
                        ],
                        "search": [
                            "example.test"
                        ]
                    },
                    "ips": [
                        {
                            "address": "10.10.0.1/24",
                            "gateway": "10.10.0.254"
                        },
                        {
                            "address": "fd00:10::1/64"
                        }
                    ],
                    "routes": [
                        {
                            "dst": "0.0.0.0/0"
                        },
                        {
                            "dst": "192.168.0.0/16",
                            "gw": "10.10.5.1"
                        }
                    ]
                }""", added.stdout());
    }

    @Test
    void givesABridgeItsAddresses() {
        Conf bridge = conf.with("type", "bridge")
                .with("bridge", "cni0")
                .with("isGateway", true)
                .withJson("ipam.routes", "[]");

        node.add(bridge, pod).result();

        assertEquals(List.of("10.10.0.1/24", "fd00:10::1/64"), pod.ip().addresses("eth0"));
        assertEquals(List.of("10.10.0.254/24"), node.ip().addresses("cni0").subList(0, 1));
    }

    @Test
    void addressesOfTheEnvironmentAreAdded() {
        Answer added = node.call("ADD", conf.with("ipam.routes", List.of()), pod)
                .with("CNI_ARGS", "IP=10.11.0.5/24,10.12.0.5/24;GATEWAY=10.11.0.1")
                .answer();

        assertEquals(List.of("10.10.0.1/24", "fd00:10::1/64", "10.11.0.5/24", "10.12.0.5/24"), added.addresses());
        assertEquals(
                "10.11.0.1", added.result().path("ips").get(2).path("gateway").asString());
    }

    @Test
    void addressesOfArgsReplaceThoseOfTheConfiguration() {
        Answer added = node.add(conf.with("args.cni.ips", List.of("10.13.0.5/24")), pod);

        assertEquals(List.of("10.13.0.5/24"), added.addresses());
        assertEquals(false, added.result().path("ips").get(0).has("gateway"));
    }

    @Test
    void addressesOfTheCapabilityReplaceEvenThose() {
        Conf both =
                conf.with("args.cni.ips", List.of("10.13.0.5/24")).with("runtimeConfig.ips", List.of("10.14.0.5/24"));

        assertEquals(List.of("10.14.0.5/24"), node.add(both, pod).addresses());
    }

    @Test
    void noAddressAtAllIsAllowed() {
        Answer added = node.add(conf.withJson("ipam", "{\"type\": \"static\"}"), pod);

        assertEquals(List.of(), added.addresses());
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.10.0.1", "10.10.0.300", "ten", ""})
    void anAddressWithoutPrefixIsNamed(String address) {
        Conf wrong = conf.withJson("ipam.addresses", "[{\"address\": \"" + address + "\"}]");

        node.add(wrong, pod).fault().is(Answer.INVALID_NETWORK_CONFIG, "address", address);
    }

    @Test
    void aGatewayThatIsNoAddressIsNamed() {
        Conf wrong = conf.withJson("ipam.addresses", "[{\"address\": \"10.10.0.1/24\", \"gateway\": \"up\"}]");

        node.add(wrong, pod).fault().names("gateway", "up");
    }

    @Test
    void anAddressOfTheEnvironmentWithoutPrefixIsNamed() {
        Answer answer =
                node.call("ADD", conf, pod).with("CNI_ARGS", "IP=10.11.0.5").answer();

        answer.fault().names("10.11.0.5");
    }

    @Test
    void anOldVersionHasOneAddressOfEachFamily() {
        Answer added = node.add(conf.with("cniVersion", "0.2.0"), pod);
        Conf tooMany = conf.with("cniVersion", "0.2.0").withJson("ipam.addresses", """
                [{"address": "10.10.0.1/24"}, {"address": "10.10.0.2/24"}]""");

        assertEquals("10.10.0.1/24", added.result().path("ip4").path("ip").asString());
        assertEquals("fd00:10::1/64", added.result().path("ip6").path("ip").asString());
        node.add(tooMany, pod).fault().names("CNI version 0.2.0 does not support more than 1 address per family");
    }

    @Test
    void withoutIpamThereIsAnError() {
        node.add(conf.without("ipam"), pod).fault().names("IPAM config missing 'ipam' key");
    }

    @Test
    void checkNoticesThatAnAddressIsMissing() {
        Answer added = node.add(conf, pod);
        node.check(conf, pod, added).succeeded();

        // The reference compares gateways, and those only.
        node.check(conf, pod, Json.parse("{\"cniVersion\": \"1.0.0\", \"ips\": [{\"address\": \"10.99.0.1/24\"}]}"))
                .fault()
                .names("10.10.0.1");
    }

    @Test
    void deleteHasNothingToDo() {
        node.delete(conf, pod).succeeded();
    }
}
