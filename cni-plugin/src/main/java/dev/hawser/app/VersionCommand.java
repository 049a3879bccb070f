package dev.hawser.app;

import dev.hawser.run.Plugin;
import dev.hawser.spec.CniVersion;
import dev.hawser.spec.Json;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code hawser version}. */
@Command(
        name = "version",
        mixinStandardHelpOptions = true,
        description = "Show the version, the plugins, and the CNI versions that they speak.")
final class VersionCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--json", description = "Print JSON, for scripts.")
    private boolean json;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        out.print(json ? document().pretty() + "\n" : text());
        out.flush();
        return 0;
    }

    private static String text() {
        Table table = new Table("PLUGIN", "CNI VERSIONS");
        Wiring.plugins().forEach(plugin -> table.add(plugin.type(), versions(plugin)));
        return "hawser " + Version.TEXT + " on Java " + Runtime.version() + "\n\n" + table;
    }

    private static Json document() {
        Json.Builder plugins = Json.object();
        Wiring.plugins()
                .forEach(plugin -> plugins.put(
                        plugin.type(),
                        Json.texts(
                                plugin.versions().stream().map(CniVersion::text).toList())));
        return Json.object()
                .put("version", Version.TEXT)
                .put("java", Runtime.version().toString())
                .put("plugins", plugins.build())
                .build();
    }

    private static String versions(Plugin plugin) {
        return plugin.versions().stream().map(CniVersion::text).collect(Collectors.joining(" "));
    }
}
