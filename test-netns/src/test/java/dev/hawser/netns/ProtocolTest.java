package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
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

    /**
     * nerdctl executes {@code firewall} so, and wants a semantic version of at least 1.7.1 after "CNI firewall plugin "
     * (guessFirewallPluginVersion and FirewallPluginGEQVersion in its pkg/netutil).
     */
    @ParameterizedTest
    @MethodSource("types")
    void withoutCommandItSaysWhatItIsInTheWordsThatNerdctlReads(String type) {
        Answer about = node.call("ADD", node.layer2().with("type", type))
                .without("CNI_COMMAND")
                .without("CNI_PATH")
                .answer();

        assertEquals(0, about.exitStatus());
        assertEquals("", about.stdout());
        String prefix = "CNI " + type + " plugin ";
        List<String> lines = about.stderr().lines().toList();
        assertEquals(2, lines.size(), about::toString);
        assertTrue(lines.getFirst().startsWith(prefix), about::toString);
        assertIsNewerThan(1, 7, lines.getFirst().substring(prefix.length()));
        assertTrue(lines.getLast().startsWith("CNI protocol versions supported: "), about::toString);
        assertTrue(lines.getLast().endsWith("0.4.0, 1.0.0, 1.1.0"), about::toString);
    }

    /** Every plugin that there is. */
    static List<String> types() throws IOException {
        try (Stream<Path> files = Files.list(CniPlugin.directory())) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("hawser-"))
                    .map(name -> name.substring("hawser-".length()))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void anEmptyCommandIsNoneAndAFileWithOurPrefixIsThePlugin() {
        Call call = node.call("", node.layer2());

        Answer bridge = call.answer();
        Answer prefixed = call.withFile(node.plugins().resolve("hawser-bridge")).answer();

        assertTrue(bridge.stderr().startsWith("CNI bridge plugin v"), bridge::toString);
        assertEquals(bridge, prefixed);
    }

    /** A version as semver.org and Go's Masterminds/semver have it: what is before the first plus sign counts. */
    private static void assertIsNewerThan(int major, int minor, String text) {
        Matcher version = Pattern.compile("v(\\d+)\\.(\\d+)\\.(\\d+)(\\+[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)*)?")
                .matcher(text);

        assertTrue(version.matches(), () -> "no semantic version: " + text);
        int saidMajor = Integer.parseInt(version.group(1));
        int saidMinor = Integer.parseInt(version.group(2));
        assertTrue(saidMajor > major || (saidMajor == major && saidMinor > minor), text);
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
