package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The protocol around a plugin's work: environment, stdin, versions. */
class ProtocolTest {

    @RegisterExtension
    final TestNode node = new TestNode();

    private final Pod pod = node.pod();

    @ParameterizedTest
    @ValueSource(strings = {"bridge", "host-local", "static", "loopback"})
    void versionListsWhatIsSpoken(String type) {
        Answer version = node.call("VERSION", node.layer2().with("type", type))
                .without("CNI_PATH")
                .withStdin("")
                .answer();

        assertEquals(
                "{\"cniVersion\":\"1.1.0\",\"supportedVersions\":"
                        + "[\"0.1.0\",\"0.2.0\",\"0.3.0\",\"0.3.1\",\"0.4.0\",\"1.0.0\",\"1.1.0\"]}\n",
                version.stdout());
        assertEquals(0, version.exitStatus());
    }

    @Test
    void versionDoesNotReadStdin() {
        Answer version = node.call("VERSION", node.layer2())
                .withStdin("{ this is no JSON")
                .answer();

        assertEquals(0, version.exitStatus());
    }

    @Test
    void withoutCommandItSaysWhatItIs() {
        Answer about =
                node.call("ADD", node.layer2(), pod).without("CNI_COMMAND").answer();

        assertEquals(0, about.exitStatus());
        assertEquals("", about.stdout());
        assertTrue(about.stderr().contains("bridge"), about::toString);
        assertTrue(about.stderr().contains("0.4.0, 1.0.0, 1.1.0"), about::toString);
    }

    @ParameterizedTest
    @CsvSource({
        "ADD, CNI_CONTAINERID", "ADD, CNI_NETNS", "ADD, CNI_IFNAME", "ADD, CNI_PATH", "CHECK, CNI_CONTAINERID",
        "CHECK, CNI_NETNS", "CHECK, CNI_IFNAME", "CHECK, CNI_PATH", "DEL, CNI_CONTAINERID", "DEL, CNI_IFNAME",
        "DEL, CNI_PATH", "GC, CNI_PATH", "STATUS, CNI_PATH",
    })
    void aMissingVariableIsNamed(String command, String variable) {
        Answer answer =
                node.call(command, node.gateway(), pod).without(variable).answer();

        answer.fault().is(Answer.INVALID_ENVIRONMENT, "required env variables [" + variable + "] missing");
        assertNothingHappened();
    }

    @Test
    void allMissingVariablesAreNamedAtOnce() {
        Answer answer = node.call("ADD", node.gateway()).answer();

        answer.fault()
                .is(
                        Answer.INVALID_ENVIRONMENT,
                        "required env variables [CNI_CONTAINERID,CNI_NETNS,CNI_IFNAME] missing");
    }

    @Test
    void anUnknownCommandIsNamed() {
        node.call("FOO", node.gateway(), pod).answer().fault().is(Answer.INVALID_ENVIRONMENT, "FOO");
    }

    @Test
    void anUnknownVersionIsNamedWithThoseThatAreKnown() {
        Answer answer = node.add(node.gateway().with("cniVersion", "9.9.9"), pod);

        answer.fault()
                .is(
                        Answer.INCOMPATIBLE_VERSION,
                        "incompatible CNI versions",
                        "config is \"9.9.9\"",
                        "\"1.0.0\" \"1.1.0\"");
        assertNothingHappened();
    }

    @Test
    void thereIsNoCheckBeforeVersion04() {
        Answer answer = node.call("CHECK", node.gateway().with("cniVersion", "0.3.1"), pod)
                .answer();

        answer.fault().is(Answer.INCOMPATIBLE_VERSION, "config version does not allow CHECK");
    }

    @Test
    void errorsArePrintedAsTheReferencePrintsThem() {
        Answer answer = node.call("FOO", node.gateway(), pod).answer();

        assertEquals("""
                {
                    "code": 4,
                    "msg": "unknown CNI_COMMAND: FOO"
                }""", answer.stdout());
    }

    /** The reference does the work first and then prints the result and an error, two documents, and keeps the link. */
    @Test
    void theNodesOwnNamespaceIsRefusedBeforeAnythingIsDone() {
        Pod self = node.podIn(node.host());

        node.add(node.gateway(), self).fault().is(Answer.INVALID_NETNS, "netns");

        assertNothingHappened();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "true", "TRUE"})
    void theNodesOwnNamespaceIsAllowedIfTheRuntimeInsists(String override) {
        Pod self = node.podIn(node.host());

        node.call("ADD", node.layer2(), self)
                .with("CNI_NETNS_OVERRIDE", override)
                .answer()
                .result();

        assertTrue(node.ip().hasLink("eth0"));
        node.call("DEL", node.layer2(), self)
                .with("CNI_NETNS_OVERRIDE", override)
                .answer()
                .succeeded();
    }

    @Test
    void unknownArgumentsAreRefusedUnlessTheRuntimeSaysOtherwise() {
        Call call = node.call("ADD", node.layer2(), pod);

        call.with("CNI_ARGS", "FOO=bar").answer().fault().names("FOO=bar");
        assertNothingHappened();
        call.with("CNI_ARGS", "FOO=bar;IgnoreUnknown=true").answer().result();
    }

    @ParameterizedTest
    @ValueSource(strings = {"FOO", "FOO=bar=baz;IgnoreUnknown=1", "IgnoreUnknown=1;", "IgnoreUnknown=perhaps"})
    void malformedArgumentsAreRefused(String args) {
        Answer answer =
                node.call("ADD", node.layer2(), pod).with("CNI_ARGS", args).answer();

        assertEquals(1, answer.exitStatus());
        answer.fault();
        assertNothingHappened();
    }

    @Test
    void pluginsSayNothingOnStderrWhenAllIsWell() {
        Answer added = node.add(node.dualStack().with("ipMasq", true), pod);
        Answer deleted = node.delete(node.dualStack().with("ipMasq", true), pod, added);

        assertEquals("", added.stderr());
        assertEquals("", deleted.stderr());
    }

    private void assertNothingHappened() {
        assertEquals(List.of(), node.ip().linkNames());
        assertEquals(java.util.Map.of(), node.pool().files());
    }
}
