package dev.hawser.plugin.firewall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.attach.VethNames;
import dev.hawser.ip.IpMath;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.Change;
import dev.hawser.kernel.FakeKernel;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.FirewallChange.AllowForwarding;
import dev.hawser.kernel.FirewallChange.CloseBridge;
import dev.hawser.kernel.FirewallChange.DisallowForwarding;
import dev.hawser.kernel.LinkChange.SetAlias;
import dev.hawser.kernel.Side;
import dev.hawser.kernel.Step;
import dev.hawser.run.TestNode;
import dev.hawser.run.TestNode.Ended;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the host's end of a veth pair says of the firewall, so that a helper can make it again; and how the doorway is mended. */
class HostEndTest {

    private static final String HOST_END = VethNames.of("c1", "eth0").hostEnd();
    private static final Attachment OWNER = new Attachment("net", "c1", "eth0");
    private static final InetAddress ADDRESS = IpMath.parse("10.1.2.2");
    private static final InetAddress ADDRESS6 = IpMath.parse("fd00::2");
    private static final String BRIDGE = """
            {"cniVersion": "1.1.0", "name": "net", "type": "bridge", "isGateway": true, "ipMasq": true,
             "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.1.2.0/24"}], [{"subnet": "fd00::/64"}]]}}""";
    private static final String ATTACHED = "net/c1/eth0 masquerade=10.1.2.2/24,fd00::2/64";
    private static final String PORTS = """
            "runtimeConfig": {"portMappings": [{"hostPort": 80, "containerPort": 8, "protocol": "tcp"}]}""";
    private static final String PUBLISHED = " publish=subnet,10.1.2.2/24,fd00::2/64,80>8/tcp";

    private final TestNode node = new TestNode();
    private final FakeKernel kernel = node.kernel;
    private String previous = "";

    /** What every test begins with: a container on a bridge. */
    @BeforeEach
    void attach() {
        previous = succeeded(node.call("ADD", "bridge", BRIDGE));
        assertEquals(ATTACHED, alias());
    }

    @Test
    void thePlanEndsWithWhatIsWrittenDown() {
        List<Step> steps =
                node.plan("firewall", conf("firewall", "\"ingressPolicy\": \"same-bridge\"")).steps().stream()
                        .filter(step -> !(step.change() instanceof FirewallChange.RestoreIptables))
                        .toList();

        assertEquals(
                List.of(
                        Step.shared(Side.HOST, new CloseBridge("cni0", false)),
                        owned(new AllowForwarding(ADDRESS, OWNER), new DisallowForwarding(ADDRESS, OWNER)),
                        owned(new AllowForwarding(ADDRESS6, OWNER), new DisallowForwarding(ADDRESS6, OWNER)),
                        owned(
                                new SetAlias(HOST_END, ATTACHED + " forward=* closed=cni0"),
                                new SetAlias(HOST_END, ATTACHED))),
                steps);
    }

    private static Step owned(Change change, Change undo) {
        return Step.owned(Side.HOST, change, undo);
    }

    @Test
    void addAgainWritesNothingAndDelTakesItAwayBeforeTheElements() {
        String conf = conf("firewall", "\"iptablesAdminChainName\": \"MINE\"");
        succeeded(node.call("ADD", "firewall", conf));
        String said = alias();
        int before = kernel.applied().size();

        succeeded(node.call("ADD", "firewall", conf));
        List<String> again = applied(before);
        succeeded(node.call("DEL", "firewall", conf));

        assertEquals(ATTACHED + " forward=* admin=MINE", said);
        assertTrue(again.stream().noneMatch(change -> change.contains("alias")), again::toString);
        assertEquals(
                List.of(
                        "ip link set " + HOST_END + " alias '" + ATTACHED + "'",
                        "nft delete element inet hawser forwarded4 { 10.1.2.2 }",
                        "nft delete element inet hawser forwarded6 { fd00::2 }"),
                applied(before + again.size()));
    }

