package dev.hawser.netns;

import org.junit.jupiter.api.extension.RegisterExtension;

/** The words of tests of the firewall plugin after the bridge plugin, on a node whose iptables may drop what is forwarded. */
abstract class PodFirewall {

    private static final String OTHER_BRIDGE = "cni1";

    @RegisterExtension
    final TestNode node = new TestNode();

    final Pod pod = node.pod();
    final Pod other = node.pod();
    final Conf firewall = Conf.parse("""
            {"cniVersion": "1.1.0", "name": "net1", "type": "firewall"}""");

    final World worldThatKnowsPods() {
        World world = node.world();
        world.netns().ip("route add 10.88.0.0/24 via " + World.NODE);
        world.netns().ip("-6 route add fd00:88::/64 via " + World.NODE6);
        return world;
    }

    final void dropForwarded() {
        node.host().output("iptables", "-P", "FORWARD", "DROP");
        node.host().output("ip6tables", "-P", "FORWARD", "DROP");
    }

    final Conf by(String backend) {
        return backend.isEmpty() ? firewall : firewall.with("backend", backend);
    }

    static Conf after(Answer attached, Conf conf) {
        return conf.with("prevResult", attached.result());
    }

    /** Both plugins; the result of the second. */
    final Answer attach(Pod to, Conf network, Conf conf) {
        Answer added = node.add(after(node.add(network, to), conf), to);
        added.result();
        return added;
    }

    final Conf otherBridge() {
        return node.dualStack()
                .with("bridge", OTHER_BRIDGE)
                .with("name", "net2")
                .withJson("ipam.ranges", """
                [[{"subnet": "10.89.0.0/24"}], [{"subnet": "fd00:89::/64"}]]""");
    }
}
