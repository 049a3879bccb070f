package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses from an IPAM plugin that is not ours, found in CNI_PATH. */
class DelegationTest {

    private static final String ADDRESS = """
            {"cniVersion": "1.0.0", "ips": [{"address": "10.55.0.7/16", "gateway": "10.55.0.1"}],
             "routes": [{"dst": "10.9.0.0/16"}], "dns": {"nameservers": ["10.55.0.53"]}}""";

    @RegisterExtension
    final TestNode node = new TestNode();

    private final Pod pod = node.pod();
    private final FakeIpam ipam = FakeIpam.on(node);

    @Test
    void itsAddressesRoutesAndDnsAreUsed() {
        ipam.prints("ADD", ADDRESS);

        Answer added =
                ipam.call("ADD", ipam.conf().with("isGateway", true), pod).answer();

        assertEquals("10.55.0.7/16", added.address());
        assertEquals(
                "10.55.0.53",
                added.result().path("dns").path("nameservers").get(0).asString());
        assertEquals(List.of("10.55.0.7/16"), pod.ip().addresses("eth0"));
        assertEquals(
                List.of("10.55.0.0/16 dev eth0", "10.9.0.0/16 via 10.55.0.1 dev eth0"),
                pod.ip().routes());
        assertEquals(List.of("10.55.0.1/16"), node.ip().addresses("cni0"));
    }

