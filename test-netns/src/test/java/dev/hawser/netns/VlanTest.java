package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.kernel.KernelFeature;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** VLANs of a bridge port, where the kernel can filter them; where it cannot, an ADD that asks for them leaves nothing. */
class VlanTest {

    @RegisterExtension
    final TestNode node = new TestNode();

    private final Pod pod = node.pod();

    @Test
    void thePortIsAnAccessPortOfItsVlan() {
        KernelFeature.BRIDGE_VLAN_FILTERING.require();

        node.add(node.layer2().with("vlan", 100), pod).result();

        assertEquals(List.of("100 PVID Egress Untagged"), node.ip().vlans(port()));
    }

    @Test
    void thePortKeepsTheDefaultVlanIfAskedFor() {
        KernelFeature.BRIDGE_VLAN_FILTERING.require();

        node.add(node.layer2().with("vlan", 100).with("preserveDefaultVlan", true), pod)
                .result();

        assertEquals(
                List.of("1 Egress Untagged", "100 PVID Egress Untagged"),
                node.ip().vlans(port()));
    }

    @Test
    void aTrunkWithoutVlanHasTheDefaultOneUntagged() {
        KernelFeature.BRIDGE_VLAN_FILTERING.require();
        Conf conf =
                node.layer2().withJson("vlanTrunk", "[{\"id\": 42}, {\"minID\": 100, \"maxID\": 102}, {\"id\": 42}]");

        node.add(conf, pod).result();

        assertEquals(
                List.of("1 PVID Egress Untagged", "100", "101", "102", "42"),
                node.ip().vlans(port()));
    }

    @Test
    void theGatewayOfAVlanIsAnInterfaceOfItsOwn() {
        KernelFeature.BRIDGE_VLAN_FILTERING.require();

        Answer added = node.add(node.gateway().with("vlan", 100), pod);

        assertEquals(List.of("10.88.0.1/24"), node.ip().addresses("cni0.100"));
        assertEquals(List.of(), node.ip().addresses("cni0"));
        assertEquals(
                "cni0.100",
                added.result().path("interfaces").get(3).path("name").asString());
        assertTrue(pod.netns().reaches("10.88.0.1"));
    }

    @Test
    void whereTheKernelCannotFilterVlansAnAddThatAsksForThemFailsAndLeavesNothing() {
        KernelFeature.BRIDGE_VLAN_FILTERING.requireAbsent();

        node.add(node.gateway().with("vlan", 100), pod).fault();

        assertEquals(List.of(), pod.ip().linkNames());
        assertEquals(
                List.of(),
                node.ip().linkNames().stream()
                        .filter(name -> !name.equals("cni0"))
                        .toList());
        assertEquals(List.of(), List.copyOf(node.pool().leases().keySet()));
    }

    private String port() {
        return node.ip().ports("cni0").getFirst();
    }
}
