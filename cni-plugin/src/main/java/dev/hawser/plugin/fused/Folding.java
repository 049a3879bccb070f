package dev.hawser.plugin.fused;

import dev.hawser.run.Plugin;
import dev.hawser.spec.CniException;
import dev.hawser.spec.Json;
import dev.hawser.spec.Settings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Makes one fused configuration of the plugins of a chain: what {@link FusedForm#parts} takes apart. Pure.
 *
 * <p>Only the beginning of a chain can be folded, up to the first plugin that cannot: what comes after that may rely on it.
 *
 * @param plugins the configurations of the new chain: the fused one first, if there is one, and then those that were left
 * @param remarks for people: what was not folded, and why
 */
public record Folding(List<Json.Obj> plugins, List<String> remarks) {

    /** Keys of a plugin that its part of the fused form does not repeat. */
    private static final Set<String> NOT_REPEATED = Set.of("cniVersion", "name", "type", "capabilities");

    public Folding {
        plugins = List.copyOf(plugins);
        remarks = List.copyOf(remarks);
    }

    /**
     * Folds a chain.
     *
     * @param chain the configurations of its plugins, in order
     * @throws CniException code 7 if one of them has no type
     */
    public static Folding of(List<Json.Obj> chain) {
        List<Json.Obj> rest = new ArrayList<>(chain);
        List<String> remarks = new ArrayList<>();
        if (rest.isEmpty() || !FusedForm.MAINS.contains(typeOf(rest.getFirst()))) {
            remarks.add(
                    rest.isEmpty()
                            ? "there are no plugins"
                            : typeOf(rest.getFirst()) + " makes no interface that other plugins could be folded into");
            return new Folding(rest, remarks);
        }
        Json.Obj fused = main(rest.removeFirst());
        Set<String> folded = new HashSet<>();
        while (!rest.isEmpty()) {
            Json.Obj next = rest.getFirst();
            Optional<String> obstacle = obstacle(fused, next, folded);
            if (obstacle.isPresent()) {
                remarks.add(obstacle.get());
                break;
            }
            fused = with(fused, rest.removeFirst());
            folded.add(typeOf(next));
        }
        rest.stream().skip(1).forEach(left -> remarks.add(typeOf(left) + " comes after a plugin that is not folded"));
        rest.addFirst(fused);
        return new Folding(rest, remarks);
    }

    private static String typeOf(Json.Obj plugin) {
        Settings settings = Settings.of(plugin);
        if (!settings.isSet("type")) {
            settings.missing("type");
        }
        String type = settings.text("type", "");
        settings.throwIfFaulty();
        return Plugin.typeOf(type);
    }

    private static Json.Obj main(Json.Obj plugin) {
        Json.Builder fused = Json.object();
        String main = typeOf(plugin);
        for (Json.Member member : plugin.members()) {
            if (member.name().equalsIgnoreCase("type")) {
                fused.put("type", FusedPlugin.TYPE);
                putUnlessDefault(fused, main);
            } else {
                fused.put(member.name(), member.value());
            }
        }
        return fused.build();
    }

    private static void putUnlessDefault(Json.Builder fused, String main) {
        if (!main.equals(FusedForm.DEFAULT_MAIN)) {
            fused.put(FusedForm.MAIN, main);
        }
    }

    /** Why this plugin cannot be folded in, if it cannot. */
    private static Optional<String> obstacle(Json.Obj fused, Json.Obj plugin, Set<String> folded) {
        String type = typeOf(plugin);
        Optional<FusedForm.Chained> chained = FusedForm.chained(type);
        if (chained.isEmpty()) {
            return Optional.of(type + " is none of the plugins that can be folded");
        }
        if (folded.contains(type)) {
            return Optional.of(type + " is there twice");
        }
        Set<String> shared = new LinkedHashSet<>(capabilities(plugin));
        shared.removeAll(chained.get().capabilities());
        shared.removeAll(capabilities(fused));
        return shared.isEmpty()
                ? Optional.empty()
                : Optional.of(type + " declares the capability " + String.join(", ", shared)
                        + ", which the main plugin, that does not declare it, would hear of too");
    }

    private static Set<String> capabilities(Json.Obj plugin) {
        Settings declared = Settings.of(plugin).section("capabilities");
        Set<String> names = new LinkedHashSet<>();
        declared.object().members().stream()
                .map(Json.Member::name)
                .filter(declared::flag)
                .forEach(names::add);
        return names;
    }

    private static Json.Obj with(Json.Obj fused, Json.Obj plugin) {
        String type = typeOf(plugin);
        FusedForm.Chained chained = FusedForm.chained(type).orElseThrow();
        Json.Obj result = fused;
        Set<String> declared = capabilities(plugin);
        for (String capability : declared) {
            result = withCapability(result, capability);
        }
        Json.Obj section = section(plugin, declared.equals(chained.capabilities()) ? Set.of() : declared);
        boolean declaredIsEnough =
                section.members().isEmpty() && !chained.capabilities().isEmpty();
        return declaredIsEnough && declared.equals(chained.capabilities()) ? result : result.with(type, section);
    }

    private static Json.Obj withCapability(Json.Obj fused, String capability) {
        Json.Obj declared = Settings.of(fused).section("capabilities").object();
        return fused.with("capabilities", declared.with(capability, Json.of(true)));
    }

    /** @param capabilities to be told, since they are others than the plugin's own */
    private static Json.Obj section(Json.Obj plugin, Set<String> capabilities) {
        Json.Builder section = Json.object();
        plugin.members().stream()
                .filter(member -> NOT_REPEATED.stream().noneMatch(member.name()::equalsIgnoreCase))
                .forEach(member -> section.put(member.name(), member.value()));
        if (!capabilities.isEmpty()) {
            Json.Builder declared = Json.object();
            capabilities.forEach(capability -> declared.put(capability, Json.of(true)));
            section.put("capabilities", declared.build());
        }
        return section.build();
    }
}
