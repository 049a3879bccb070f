package dev.hawser.spec;

import static dev.hawser.spec.Fixtures.errorOf;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CniArgsTest {

    private static final String FROM_CONTAINERD =
            "IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web;K8S_POD_UID=;MAC=0a:58:0a:01:00:09";

    @Test
    void readsWhatContainerdSays() {
        CniArgs args = CniArgs.parse(FROM_CONTAINERD, Set.of("MAC"));

        assertEquals(Optional.of("0a:58:0a:01:00:09"), args.find("MAC"));
        assertEquals(Optional.of("web"), args.podName());
        assertEquals(Optional.of("shop"), args.podNamespace());
        assertEquals(Optional.empty(), args.find("K8S_POD_UID"));
        assertEquals(Optional.empty(), args.find("mac"));
    }

    @Test
    void noArgumentsAreFine() {
        assertEquals(new CniArgs(Map.of()), CniArgs.parse("", Set.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a=b;c=d;IP=10.0.0.9", "a=b;IP=1;c=d;IgnoreUnknown=false", "IgnoreUnknown=0;a=b;c=d"})
    void namesEveryUnknownPair(String args) {
        CniError error = errorOf(() -> CniArgs.parse(args, Set.of("IP")));

        assertEquals(new CniError(ErrorCode.INVALID_ENVIRONMENT, "ARGS: unknown args [\"a=b\" \"c=d\"]"), error);
    }

    @ParameterizedTest
    @ValueSource(strings = {"IgnoreUnknown=1;a=b", "a=b;IgnoreUnknown=true", "a=b;IgnoreUnknown=TRUE"})
    void unknownPairsCanBeIgnoredFromAnyPlace(String args) {
        assertEquals(Optional.of("b"), CniArgs.parse(args, Set.of()).find("a"));
    }

    @ParameterizedTest
    @CsvSource({"a=b=c,a=b=c", "IgnoreUnknown=1;;,''", "IgnoreUnknown=1;a,a", "IP=1;,''"})
    void aPairHasExactlyOneEqualsSign(String args, String pair) {
        CniError error = errorOf(() -> CniArgs.parse(args, Set.of("IP")));

        assertEquals(new CniError(ErrorCode.INVALID_ENVIRONMENT, "ARGS: invalid pair \"" + pair + "\""), error);
    }

    @Test
    void ignoreUnknownIsATruthValue() {
        CniError error = errorOf(() -> CniArgs.parse("IgnoreUnknown=2", Set.of()));

        assertEquals(
                new CniError(
                        ErrorCode.INVALID_ENVIRONMENT,
                        "ARGS: error parsing value of pair \"IgnoreUnknown=2\": boolean unmarshal error:"
                                + " invalid input 2"),
                error);
    }

    @Test
    void whoOnlyWantsThePodsNameForgivesTheRest() {
        CniArgs args = CniArgs.lenient("x;=y;a=b=c;K8S_POD_NAME=web;");

        assertEquals(new CniArgs(Map.of("a", "b=c", "K8S_POD_NAME", "web")), args);
    }
}