    @Test
    void itGetsTheWholeConfigurationAndOurEnvironment() {
        ipam.prints("ADD", ADDRESS);
        Conf conf = ipam.conf().with("unknown", "key");

        ipam.call("ADD", conf, pod)
                .with("CNI_ARGS", "IgnoreUnknown=1;K8S_POD_NAME=web")
                .with("TRACEPARENT", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
                .answer()
                .result();

        assertEquals(conf.json(), ipam.stdin("ADD"));
        Map<String, String> environment = ipam.environment("ADD");
        assertEquals("ADD", environment.get("CNI_COMMAND"));
        assertEquals(pod.containerId(), environment.get("CNI_CONTAINERID"));
        assertEquals(pod.path(), environment.get("CNI_NETNS"));
        assertEquals("eth0", environment.get("CNI_IFNAME"));
        assertEquals("IgnoreUnknown=1;K8S_POD_NAME=web", environment.get("CNI_ARGS"));
        assertEquals("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", environment.get("TRACEPARENT"));
        assertTrue(environment.getOrDefault("CNI_PATH", "").endsWith("/fake"), environment::toString);
    }

    @Test
    void anAnswerInAnOldVersionIsUnderstood() {
        ipam.prints("ADD", """
                {"cniVersion": "0.2.0", "ip4": {"ip": "10.55.0.7/16", "gateway": "10.55.0.1",
                 "routes": [{"dst": "0.0.0.0/0"}]}}""");

        Answer added = ipam.call("ADD", ipam.conf(), pod).answer();

        assertEquals("10.55.0.7/16", added.address());
        assertEquals(
                List.of("10.55.0.0/16 dev eth0", "default via 10.55.0.1 dev eth0"),
                pod.ip().routes());
    }

    @Test
    void anAnswerWithoutVersionHasThatOfTheConfiguration() {
        ipam.prints("ADD", "{\"ips\": [{\"address\": \"10.55.0.7/16\"}]}");

        assertEquals("10.55.0.7/16", ipam.call("ADD", ipam.conf(), pod).answer().address());
    }

    @Test
    void anAddressWithoutGatewayGetsTheFirstOfItsNetworkIfTheBridgeIsTheGateway() {
        ipam.prints("ADD", "{\"cniVersion\": \"1.0.0\", \"ips\": [{\"address\": \"10.55.3.7/16\"}]}");

        ipam.call("ADD", ipam.conf().with("isDefaultGateway", true), pod)
                .answer()
                .result();

        assertEquals(List.of("10.55.0.1/16"), node.ip().addresses("cni0"));
        assertEquals(
                List.of("10.55.0.0/16 dev eth0", "default via 10.55.0.1 dev eth0"),
                pod.ip().routes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"CHECK", "DEL"})
    void itIsAskedForTheOtherCommandsToo(String command) {
        ipam.prints("ADD", ADDRESS);
        Answer added = ipam.call("ADD", ipam.conf(), pod).answer();
        Conf conf = ipam.conf().with("prevResult", added.result());

        ipam.call(command, conf, pod).answer().succeeded();

        assertEquals(List.of("ADD", command), ipam.calls());
        assertEquals(conf.json(), ipam.stdin(command));
    }

    @Test
    void itIsAskedToReleaseWhenTheNamespaceIsGone() {
        ipam.prints("ADD", ADDRESS);
        Answer added = ipam.call("ADD", ipam.conf(), pod).answer();
        pod.netns().close();

        ipam.call("DEL", ipam.conf().with("prevResult", added.result()), pod)
                .answer()
                .succeeded();

        assertEquals(List.of("ADD", "DEL"), ipam.calls());
    }

    /** The reference does not ask. */
    @Test
    void itIsAskedToCollectGarbage() {
        Conf conf = ipam.conf().withKey("cni.dev/valid-attachments", List.of());

        ipam.call("GC", conf).answer().succeeded();

        assertEquals(List.of("GC"), ipam.calls());
        assertEquals(conf.json(), ipam.stdin("GC"));
    }

    @Test
    void itIsAskedForItsStatus() {
        ipam.call("STATUS", ipam.conf()).answer().succeeded();

        assertEquals(List.of("STATUS"), ipam.calls());
    }

    @Test
    void itsErrorIsOursWordForWord() {
        ipam.fails("ADD", "{\"code\": 123, \"msg\": \"no more addresses\", \"details\": \"none at all\"}");

        Answer failed = ipam.call("ADD", ipam.conf(), pod).answer();

        assertEquals(new Answer.Fault(123, "no more addresses; none at all"), failed.fault());
    }

    @Test
    void itsErrorOnStatusIsOursWordForWord() {
        ipam.fails("STATUS", "{\"code\": 51, \"msg\": \"half of it works\"}");

        Answer failed = ipam.call("STATUS", ipam.conf()).answer();

        assertEquals(new Answer.Fault(51, "half of it works; "), failed.fault());
    }

    @Test
    void whatItSaysInsteadOfJsonIsInTheError() {
        ipam.fails("ADD", "Segmentation fault");

        ipam.call("ADD", ipam.conf(), pod).answer().fault().names("Segmentation fault");
    }

    @Test
    void whatItSaysOnStderrIsInTheErrorIfThereIsNothingElse() {
        ipam.does("ADD", "echo 'out of luck' >&2\nexit 3\n");

        ipam.call("ADD", ipam.conf(), pod).answer().fault().names("out of luck");
    }

    @Test
    void thatItSaidNothingIsInTheError() {
        ipam.does("ADD", "exit 3\n");

        ipam.call("ADD", ipam.conf(), pod).answer().fault().names("3");
    }

    @Test
    void garbageInsteadOfAResultIsAnError() {
        ipam.prints("ADD", "{\"cniVersion\": \"1.0.0\", \"ips\": [{\"address\": \"ten dot one\"}]}");

        ipam.call("ADD", ipam.conf(), pod).answer().fault().names("ten dot one");
        assertNothingIsLeft();
    }

    @Test
    void aResultWithoutAddressIsAnErrorAndTheDelegateIsAskedToTakeItBack() {
        ipam.prints("ADD", "{\"cniVersion\": \"1.0.0\"}");

        ipam.call("ADD", ipam.conf(), pod).answer().fault().names("IPAM plugin returned missing IP config");
        assertEquals(List.of("ADD", "DEL"), ipam.calls());
        assertNothingIsLeft();
    }

    /** SPEC, "Delegated plugin execution procedure": the caller cleans up a delegate that failed. The reference does not. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "echo '{\"code\": 11, \"msg\": \"try again\"}'; exit 1",
                "echo garbage; exit 1",
                "exit 1",
                "kill -9 $$",
            })
    void afterItsFailureItIsAskedToTakeItBackAndNothingIsLeft(String script) {
        ipam.does("ADD", script + "\n");

        ipam.call("ADD", ipam.conf().with("ipMasq", true).with("macspoofchk", true), pod)
                .answer()
                .fault();

        assertEquals(List.of("ADD", "DEL"), ipam.calls());
        assertNothingIsLeft();
    }

    /** The reference leaves its veth behind. */
    @Test
    void whenAStepOfOursFailsAfterwardsItIsAskedToTakeItBackAndNothingIsLeft() {
        ipam.prints("ADD", """
                {"cniVersion": "1.0.0", "ips": [{"address": "10.55.0.7/16"}],
                 "routes": [{"dst": "10.9.0.0/16", "gw": "172.31.0.1"}]}""");

        ipam.call("ADD", ipam.conf().with("ipMasq", true).with("macspoofchk", true), pod)
                .answer()
                .fault()
                .names("10.9.0.0");

        assertEquals(List.of("ADD", "DEL"), ipam.calls());
        assertNothingIsLeft();
    }

    @Test
    void itsErrorOnDelFailsTheDelButTheLinkIsGone() {
        ipam.prints("ADD", ADDRESS);
        Answer added = ipam.call("ADD", ipam.conf(), pod).answer();
        ipam.fails("DEL", "{\"code\": 11, \"msg\": \"busy\"}");

        Answer failed = ipam.call("DEL", ipam.conf().with("prevResult", added.result()), pod)
                .answer();

        failed.fault().is(Answer.TRY_AGAIN_LATER, "busy");
        assertFalse(pod.ip().hasLink("eth0"));
    }

    @Test
    void aTypeThatIsNowhereIsNamedWithThePathThatWasSearched() {
        Conf conf = node.layer2().with("ipam.type", "nowhere");

        node.call("ADD", conf, pod)
                .answer()
                .fault()
                .names("failed to find plugin \"nowhere\" in path [" + node.plugins() + "]");
        assertNothingIsLeft();
    }

    @ParameterizedTest
    @ValueSource(strings = {"../fake/fake-ipam", "/bin/true", "a/b"})
    void aTypeWithASlashIsRefused(String type) {
        ipam.call("ADD", node.layer2().with("ipam.type", type), pod)
                .answer()
                .fault()
                .names(type);
        assertEquals(List.of(), ipam.calls());
        assertNothingIsLeft();
    }

    @Test
    void anInterfaceThatExistsIsNotReplaced() {
        ipam.prints("ADD", ADDRESS);
        ipam.call("ADD", ipam.conf(), pod).answer().result();
        Remains before = node.remains();

        ipam.call("ADD", ipam.conf(), pod).answer().fault().names("eth0");

        assertEquals(before, node.remains());
        assertTrue(pod.ip().hasLink("eth0"));
    }

    private void assertNothingIsLeft() {
        assertEquals(List.of(), pod.ip().linkNames());
        assertEquals(
                List.of(),
                node.ip().linkNames().stream()
                        .filter(name -> !name.equals("cni0"))
                        .toList());
        assertEquals(List.of(), node.nft().masquerades());
        assertEquals(List.of(), node.nft().elements("bridge hawser", "guarded"));
        assertEquals(List.of(), node.nft().elements("bridge hawser", "allowed"));
    }
}