    @Test
    void portmapAndFirewallKeepWhatTheOtherSays() {
        String both = ATTACHED + " forward=*" + PUBLISHED;

        succeeded(node.call("ADD", "portmap", conf("portmap", PORTS)));
        succeeded(node.call("ADD", "firewall", conf("firewall")));
        String afterwards = alias();
        succeeded(node.call("DEL", "firewall", conf("firewall")));
        String withoutFirewall = alias();
        succeeded(node.call("ADD", "firewall", conf("firewall")));
        succeeded(node.call("DEL", "portmap", conf("portmap", PORTS)));
        String withoutPorts = alias();
        succeeded(node.call("ADD", "portmap", conf("portmap", PORTS)));

        assertEquals(both, afterwards);
        assertEquals(ATTACHED + PUBLISHED, withoutFirewall);
        assertEquals(ATTACHED + " forward=*", withoutPorts);
        assertEquals(both, alias());
    }

    @Test
    void whicheverStepFailsTheHostsEndSaysWhatItSaid() {
        String conf = conf("firewall", "\"ingressPolicy\": \"isolated\"");
        for (int n = 1; ; n++) {
            kernel.failOn(n);

            if (node.call("ADD", "firewall", conf).exitStatus() == 0) {
                break;
            }
            assertEquals(ATTACHED, alias(), "after step " + n + " failed");
            assertEquals(List.of(), kernel.forwarded(), "after step " + n + " failed");
        }
        assertEquals(ATTACHED + " forward=* isolated=cni0", alias());
    }

    @Test
    void whatIptablesDoesIsNotWrittenDown() {
        succeeded(node.call(
                "ADD", "firewall", conf("firewall", "\"backend\": \"iptables\", \"ingressPolicy\": \"isolated\"")));

        assertEquals(ATTACHED, alias());
    }

    @Test
    void aLinkOfAnotherAttachmentIsLeftAlone() {
        kernel.apply(Side.HOST, new SetAlias(HOST_END, "other/c1/eth0"));

        succeeded(node.call("ADD", "firewall", conf("firewall")));
        succeeded(node.call("DEL", "firewall", conf("firewall")));

        assertEquals("other/c1/eth0", alias());
    }

    @Test
    void theDoorwayIsMendedOnlyIfSomethingOfItIsMissing() {
        succeeded(node.call("ADD", "firewall", conf("firewall")));
        List<String> whole = kernel.iptables(true, "filter");
        List<Boolean> missing = List.of(mend(), flushAndMend("-F FORWARD"), flushAndMend("-F HAWSER-FORWARD"), mend());

        assertEquals(List.of(false, true, true, false), missing);
        assertEquals(whole, kernel.iptables(true, "filter"));
    }

    @Test
    void withoutIptablesThereIsNoDoorwayToMend() {
        kernel.removeIptables();

        assertEquals(false, mend());
    }

    private boolean flushAndMend(String line) {
        kernel.apply(Side.HOST, new FirewallChange.RestoreIptables(true, "filter", List.of(line)));
        return mend();
    }

    private boolean mend() {
        return FirewallPlugin.mendDoorway(kernel, true, "CNI-ADMIN", node.log::add);
    }

    private String conf(String type, String... members) {
        return "{\"cniVersion\": \"1.1.0\", \"name\": \"net\", \"type\": \"" + type + "\", "
                + List.of(members).stream().map(member -> member + ", ").reduce("", String::concat)
                + "\"prevResult\": " + previous + "}";
    }

    private static String succeeded(Ended ended) {
        assertEquals(0, ended.exitStatus(), ended.stdout());
        return ended.stdout();
    }

    private String alias() {
        return kernel.linkOrThrow(Side.HOST, HOST_END).alias();
    }

    private List<String> applied(int before) {
        return kernel.applied().stream().skip(before).map(Object::toString).toList();
    }
}
