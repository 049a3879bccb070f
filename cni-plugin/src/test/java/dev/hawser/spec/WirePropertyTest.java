package dev.hawser.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import dev.hawser.spec.CniResult.Interface;
import dev.hawser.spec.CniResult.Ip;
import dev.hawser.spec.CniResult.RouteEntry;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds for every input, and every result. */
class WirePropertyTest {

    private static final Set<Integer> NO_CONFIGURATION = Set.of(6, 7);

    /** The code of the error, or 0 if there is none; anything else that is thrown fails the property. */
    private static int codeOf(Runnable action) {
        try {
            action.run();
            return 0;
        } catch (CniException e) {
            return e.code();
        }
    }

    @Property
    void anyBytesAreAConfigurationOrAnError(@ForAll byte[] bytes) {
        assertTrue(NO_CONFIGURATION.contains(codeOf(() -> NetConf.parse(bytes))));
    }

    @Property
    void anythingLikeJsonIsAConfigurationOrAnError(@ForAll("fragments") String document) {
        int code = codeOf(() -> readAll(NetConf.parse(Fixtures.utf8(document))));

        assertTrue(code == 0 || code == 1 || NO_CONFIGURATION.contains(code), () -> "code " + code);
    }

    private static void readAll(NetConf conf) {
        conf.type();
        conf.dns();
        conf.ipamType();
        conf.cniArgs();
        conf.validAttachments();
        conf.prevResult();
    }

    @Provide
    Arbitrary<String> fragments() {
        Arbitrary<String> fragment = Arbitraries.of(
                "{",
                "}",
                "[",
                "]",
                ",",
                ":",
                "\"name\":",
                "\"net\"",
                "\"",
                "\\u",
                "null",
                "true",
                "17",
                "1e9",
                "-",
                "\"prevResult\":",
                "\"cniVersion\":",
                "\"1.0.0\"",
                "\"ips\":",
                "\"address\":",
                "\"10.0.0.1/8\"",
                "\"dns\":",
                "\"ipam\":",
                "\"cni.dev/attachments\":",
                " ",
                "\u0000",
                "\ud800",
                "é");
        Arbitrary<String> members = fragment.list().ofMaxSize(12).map(parts -> String.join("", parts));
        return Arbitraries.oneOf(members, members.map(rest -> "{\"name\":\"net\"," + rest + "}"));
    }

    @Property
    void everyTreeIsReadBackAsItWasWritten(@ForAll("trees") Json tree) {
        assertEquals(tree, Json.parse(Fixtures.utf8(tree.compact())));
        assertEquals(tree, Json.parse(Fixtures.utf8(tree.pretty())));
    }

    @Provide
    Arbitrary<Json> trees() {
        Arbitrary<String> texts =
                Arbitraries.strings().excludeChars(surrogates()).ofMaxLength(8);
        Arbitrary<Json> leaves = Arbitraries.oneOf(
                texts.map(Json::of),
                Arbitraries.longs().map(Json::of),
                Arbitraries.doubles().map(number -> new Json.Num(Double.toString(number))),
                Arbitraries.of(Json.of(true), Json.of(false), Json.Null.VALUE));
        return Arbitraries.recursive(
                () -> leaves,
                inner -> Arbitraries.oneOf(
                        inner.list().ofMaxSize(4).map(Json.Arr::new),
                        Combinators.combine(texts, inner)
                                .as(Json.Member::new)
                                .list()
                                .ofMaxSize(4)
                                .map(Json.Obj::new)),
                0,
                4);
    }

    private static char[] surrogates() {
        char[] chars = new char[Character.MAX_SURROGATE - Character.MIN_SURROGATE + 1];
        for (int i = 0; i < chars.length; i++) {
            chars[i] = (char) (Character.MIN_SURROGATE + i);
        }
        return chars;
    }

    @Property
    void everyResultIsReadBackFromTheNewestVersions(@ForAll("results") CniResult result) {
        for (CniVersion version : CniVersion.V1_1_0.resultFamily()) {
            assertEquals(result, CniResult.parse(result.json(version), CniVersion.V0_1_0));
        }
    }

    @Property
    void everyResultIsReadBackFromTheMiddleVersionsButForNewFields(@ForAll("results") CniResult result) {
        CniResult known = result.withInterfaces(result.interfaces().stream()
                .map(link -> new Interface(link.name(), link.mac(), 0, link.sandbox(), "", ""))
                .toList());

        for (CniVersion version : CniVersion.V0_3_0.resultFamily()) {
            assertEquals(known, CniResult.parse(result.json(version), CniVersion.V0_1_0));
        }
    }

