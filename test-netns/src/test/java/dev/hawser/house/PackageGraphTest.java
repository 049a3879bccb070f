package dev.hawser.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;

/** Which room may know which: this list is the documentation, and the JDK's jdeps holds the classes to it. */
class PackageGraphTest {

    /** Reading order: each room knows rooms above it only. Outside names stand for libraries. */
    private static final Map<String, Set<String>> ALLOWED = allowed(
            "ip                ->",
            "group             ->",
            "ipam              -> ip group",
            "kernel            -> ip",
            "netlink           -> ip kernel",
            "netfilter         -> ip kernel netlink",
            "sys               -> ipam kernel jnr",
            "linux             -> ip group kernel netlink netfilter sys",
            "spec              -> ip jackson",
            "dhcp              -> ip ipam kernel spec",
            "dbus              ->",
            "run               -> ipam kernel spec dhcp",
            "addressing        -> ip ipam kernel spec dhcp run",
            "attach            -> ip kernel spec run",
            "iptables          -> kernel",
            "masquerade        -> ip kernel spec run attach iptables",
            "addressed         -> ip kernel spec run addressing attach masquerade",
            "plugin.bridge     -> ip kernel spec run addressing attach masquerade addressed",
            "plugin.ptp        -> ip kernel spec run addressing attach masquerade addressed",
            "plugin.macvlan    -> kernel spec run addressing attach addressed",
            "plugin.ipvlan     -> kernel spec run addressing attach addressed",
            "plugin.vlan       -> kernel spec run addressing attach addressed",
            "plugin.dummy      -> kernel spec run addressing attach addressed",
            "plugin.tap        -> kernel spec run addressing attach",
            "plugin.hostdevice -> kernel spec run addressing attach",
            "plugin.loopback   -> ip kernel spec run",
            "plugin.ipam       -> spec run addressing",
            "plugin.portmap    -> ip kernel spec run attach iptables",
            "plugin.firewall   -> ip kernel spec dbus run attach iptables",
            "plugin.bandwidth  -> kernel spec run attach",
            "plugin.tuning     -> kernel spec run attach",
            "plugin.sbr        -> ip kernel spec run attach",
            "plugin.vrf        -> ip kernel spec run attach",
            "plugin.fused      -> spec run",
            "plugin            -> run addressing plugin.bridge plugin.ptp plugin.macvlan plugin.ipvlan plugin.vlan plugin.dummy plugin.tap plugin.hostdevice plugin.loopback plugin.ipam plugin.portmap plugin.firewall plugin.bandwidth plugin.tuning plugin.sbr plugin.vrf plugin.fused",
            "app               -> ip ipam kernel sys linux spec dhcp run addressing plugin.firewall plugin.fused plugin picocli",
            "shim.wire         ->",
            "shim.helper       -> kernel sys run shim.wire netty",
            "shim.observe      -> ipam spec run shim.wire shim.helper opentelemetry prometheus",
            "bench             -> ip kernel sys linux spec picocli",
            "shim              -> ipam sys linux spec run app shim.wire shim.helper shim.observe bench picocli",
            "cri               -> cri.proto grpc netty protobuf",
            "cri.proto         -> protobuf");

    private static final Map<String, String> LIBRARIES = Map.of(
            "jnr.", "jnr",
            "com.kenai.jffi", "jnr",
            "tools.jackson.", "jackson",
            "picocli", "picocli",
            "io.grpc", "grpc",
            "io.netty", "netty",
            "com.google.protobuf", "protobuf",
            "com.google.common", "grpc",
            "io.opentelemetry", "opentelemetry",
            "io.prometheus", "prometheus");

    private static final Pattern ARROW = Pattern.compile("^\\s+(\\S+)\\s+->\\s+(\\S+)\\s+.*$");

    @Test
    void everyArrowBetweenRoomsIsAllowed() {
        List<String> forbidden = new ArrayList<>();

        arrows().forEach((room, known) -> known.stream()
                .filter(other -> !ALLOWED.getOrDefault(room, Set.of()).contains(other))
                .forEach(other -> forbidden.add(room + " -> " + other)));

        assertEquals(List.of(), forbidden);
    }

    @Test
    void everyRoomIsOnTheList() {
        assertEquals(ALLOWED.keySet(), arrows().keySet());
    }

    @Test
    void noAllowanceIsUnused() {
        Map<String, Set<String>> arrows = arrows();
        List<String> unused = new ArrayList<>();

        ALLOWED.forEach((room, known) -> known.stream()
                .filter(other -> !arrows.getOrDefault(room, Set.of()).contains(other))
                .forEach(other -> unused.add(room + " -> " + other)));

        assertEquals(List.of(), unused);
    }

    private static Map<String, Set<String>> allowed(String... lines) {
        Map<String, Set<String>> allowed = new TreeMap<>();
        for (String line : lines) {
            String[] sides = line.split("->", -1);
            Set<String> known = new TreeSet<>(List.of(sides[1].strip().split(" +")));
            known.remove("");
            allowed.put(sides[0].strip(), known);
        }
        return allowed;
    }

    /** What each room really knows, by jdeps. */
    private static Map<String, Set<String>> arrows() {
        StringWriter out = new StringWriter();
        List<String> arguments = new ArrayList<>(
                List.of("--multi-release", "25", "--ignore-missing-deps", "-verbose:package", "-filter:none"));
        classes().forEach(path -> arguments.add(path.toString()));
        int exitStatus = ToolProvider.findFirst("jdeps")
                .orElseThrow()
                .run(new PrintWriter(out), new PrintWriter(out), arguments.toArray(String[]::new));
        assertEquals(0, exitStatus, out.toString());
        Map<String, Set<String>> arrows = new TreeMap<>();
        out.toString().lines().forEach(line -> read(line, arrows));
        return arrows;
    }

    private static void read(String line, Map<String, Set<String>> arrows) {
        Matcher arrow = ARROW.matcher(line);
        if (arrow.matches() && arrow.group(1).startsWith("dev.hawser.")) {
            String room = room(arrow.group(1));
            Set<String> known = arrows.computeIfAbsent(room, name -> new TreeSet<>());
            String other = room(arrow.group(2));
            if (!other.isEmpty() && !other.equals(room)) {
                known.add(other);
            }
        }
    }

    /** The name of a room or a library; empty for the JDK and annotations. */
    private static String room(String packageName) {
        if (packageName.startsWith("dev.hawser.")) {
            return packageName.substring("dev.hawser.".length());
        }
        return LIBRARIES.entrySet().stream()
                .filter(library -> packageName.startsWith(library.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("");
    }

    private static List<Path> classes() {
        List<Path> paths = new ArrayList<>();
        for (String module : List.of("ipam", "netns-native", "cni-plugin", "runtime-shim")) {
            Path path =
                    Path.of("..", module, "target", "classes").toAbsolutePath().normalize();
            assertFalse(Files.notExists(path), path + " is missing: build the whole project");
            paths.add(path);
        }
        return paths;
    }
}
