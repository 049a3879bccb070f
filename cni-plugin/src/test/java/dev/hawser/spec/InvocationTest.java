package dev.hawser.spec;

import static dev.hawser.spec.Fixtures.errorOf;
import static dev.hawser.spec.Fixtures.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InvocationTest {

    private static final String NET = "{\"cniVersion\":\"1.0.0\",\"name\":\"net\",\"type\":\"bridge\"}";

    private static Map<String, String> environment(String... pairs) {
        Map<String, String> environment = new HashMap<>();
        for (String pair : pairs) {
            int equals = pair.indexOf('=');
            environment.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
        return environment;
    }

    private static Map<String, String> complete(String command, String... changes) {
        Map<String, String> environment = environment(
                "CNI_COMMAND=" + command,
                "CNI_CONTAINERID=a1b2",
                "CNI_NETNS=/run/netns/a1b2",
                "CNI_IFNAME=eth0",
                "CNI_PATH=/opt/cni/bin:/usr/lib/cni");
        environment.putAll(environment(changes));
        return environment;
    }

    private static Invocation call(Map<String, String> environment, String stdin) {
        return Invocation.of(environment, () -> utf8(stdin));
    }

    private static byte[] neverRead() {
        throw new AssertionError("stdin was read");
    }

    @Test
    void readsAnAdd() {
        Invocation add = call(complete("ADD", "CNI_ARGS=IgnoreUnknown=1"), NET);

        assertEquals(Command.ADD, add.command());
        assertEquals("a1b2", add.containerId());
        assertEquals(Optional.of("/run/netns/a1b2"), add.netns());
        assertEquals("eth0", add.ifName());
        assertEquals(List.of("/opt/cni/bin", "/usr/lib/cni"), add.path());
        assertEquals("IgnoreUnknown=1", add.args());
        assertEquals("net", add.netConf().name());
        assertEquals("ADD", add.environment().get("CNI_COMMAND"));
    }

    @Test
    void delNeedsNoNetns() {
        Invocation del = call(complete("DEL", "CNI_NETNS="), NET);

        assertEquals(Optional.empty(), del.netns());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ADD    | CNI_CONTAINERID,CNI_NETNS,CNI_IFNAME,CNI_PATH
            CHECK  | CNI_CONTAINERID,CNI_NETNS,CNI_IFNAME,CNI_PATH
            DEL    | CNI_CONTAINERID,CNI_IFNAME,CNI_PATH
            GC     | CNI_PATH
            STATUS | CNI_PATH
            """)
    void namesEveryVariableThatIsMissing(String command, String missing) {
        CniError error = errorOf(
                () -> Invocation.of(environment("CNI_COMMAND=" + command, "CNI_PATH="), InvocationTest::neverRead));

        assertEquals(
                new CniError(ErrorCode.INVALID_ENVIRONMENT, "required env variables [" + missing + "] missing"), error);
    }

    @Test
    void aWrongContainerIdIsReportedBeforeWhatIsMissing() {
        CniError error = errorOf(() -> call(environment("CNI_COMMAND=ADD", "CNI_CONTAINERID=../x"), NET));

        assertEquals(
                new CniError(ErrorCode.INVALID_ENVIRONMENT.number(), "invalid characters in containerID", "../x"),
                error);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\n", "-a", "_a", ".a", "a/b", "a b", "é", "a\u0000"})
    void aContainerIdIsAPlainWord(String id) {
        CniError error = errorOf(() -> call(complete("DEL", "CNI_CONTAINERID=" + id), NET));

        assertEquals("invalid characters in containerID", error.message());
        assertEquals(id, error.details());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "0",
                "A.b_c-d",
                "a..",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            })
    void aContainerIdMayBeAnyPlainWord(String id) {
        assertEquals(id, call(complete("DEL", "CNI_CONTAINERID=" + id), NET).containerId());
    }

    @ParameterizedTest
    @CsvSource({
        "0123456789abcdef, interface name is too long",
        "éééééééé, interface name is too long",
        "., interface name is . or ..",
        ".., interface name is . or ..",
        "a/b, interface name contains / or : or whitespace characters",
        "a:b, interface name contains / or : or whitespace characters",
        "a b, interface name contains / or : or whitespace characters",
        "a\u00a0b, interface name contains / or : or whitespace characters",
        "a\u0085b, interface name contains / or : or whitespace characters",
        "a\u2029b, interface name contains / or : or whitespace characters",
    })
    void aWrongInterfaceNameSaysWhatIsWrong(String ifName, String message) {
        CniError error = errorOf(() -> call(complete("ADD", "CNI_IFNAME=" + ifName), NET));

        assertEquals(ErrorCode.INVALID_ENVIRONMENT.number(), error.code());
        assertEquals(message, error.message());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0123456789abcde", "ééééééé", "eth0.1", "a@b", "..."})
    void otherInterfaceNamesAreFine(String ifName) {
        assertEquals(ifName, call(complete("ADD", "CNI_IFNAME=" + ifName), NET).ifName());
    }

    @Test
    void gcLooksAtNoContainer() {
        Invocation gc = call(complete("GC", "CNI_CONTAINERID=../x", "CNI_IFNAME=a/b"), NET);

        assertEquals("", gc.containerId());
        assertEquals("", gc.ifName());
        assertEquals(Optional.empty(), gc.netns());
    }

    @Test
    void versionReadsNoStdin() {
        Invocation version = Invocation.of(environment("CNI_COMMAND=VERSION"), InvocationTest::neverRead);

        assertEquals(Command.VERSION, version.command());
        assertEquals(Json.Obj.EMPTY, version.netConf().document());
    }

    @Test
    void anUnknownCommandIsReportedAfterStdinWasFoundSane() {
        assertEquals(
                new CniError(ErrorCode.INVALID_ENVIRONMENT, "unknown CNI_COMMAND: FOO"),
                errorOf(() -> call(environment("CNI_COMMAND=FOO"), "{\"name\":\"n\",\"cniVersion\":9}")));
        assertEquals(
                new CniError(
                        ErrorCode.DECODING_FAILURE, "error unmarshall network config: unexpected end of JSON input"),
                errorOf(() -> call(environment("CNI_COMMAND=FOO"), "")));
    }

    @Test
    void aStdinThatCannotBeReadIsAnIoFailure() {
        CniError error = errorOf(() -> Invocation.of(complete("ADD"), () -> {
            throw new IOException("Bad file descriptor");
        }));

        assertEquals(new CniError(ErrorCode.IO_FAILURE, "error reading from stdin: Bad file descriptor"), error);
    }

    @Test
    void withoutACommandItIsNoPluginCall() {
        assertFalse(Invocation.isPluginCall(environment("PATH=/bin")));
        assertFalse(Invocation.isPluginCall(environment("CNI_COMMAND=")));
        assertTrue(Invocation.isPluginCall(environment("CNI_COMMAND=FOO")));
        assertEquals(
                "required env variables [CNI_COMMAND] missing",
                errorOf(() -> call(environment("CNI_COMMAND="), NET)).message());
    }

    @ParameterizedTest
    @CsvSource({"1,true", "TRUE,true", "tRue,true", "true,true", "0,false", "yes,false", "'',false"})
    void theNetnsCheckCanBeOverridden(String value, boolean overridden) {
        Invocation add = call(complete("ADD", "CNI_NETNS_OVERRIDE=" + value), NET);

        assertEquals(overridden, add.overridesNetnsCheck());
    }
}
