package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What ADD of a bridge network prints, in each version of CNI: to the byte, as runtimes know it from the reference. */
class BridgeResultTest {

    @RegisterExtension
    final TestNode node = new TestNode();

    private final Pod pod = node.pod();

    @ParameterizedTest
    @ValueSource(strings = {"1.0.0", "1.1.0"})
    void version1SortsItsKeysAndLeavesOutEmptyDns(String version) {
        Answer added = node.add(node.dualStack().with("cniVersion", version), pod);

        assertEquals(interfacesFilledIn("""
                {
                    "cniVersion": "VERSION",
                    "interfaces": [
                        {
                            "mac": "BRIDGE-MAC",
                            "name": "cni0"
                        },
                        {
                            "mac": "VETH-MAC",
                            "name": "VETH"
                        },
                        {
                            "mac": "POD-MAC",
                            "name": "eth0",
                            "sandbox": "SANDBOX"
                        }
                    ],
                    "ips": [
                        {
                            "address": "10.88.0.2/24",
                            "gateway": "10.88.0.1",
                            "interface": 2
                        },
                        {
                            "address": "fd00:88::2/64",
                            "gateway": "fd00:88::1",
                            "interface": 2
                        }
                    ],
                    "routes": [
                        {
                            "dst": "0.0.0.0/0",
                            "gw": "10.88.0.1"
                        },
                        {
                            "dst": "::/0",
                            "gw": "fd00:88::1"
                        }
                    ]
                }""", version), added.stdout());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.3.0", "0.3.1", "0.4.0"})
    void version03SaysTheFamilyOfEachAddress(String version) {
        Answer added = node.add(node.dualStack().with("cniVersion", version), pod);

        assertEquals(interfacesFilledIn("""
                {
                    "cniVersion": "VERSION",
                    "interfaces": [
                        {
                            "name": "cni0",
                            "mac": "BRIDGE-MAC"
                        },
                        {
                            "name": "VETH",
                            "mac": "VETH-MAC"
                        },
                        {
                            "name": "eth0",
                            "mac": "POD-MAC",
                            "sandbox": "SANDBOX"
                        }
                    ],
                    "ips": [
                        {
                            "version": "4",
                            "interface": 2,
                            "address": "10.88.0.2/24",
                            "gateway": "10.88.0.1"
                        },
                        {
                            "version": "6",
                            "interface": 2,
                            "address": "fd00:88::2/64",
                            "gateway": "fd00:88::1"
                        }
                    ],
                    "routes": [
                        {
                            "dst": "0.0.0.0/0",
                            "gw": "10.88.0.1"
                        },
                        {
                            "dst": "::/0",
                            "gw": "fd00:88::1"
                        }
                    ],
                    "dns": {}
                }""", version), added.stdout());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.1.0", "0.2.0"})
    void version02HasOneAddressOfEachFamily(String version) {
        Answer added = node.add(node.dualStack().with("cniVersion", version), pod);

        assertEquals("""
                {
                    "cniVersion": "VERSION",
                    "ip4": {
                        "ip": "10.88.0.2/24",
                        "gateway": "10.88.0.1",
                        "routes": [
                            {
                                "dst": "0.0.0.0/0",
                                "gw": "10.88.0.1"
                            }
                        ]
                    },
                    "ip6": {
                        "ip": "fd00:88::2/64",
                        "gateway": "fd00:88::1",
                        "routes": [
                            {
                                "dst": "::/0",
                                "gw": "fd00:88::1"
                            }
                        ]
                    },
                    "dns": {}
                }""".replace("VERSION", version), added.stdout());
    }

    @Test
    void aConfigurationWithoutVersionIsOfVersion010() {
        Answer added = node.add(node.layer3().without("cniVersion"), pod);

        assertEquals("""
                {
                    "cniVersion": "0.1.0",
                    "ip4": {
                        "ip": "10.88.0.2/24",
                        "gateway": "10.88.0.1"
                    },
                    "dns": {}
                }""", added.stdout());
    }

    @Test
    void aLayer2NetworkHasInterfacesOnly() {
        Answer added = node.add(node.layer2(), pod);

        assertEquals(interfacesFilledIn("""
                {
                    "cniVersion": "VERSION",
                    "interfaces": [
                        {
                            "mac": "BRIDGE-MAC",
                            "name": "cni0"
                        },
                        {
                            "mac": "VETH-MAC",
                            "name": "VETH"
                        },
                        {
                            "mac": "POD-MAC",
                            "name": "eth0",
                            "sandbox": "SANDBOX"
                        }
                    ]
                }""", "1.1.0"), added.stdout());
    }

    @Test
    void theConfigurationsDnsReplacesThatOfIpam() {
        Conf conf = node.layer3().withJson("dns", """
                {"nameservers": ["10.1.1.1"], "domain": "example.test", "search": ["a.test", "b.test"], "options": ["ndots:2"]}""");

        Answer added = node.add(conf, pod);

        assertEquals(conf.json().path("dns"), added.result().path("dns"));
    }

    @Test
    void textIsEscapedForHtmlAsGoDoes() {
        Answer added = node.add(node.layer3().with("dns.domain", "<a&b>"), pod);

        assertEquals("<a&b>", added.result().path("dns").path("domain").asString());
        assertEquals(1, added.stdout().split("\\\\u003ca\\\\u0026b\\\\u003e", -1).length - 1, added.stdout());
    }

    @Test
    void whatARouteWasGivenIsReportedInVersion04Too() {
        String routes = """
                [{"dst": "10.9.0.0/16", "gw": "10.88.0.1", "mtu": 1400, "advmss": 1300, "priority": 50}]""";

        Answer added = node.add(node.layer3().with("cniVersion", "0.4.0").withJson("ipam.routes", routes), pod);

        assertEquals(Json.parse(routes), added.result().path("routes"));
    }

    private String interfacesFilledIn(String expected, String version) {
        String veth = node.ip().ports("cni0").getFirst();
        return expected.replace("VERSION", version)
                .replace("BRIDGE-MAC", node.ip().mac("cni0"))
                .replace("VETH-MAC", node.ip().mac(veth))
                .replace("VETH", veth)
                .replace("POD-MAC", pod.ip().mac("eth0"))
                .replace("SANDBOX", pod.path());
    }
}
