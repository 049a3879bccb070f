package dev.hawser.plugin.fused;

import dev.hawser.spec.CniException;
import dev.hawser.spec.Json;
import dev.hawser.spec.Settings;
import dev.hawser.spec.ValidAttachments;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The configuration of a plugin that stands for several: the keys of a main plugin, and beside them what a chain would have as
 * further plugins. Pure.
 *
 * <pre>{@code
 * { "cniVersion": "1.0.0", "name": "pods", "type": "hawser",
 *   "main": "bridge",                                                    // what makes the interface; bridge if not set
 *   "bridge": "cni0", "isDefaultGateway": true, "ipMasq": true,          // its keys
 *   "ipam": { "type": "host-local", "subnet": "10.88.0.0/16" },
 *   "capabilities": { "portMappings": true, "bandwidth": true },         // portmap and bandwidth
 *   "portmap": { "snat": true },                                         // keys of portmap, if any
 *   "firewall": { "ingressPolicy": "same-bridge" },                      // firewall
 *   "sysctl": { "net.core.somaxconn": "500" }                            // tuning
 * }
 * }</pre>
 *
 * <p>A chained plugin takes part if the key of its name is there ({@code {}} or {@code true} will do), if a capability that only
 * it understands is declared, or, for tuning, if {@code sysctl}, {@code promisc}, {@code allmulti} or {@code txQLen} stands beside
 * the others. {@code false} switches it off.
 */
public final class FusedForm {

    /** The key that names the main plugin. */
    static final String MAIN = "main";

    /** What the main plugin is if nothing is said. */
    static final String DEFAULT_MAIN = "bridge";

    private static final String CAPABILITIES = "capabilities";
    private static final String RUNTIME_CONFIG = "runtimeConfig";
    private static final String TUNING = "tuning";

    /** Plugins that make an interface. */
    static final Set<String> MAINS =
            Set.of("bridge", "ptp", "macvlan", "ipvlan", "vlan", "dummy", "tap", "host-device");

    /** Keys of tuning that no main plugin has, and that can stand beside its keys. */
    static final List<String> TUNING_KEYS = List.of("sysctl", "promisc", "allmulti", "txQLen");

    /** What a runtime says to every plugin alike. */
    private static final List<String> COMMON_KEYS = List.of("cniVersion", "name", "prevResult");

    /**
     * A plugin that changes the interface of another.
     *
     * @param type its name, and the key of its part
     * @param capabilities that only it understands
     */
    record Chained(String type, Set<String> capabilities) {}

    /** In the order in which they take their turns. */
    static final List<Chained> CHAINED = List.of(
            new Chained(TUNING, Set.of()),
            new Chained("vrf", Set.of()),
            new Chained("sbr", Set.of()),
            new Chained("bandwidth", Set.of("bandwidth")),
            new Chained("portmap", Set.of("portMappings")),
            new Chained("firewall", Set.of()));

    /** The chained plugin of this type, if it is one. */
    static Optional<Chained> chained(String type) {
        return CHAINED.stream().filter(known -> known.type().equals(type)).findFirst();
    }

    /**
     * One of the plugins that a configuration stands for.
     *
     * @param configuration as a runtime would hand it to that plugin in a chain
     */
    public record Part(String type, Json.Obj configuration) {}

    private final Json.Obj document;
    private final Settings settings;
    private final Settings declared;
    private final List<Json.Member> runtimeConfig;

    private FusedForm(Json.Obj document) {
        this.document = document;
        this.settings = Settings.of(document);
        this.declared = settings.section(CAPABILITIES);
        this.runtimeConfig = settings.section(RUNTIME_CONFIG).object().members();
    }

    /**
     * The plugins that a fused configuration stands for, in their order.
     *
     * @throws CniException code 7 if the form itself is wrong
     */
    public static List<Part> parts(Json.Obj document) {
        return new FusedForm(document).parts();
    }

    private List<Part> parts() {
        List<Part> parts = new ArrayList<>();
        String main = main();
        parts.add(new Part(main, document.with("type", Json.of(main))));
        CHAINED.forEach(chained -> section(chained)
                .ifPresent(section -> parts.add(new Part(chained.type(), configuration(chained, section)))));
        settings.throwIfFaulty();
        return parts;
    }

    private String main() {
        String main = settings.text(MAIN, DEFAULT_MAIN);
        if (!MAINS.contains(main)) {
            settings.fault(MAIN, "\"" + main + "\" is no plugin that makes an interface: there are " + sorted(MAINS));
        }
        return main;
    }

    private static String sorted(Set<String> names) {
        return String.join(", ", names.stream().sorted().toList());
    }

    /** The keys of a chained plugin, if it takes part. */
    private Optional<Json.Obj> section(Chained chained) {
        Optional<Json> value = document.find(chained.type());
        if (value.isPresent() && value.get() instanceof Json.Bool(boolean on)) {
            return on ? Optional.of(beside(chained, Json.Obj.EMPTY)) : Optional.empty();
        }
        Json.Obj section = settings.section(chained.type()).object();
        return value.isPresent() || isDeclared(chained) || isBeside(chained)
                ? Optional.of(beside(chained, section))
                : Optional.empty();
    }

    private boolean isDeclared(Chained chained) {
        return chained.capabilities().stream().anyMatch(declared::flag);
    }

    private boolean isBeside(Chained chained) {
        return chained.type().equals(TUNING) && TUNING_KEYS.stream().anyMatch(settings::isSet);
    }

    /** The section with those of its keys that stand beside the main plugin's. */
    private Json.Obj beside(Chained chained, Json.Obj section) {
        Json.Obj whole = section;
        if (chained.type().equals(TUNING)) {
            for (String key : TUNING_KEYS) {
                Optional<Json> value = document.find(key);
                if (value.isPresent() && section.find(key).isEmpty()) {
                    whole = whole.with(key, value.get());
                }
            }
        }
        return whole;
    }

    private Json.Obj configuration(Chained chained, Json.Obj section) {
        Json.Builder configuration = Json.object();
        COMMON_KEYS.forEach(key -> document.find(key).ifPresent(value -> configuration.put(key, value)));
        ValidAttachments.KEYS.stream()
                .filter(document::has)
                .forEach(key -> configuration.put(key, document.find(key).orElse(Json.Null.VALUE)));
        configuration.put("type", chained.type());
        Json.Obj runtimeConfig = runtimeConfig(chained, section);
        if (!runtimeConfig.members().isEmpty()) {
            configuration.put(RUNTIME_CONFIG, runtimeConfig);
        }
        section.members().stream()
                .filter(member -> !member.name().equalsIgnoreCase(CAPABILITIES))
                .forEach(member -> configuration.put(member.name(), member.value()));
        return configuration.build();
    }

    /** In a chain a plugin hears only of the capabilities that it declares. */
    private Json.Obj runtimeConfig(Chained chained, Json.Obj section) {
        Settings own = Settings.of(section).section(CAPABILITIES);
        boolean declares = section.has(CAPABILITIES);
        Json.Builder heard = Json.object();
        for (Json.Member member : runtimeConfig) {
            if (declares ? own.flag(member.name()) : chained.capabilities().contains(member.name())) {
                heard.put(member.name(), member.value());
            }
        }
        return heard.build();
    }
}
