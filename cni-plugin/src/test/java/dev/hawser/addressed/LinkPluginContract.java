package dev.hawser.addressed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.attach.VethNames;
import dev.hawser.ip.Cidr;
import dev.hawser.kernel.FakeKernel;
import dev.hawser.kernel.IpChange;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.LinkKind;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.Side;
import dev.hawser.run.Namespaces;
import dev.hawser.run.TestNode;
import dev.hawser.run.TestNode.Ended;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every plugin promises that makes one link in the container, with addresses. */
public abstract class LinkPluginContract {

    protected static final VethNames NAMES = VethNames.of("c1", "eth0");
    protected static final MacAddress MASTER_MAC = MacAddress.parse("02:00:00:00:00:aa");

    /** Of the master, where there is one. */
    protected static final int MASTER_MTU = 1450;

    protected static final String IPAM = """
            "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.1.2.0/24"}], [{"subnet": "fd00::/64"}]],
                     "routes": [{"dst": "0.0.0.0/0"}]}""";

    protected final TestNode node = new TestNode();

    /** The plugin's. */
    protected abstract String type();

    /** A configuration of the plugin with everything that makes steps; its addresses are {@link #IPAM}. */
    protected abstract String everything();

    @BeforeEach
    void addMaster() {
        addMaster(node);
    }

    /** {@code up0} on the host, which the host's default route leads through. */
    private static void addMaster(TestNode node) {
        FakeKernel kernel = node.kernel;
        kernel.apply(
                Side.HOST,
                new LinkChange.AddLink(
                        "up0", new LinkKind.Dummy(), Optional.of(MASTER_MAC), OptionalInt.of(MASTER_MTU)));
        kernel.apply(Side.HOST, new LinkChange.SetUp("up0"));
        kernel.apply(Side.HOST, new IpChange.AddAddress("up0", Cidr.parse("192.168.7.2/24")));
    }

    /** A configuration of the plugin with these keys. */
    protected String conf(String members) {
        return "{\"cniVersion\": \"1.1.0\", \"name\": \"net\", \"type\": \"" + type() + "\", " + members + "}";
    }

    @Test
    void whicheverStepFailsNothingIsLeft() {
        int failures = 0;
        for (int n = 1; ; n++) {
            TestNode fresh = new TestNode();
            addMaster(fresh);
            fresh.kernel.failOn(n);

            Ended ended = fresh.call("ADD", type(), everything());

            if (ended.exitStatus() == 0) {
                break;
            }
            failures++;
            assertNothingLeft(fresh, "after step " + n + " failed: " + ended.stdout());
        }
        assertTrue(failures >= 8, "only " + failures + " steps were made to fail");
    }

    @ParameterizedTest
    @EnumSource(
            value = Namespaces.State.class,
            names = {"MISSING", "NOT_A_NAMESPACE"})
    void delNeedsNoNamespace(Namespaces.State state) {
        Ended added = node.call("ADD", type(), everything());
        // The links of a namespace go with it.
        node.kernel.apply(Side.POD, new LinkChange.DeleteLink("eth0"));
        node.netnsState = state;

        Ended ended = node.call("DEL", type(), everything());

        assertEquals(0, added.exitStatus(), added.stdout());
        assertEquals(new Ended(0, ""), ended);
        assertNothingLeft(node, "after DEL");
    }

    @Test
    void delNeedsNoNameOfANamespace() {
        node.call("ADD", type(), everything());
        node.kernel.apply(Side.POD, new LinkChange.DeleteLink("eth0"));
        node.environment.remove("CNI_NETNS");

        assertEquals(new Ended(0, ""), node.call("DEL", type(), everything()));
        assertNothingLeft(node, "after DEL");
    }

    @Test
    void delTakesEverythingDown() {
        node.call("ADD", type(), everything());

        assertEquals(new Ended(0, ""), node.call("DEL", type(), everything()));
        assertNothingLeft(node, "after DEL");
    }

    @Test
    void delCanBeRepeatedEvenIfTheMasterIsGone() {
        node.call("ADD", type(), everything());
        node.kernel.apply(Side.HOST, new LinkChange.DeleteLink("up0"));

        Ended first = node.call("DEL", type(), everything());
        Ended second = node.call("DEL", type(), everything());

        assertEquals(new Ended(0, ""), first);
        assertEquals(new Ended(0, ""), second);
        assertNothingLeft(node, "after DEL");
    }

    @Test
    void delLeavesALinkOfAnotherKindThatHasTakenTheName() {
        node.call("ADD", type(), everything());
        node.kernel.apply(Side.POD, new LinkChange.DeleteLink("eth0"));
        node.kernel.apply(Side.POD, new LinkChange.AddBridge("eth0", OptionalInt.empty(), false));

        Ended ended = node.call("DEL", type(), everything());

        assertEquals(new Ended(0, ""), ended);
        assertEquals(
                Optional.of("bridge"), node.kernel.linkOrThrow(Side.POD, "eth0").kind());
        assertEquals(List.of(), node.leases("net"));
        assertTrue(node.log.toString().contains("DEL leaves eth0"), node.log::toString);
    }

    @Test
    void anAddressIsNotReleasedAsLongAsALinkHasIt() {
        node.call("ADD", type(), everything());
        node.kernel.failOn(1);

        Ended failed = node.call("DEL", type(), everything());
        List<String> meanwhile = node.leases("net");
        Ended repeated = node.call("DEL", type(), everything());

        assertEquals(1, failed.exitStatus());
        assertEquals(List.of("10.1.2.2", "fd00::2"), meanwhile);
        assertEquals(new Ended(0, ""), repeated);
        assertNothingLeft(node, "after the second DEL");
    }