    @Property
    void whatTheOldVersionsCanSayIsReadBackFromThem(@ForAll("results") CniResult result) {
        for (CniVersion version : CniVersion.V0_1_0.resultFamily()) {
            if (result.ips().isEmpty()) {
                assertEquals(999, codeOf(() -> result.json(version)));
            } else {
                CniResult old = CniResult.parse(result.json(version), CniVersion.V1_0_0);
                assertEquals(result.json(version), old.json(version));
            }
        }
    }

    @Provide
    Arbitrary<CniResult> results() {
        return Combinators.combine(
                        links().list().ofMaxSize(3),
                        ips().list().ofMaxSize(4),
                        routes().list().ofMaxSize(3),
                        dns())
                .as(CniResult::new);
    }

    private static Arbitrary<Interface> links() {
        Arbitrary<String> texts = texts();
        return Combinators.combine(texts, texts, Arbitraries.integers().between(0, 65536), texts, texts, texts)
                .as(Interface::new);
    }

    private static Arbitrary<Ip> ips() {
        return Combinators.combine(numbers(), cidrs(), addresses().optional()).as(Ip::new);
    }

    private static Arbitrary<RouteEntry> routes() {
        Arbitrary<Optional<InetAddress>> gateways = addresses().optional();
        Arbitrary<OptionalInt> numbers = numbers().map(WirePropertyTest::unsigned);
        return Combinators.combine(cidrs(), gateways, numbers, numbers, numbers, numbers, numbers)
                .as(RouteEntry::new);
    }

    private static Arbitrary<Dns> dns() {
        Arbitrary<List<String>> lists = texts().list().ofMaxSize(2);
        return Combinators.combine(lists, texts(), lists, lists).as(Dns::new);
    }

    private static Arbitrary<String> texts() {
        return Arbitraries.strings().withChars("ab<&\"\\\n\u2028é").ofMaxLength(4);
    }

    private static Arbitrary<OptionalInt> numbers() {
        return Arbitraries.integers()
                .greaterOrEqual(0)
                .optional()
                .map(number -> number.stream().mapToInt(Integer::intValue).findFirst());
    }

    /** Half of the numbers beyond what a signed one holds. */
    private static OptionalInt unsigned(OptionalInt number) {
        boolean odd = number.isPresent() && number.getAsInt() % 2 == 1;
        return odd ? OptionalInt.of(-number.getAsInt()) : number;
    }

    private static Arbitrary<InetAddress> addresses() {
        Arbitrary<byte[]> octets = Arbitraries.oneOf(
                Arbitraries.bytes().array(byte[].class).ofSize(4),
                Arbitraries.bytes().array(byte[].class).ofSize(16));
        return octets.map(IpMath::of);
    }

    private static Arbitrary<Cidr> cidrs() {
        return Combinators.combine(addresses(), Arbitraries.integers().between(0, 128))
                .as((address, length) -> new Cidr(address, Math.min(length, IpMath.bits(address))));
    }

    @Property
    void anyEnvironmentIsACallOrAnError(@ForAll("environments") Map<String, String> environment) {
        byte[] stdin = Fixtures.utf8("{\"name\":\"net\",\"cniVersion\":\"1.0.0\"}");

        int code = codeOf(() -> assertComplete(Invocation.of(environment, stdin::clone)));

        assertTrue(code == 0 || code == 4, () -> "code " + code);
    }

    private static void assertComplete(Invocation call) {
        assertEquals(call.command().concernsAttachment(), !call.containerId().isEmpty());
        assertEquals(call.command().concernsAttachment(), !call.ifName().isEmpty());
        assertTrue(call.netns().isPresent() || !call.command().needsNetns());
        assertTrue(!call.path().isEmpty() || call.command() == Command.VERSION);
    }

    @Provide
    Arbitrary<Map<String, String>> environments() {
        Arbitrary<String> names = Arbitraries.of(
                "CNI_COMMAND", "CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_PATH", "CNI_ARGS", "PATH");
        Arbitrary<String> commands =
                Arbitraries.of(Stream.of(Command.values()).map(Command::name).toList());
        Arbitrary<String> values =
                Arbitraries.oneOf(Arbitraries.strings().ofMaxLength(20), Arbitraries.of("", "eth0", "a1b2", "/x:/y"));
        Arbitrary<Map<String, String>> others = Arbitraries.maps(names, values).ofMaxSize(7);
        return Combinators.combine(others, commands.optional()).as(WirePropertyTest::withCommand);
    }

    private static Map<String, String> withCommand(Map<String, String> others, Optional<String> command) {
        command.ifPresent(name -> others.put("CNI_COMMAND", name));
        return others;
    }

    @Property
    void anyArgumentsAreReadOrAnError(@ForAll String args) {
        int code = codeOf(() -> CniArgs.parse(args, Set.of("IP")));

        assertTrue(code == 0 || code == 4, () -> "code " + code);
        assertEquals(0, codeOf(() -> CniArgs.lenient(args)));
    }
}
