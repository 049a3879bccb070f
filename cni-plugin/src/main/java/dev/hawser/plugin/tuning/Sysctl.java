package dev.hawser.plugin.tuning;

import dev.hawser.spec.Json;
import dev.hawser.spec.Settings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;

/**
 * A kernel parameter as it should be.
 *
 * @param name as the configuration spells it: {@code net.ipv4.conf.IFNAME.arp_filter}
 * @param key below /proc/sys: {@code net/ipv4/conf/eth0/arp_filter}
 */
record Sysctl(String name, String key, String value) {

    private static final String SECTION = "sysctl";
    private static final String IFNAME = "IFNAME";
    private static final String ROOT = "net/";

    /** Those of the configuration, in its order; {@code args.cni} replaces some, and its own come last. */
    static List<Sysctl> all(String ifName, Settings settings, Settings args) {
        Map<String, Sysctl> all = section(ifName, settings.section(SECTION));
        all.putAll(section(ifName, args.section(SECTION)));
        return List.copyOf(all.values());
    }

    private static Map<String, Sysctl> section(String ifName, Settings section) {
        Map<String, Sysctl> all = new LinkedHashMap<>();
        for (Json.Member member : section.object().members()) {
            value(section, member)
                    .flatMap(value -> parse(section, ifName, member.name(), value))
                    .ifPresent(sysctl -> add(all, section, sysctl));
        }
        return all;
    }

    private static Optional<String> value(Settings section, Json.Member member) {
        return switch (member.value()) {
            case Json.Str text -> Optional.of(text.value());
            case Json.Null _ -> Optional.empty();
            case Json.Obj _, Json.Arr _, Json.Num _, Json.Bool _ -> {
                Json value = member.value();
                section.fault(member.name(), value.compact() + " is " + value.kind() + ", want a text such as \"1\"");
                yield Optional.empty();
            }
        };
    }

    private static Optional<Sysctl> parse(Settings section, String ifName, String name, String value) {
        Optional<String> key = key(name, ifName);
        if (key.isEmpty()) {
            section.fault(name, "invalid net sysctl key: \"" + name + "\": it must stay below net/");
        }
        return key.map(path -> new Sysctl(name, path, value));
    }

    /**
     * Dots and slashes are the same. The interface's own dots are none of these: {@code IFNAME} stands for it. Empty if the key
     * does not lead below {@code net/}.
     */
    private static Optional<String> key(String name, String ifName) {
        List<String> parts = Arrays.stream(name.replace('.', '/').split("/", -1))
                .filter(part -> !part.isEmpty())
                .toList();
        String key = String.join("/", parts).replaceFirst(IFNAME, Matcher.quoteReplacement(ifName));
        boolean climbs = List.of(name.split("/", -1)).contains("..");
        boolean isBelow = key.startsWith(ROOT) && key.length() > ROOT.length();
        return isBelow && !climbs ? Optional.of(key) : Optional.empty();
    }

    /** One parameter by two spellings is fine as long as they agree. */
    private static void add(Map<String, Sysctl> all, Settings section, Sysctl sysctl) {
        Optional<Sysctl> earlier = Optional.ofNullable(all.putIfAbsent(sysctl.key, sysctl));
        earlier.filter(other -> other.name.equals(sysctl.name) || !sysctl.hasValue(other.value))
                .ifPresent(other -> section.fault(
                        sysctl.name,
                        "duplicated sysctl keys are not allowed: \"" + other.value + "\" and \"" + sysctl.value
                                + "\""));
    }

    /** Whether this is its value already. Where the document has a space, the kernel writes a tab. */
    boolean hasValue(String present) {
        return words(present).equals(words(value));
    }

    static List<String> words(String value) {
        List<String> words = new ArrayList<>(List.of(value.strip().split("\\s+")));
        words.removeIf(String::isEmpty);
        return words;
    }
}