    @Test
    void aNameThatIsTakenIsRefusedAndItsHolderLeftAlone() {
        node.kernel.apply(Side.POD, new LinkChange.AddBridge("eth0", OptionalInt.empty(), false));
        Link before = node.kernel.linkOrThrow(Side.POD, "eth0");

        Ended ended = node.call("ADD", type(), everything());

        assertRefused(ended, "already");
        assertEquals(before, node.kernel.linkOrThrow(Side.POD, "eth0"));
        assertEquals(List.of(), node.leases("net"));
    }

    @Test
    void aPlanIsWhatAddDoes() {
        String planned = planOf(new TestNode());

        Ended ended = node.call("ADD", type(), everything());

        assertEquals(planned, applied(), ended.stdout());
    }

    /** On a node of its own: steps and lines of those that an ADD makes. */
    private String planOf(TestNode other) {
        addMaster(other);
        int before = other.kernel.applied().size();
        StringBuilder lines = new StringBuilder();
        other.plan(type(), everything())
                .steps()
                .forEach(step -> lines.append(step).append('\n'));
        assertEquals(before, other.kernel.applied().size());
        assertEquals(List.of(), other.leases("net"));
        return anonymous(lines.toString());
    }

    @Test
    void checkIsContentRightAfterAdd() {
        Ended added = node.call("ADD", type(), everything());

        assertEquals(new Ended(0, ""), node.call("CHECK", type(), withPrevious(everything(), added.stdout())));
    }

    @Test
    void checkNamesEverythingThatIsGone() {
        Ended added = node.call("ADD", type(), everything());
        node.kernel.apply(Side.POD, new IpChange.DeleteAddress("eth0", Cidr.parse("10.1.2.2/24")));
        node.kernel.routes(Side.POD, "eth0").stream()
                .filter(route -> route.isDefault())
                .forEach(route -> node.kernel.apply(Side.POD, new IpChange.DeleteRoute("eth0", route)));

        Ended ended = node.call("CHECK", type(), withPrevious(everything(), added.stdout()));

        assertRefused(ended, "the address 10.1.2.2/24 is gone from eth0", "the route default via 10.1.2.1 is gone");
    }

    @Test
    void checkSeesThatTheLinkIsAnotherOne() {
        Ended added = node.call("ADD", type(), everything());
        node.kernel.apply(Side.POD, new LinkChange.DeleteLink("eth0"));
        node.kernel.apply(Side.POD, new LinkChange.AddBridge("eth0", OptionalInt.empty(), false));

        Ended ended = node.call("CHECK", type(), withPrevious(everything(), added.stdout()));

        assertRefused(ended, "eth0 in the container is not a ");
    }

    @Test
    void gcGivesBackTheAddressesOfWhatIsNotValid() {
        node.call("ADD", type(), everything());

        Ended kept = node.call("GC", type(), withValid("c1"));
        List<String> leases = node.leases("net");
        Ended collected = node.call("GC", type(), withValid("c2"));

        assertEquals(new Ended(0, ""), kept);
        assertEquals(List.of("10.1.2.2", "fd00::2"), leases);
        assertEquals(new Ended(0, ""), collected);
        assertEquals(List.of(), node.leases("net"));
    }

    private String withValid(String containerId) {
        return everything()
                .replaceFirst(
                        "\\{",
                        "{\"cni.dev/valid-attachments\": [{\"containerID\": \"" + containerId
                                + "\", \"ifname\": \"eth0\"}], ");
    }

    @Test
    void statusAsksWhereAddressesComeFrom() {
        String delegated = everything().replace("\"host-local\"", "\"elsewhere\"");

        Ended content = node.call("STATUS", type(), everything());
        Ended ended = node.call("STATUS", type(), delegated);

        assertEquals(new Ended(0, ""), content);
        assertRefused(ended, "elsewhere");
    }

    /** The call failed, with all of this in its answer. */
    protected static void assertRefused(Ended ended, String... parts) {
        assertEquals(1, ended.exitStatus(), ended.stdout());
        for (String part : parts) {
            assertTrue(ended.stdout().contains(part), part + " in " + ended.stdout());
        }
    }

    protected static String withPrevious(String conf, String result) {
        return conf.replaceFirst("\\{", "{\"prevResult\": " + result.replace("\\", "\\\\") + ", ");
    }

    /** What was done since there is a master. */
    protected String applied() {
        StringBuilder lines = new StringBuilder();
        node.kernel.applied().stream()
                .skip(3)
                .forEach(change -> lines.append(change).append('\n'));
        return anonymous(lines.toString());
    }

    private static String anonymous(String lines) {
        return lines.replace(NAMES.hostEnd(), "HOST")
                .replace(NAMES.hostMac().toString(), "HMAC")
                .replace(NAMES.podMac().toString(), "PMAC");
    }

    protected static void assertNothingLeft(TestNode node, String when) {
        List<String> links = node.kernel.links(Side.HOST).stream()
                .map(Link::name)
                .filter(name -> !name.equals("lo") && !name.equals("up0"))
                .toList();
        assertEquals(List.of(), links, when);
        assertEquals(Optional.empty(), node.kernel.link(Side.POD, "eth0"), when);
        assertEquals(List.of(), node.leases("net"), when);
        assertEquals(List.of(), node.kernel.masquerades(), when);
        assertEquals(List.of(), node.log, when);
    }
}
