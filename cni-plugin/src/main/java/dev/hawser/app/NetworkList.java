package dev.hawser.app;

import dev.hawser.spec.CniVersion;
import dev.hawser.spec.Json;
import dev.hawser.spec.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A network configuration list as a runtime reads it (SPEC, "Section 1: Network configuration format").
 *
 * @param name the network's name
 * @param version the highest version that both the list and we speak
 * @param disableCheck whether CHECK is to be skipped
 * @param disableGc whether GC is to be skipped
 * @param plugins the configurations of the plugins, in order
 * @param document the list as it is written; for a single configuration the list that has just that
 */
record NetworkList(
        String name,
        String version,
        boolean disableCheck,
        boolean disableGc,
        List<Json.Obj> plugins,
        Json.Obj document) {

    private static final String OLDEST = "0.1.0";

    /** Reads a {@code .conflist}, or a {@code .conf} of a single plugin. */
    static NetworkList read(Path file) throws IOException {
        try {
            Json.Obj document = Json.parseObject(Files.readAllBytes(file));
            return document.has("plugins") || document.has("loadOnlyInlinedPlugins")
                    ? ofList(document, file)
                    : ofSingle(document);
        } catch (NoSuchFileException e) {
            throw new IOException(
                    "there is no file " + file
                            + ": name a network configuration list, such as /etc/cni/net.d/10-hawser.conflist",
                    e);
        } catch (RuntimeException e) {
            throw new IOException("read " + file + ": " + e.getMessage(), e);
        }
    }

    private static NetworkList ofSingle(Json.Obj document) {
        Settings settings = Settings.of(document);
        String name = settings.text("name", "");
        String version = settings.text("cniVersion", OLDEST);
        settings.throwIfFaulty();
        Json.Obj list = Json.object()
                .put("cniVersion", version)
                .put("name", name)
                .put("plugins", new Json.Arr(List.of(document.without("name").without("cniVersion"))))
                .build();
        return new NetworkList(name, version, false, false, List.of(document), list);
    }

    private static NetworkList ofList(Json.Obj document, Path file) throws IOException {
        Settings settings = Settings.of(document);
        String name = settings.text("name", "");
        List<Json.Obj> plugins = new ArrayList<>(
                settings.objects("plugins").stream().map(Settings::object).toList());
        boolean onlyInlined = truth(settings, "loadOnlyInlinedPlugins");
        NetworkList list = new NetworkList(
                name,
                version(settings),
                truth(settings, "disableCheck"),
                truth(settings, "disableGC"),
                plugins,
                document);
        settings.throwIfFaulty();
        if (!onlyInlined) {
            plugins.addAll(besides(file, name));
        }
        if (plugins.isEmpty()) {
            throw new IOException("no plugins in list " + name);
        }
        return list;
    }

    /** {@code <confdir>/<name>/*.conf}: plugins that others put beside the list. */
    private static List<Json.Obj> besides(Path file, String name) throws IOException {
        Path directory = file.resolveSibling(name);
        List<Json.Obj> plugins = new ArrayList<>();
        if (!name.isEmpty() && Files.isDirectory(directory)) {
            for (Path conf : files(directory, ".conf")) {
                plugins.add(Json.parseObject(Files.readAllBytes(conf)));
            }
        }
        return plugins;
    }

    /** Libcni takes a JSON boolean, or its name as a text. */
    private static boolean truth(Settings settings, String key) {
        return switch (settings.object().find(key).orElse(Json.Null.VALUE)) {
            case Json.Str(String text) -> text.equals("true");
            default -> settings.flag(key);
        };
    }

    private static String version(Settings settings) {
        List<String> offered = new ArrayList<>(settings.texts("cniVersions"));
        settings.text("cniVersion").ifPresent(offered::add);
        return offered.stream()
                .flatMap(text -> CniVersion.parse(text).stream())
                .max(Comparator.naturalOrder())
                .map(CniVersion::text)
                .orElse(settings.text("cniVersion", OLDEST));
    }

    /** The network of this name in a directory: the first one by file name, as runtimes choose. */
    static NetworkList find(Path directory, String name) throws IOException {
        List<String> seen = new ArrayList<>();
        for (Path file : all(directory)) {
            NetworkList list = read(file);
            if (list.name().equals(name)) {
                return list;
            }
            seen.add(list.name());
        }
        String there = seen.isEmpty() ? "there is none at all" : "there are " + String.join(", ", seen);
        throw new IOException(
                "no network \"" + name + "\" in " + directory + ": " + there + "; NETCONFPATH names another directory");
    }

    /** The files of a directory that hold networks, by name. */
    static List<Path> all(Path directory) throws IOException {
        return Files.isDirectory(directory) ? files(directory, ".conflist", ".conf", ".json") : List.of();
    }

    private static List<Path> files(Path directory, String... endings) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> Stream.of(endings).anyMatch(file.toString()::endsWith))
                    .sorted()
                    .toList();
        }
    }

    /**
     * What a plugin gets on stdin (SPEC, "Section 2", "Deriving execution configuration from plugin configuration").
     *
     * @param plugin its part of the list
     * @param previous the result so far
     * @param capabilities what the runtime has to say, by capability
     */
    Json.Obj configurationOf(Json.Obj plugin, Optional<Json.Obj> previous, Json.Obj capabilities) {
        Json.Obj conf = plugin.with("name", Json.of(name)).with("cniVersion", Json.of(version));
        Json.Obj runtime = wanted(plugin, capabilities);
        if (!runtime.members().isEmpty()) {
            conf = conf.with("runtimeConfig", runtime);
        }
        return previous.isPresent() ? conf.with("prevResult", previous.get()) : conf;
    }

    private static Json.Obj wanted(Json.Obj plugin, Json.Obj capabilities) {
        Json.Builder wanted = Json.object();
        Settings asked = Settings.of(plugin).section("capabilities");
        for (Json.Member member : capabilities.members()) {
            if (asked.flag(member.name())) {
                wanted.put(member.name(), member.value());
            }
        }
        return wanted.build();
    }
}
