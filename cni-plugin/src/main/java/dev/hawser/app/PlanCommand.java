package dev.hawser.app;

import dev.hawser.kernel.Step;
import dev.hawser.run.Call;
import dev.hawser.run.Node;
import dev.hawser.run.Plan;
import dev.hawser.run.Plugin;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.Invocation;
import dev.hawser.spec.Json;
import dev.hawser.spec.Settings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hawser plan}: a dry run. */
@Command(
        name = "plan",
        mixinStandardHelpOptions = true,
        description = {
            "Show what an ADD would do on this node now, step by step, touching nothing.",
            "",
            "POD stands for the container's namespace. Addresses are those that would be leased next.",
        })
final class PlanCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "<conflist>", description = "A network configuration list, or a single configuration.")
    private Path file = Path.of("");

    @Option(names = "--container-id", defaultValue = "example", description = "CNI_CONTAINERID (${DEFAULT-VALUE}).")
    private String containerId = "";

    @Option(names = "--ifname", defaultValue = "eth0", description = "CNI_IFNAME (${DEFAULT-VALUE}).")
    private String ifName = "";

    @Option(names = "--json", description = "Print JSON, for scripts.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        NetworkList list = NetworkList.read(file);
        List<Json> planned = new ArrayList<>();
        Optional<CniResult> previous = Optional.empty();
        PrintWriter out = spec.commandLine().getOut();
        for (Json.Obj conf : list.plugins()) {
            String type = Settings.of(conf).text("type").orElse("");
            Optional<Plugin> plugin = Wiring.plugin(Plugin.typeOf(type));
            List<Step> steps = List.of();
            if (plugin.isPresent()) {
                Plan plan = plan(plugin.get(), list, conf, previous);
                steps = plan.steps();
                previous = Optional.of(plan.result());
            }
            if (!json) {
                print(out, type, plugin.isPresent(), steps);
            }
            planned.add(document(type, steps));
        }
        if (json) {
            out.println(new Json.Arr(planned).pretty());
        }
        out.flush();
        return 0;
    }

    private Plan plan(Plugin plugin, NetworkList list, Json.Obj conf, Optional<CniResult> previous) {
        Node node = Wiring.node("hawser: ", System.getenv());
        byte[] stdin = list.configurationOf(conf, Optional.empty(), Json.Obj.EMPTY)
                .compact()
                .getBytes(StandardCharsets.UTF_8);
        Map<String, String> environment = Map.of(
                "CNI_COMMAND",
                "ADD",
                "CNI_CONTAINERID",
                containerId,
                "CNI_NETNS",
                "POD",
                "CNI_IFNAME",
                ifName,
                "CNI_PATH",
                System.getenv().getOrDefault("CNI_PATH", "/opt/cni/bin"));
        Invocation invocation = Invocation.of(environment, () -> stdin);
        return plugin.configure(Call.of(invocation)).plan(node, previous);
    }

    private static void print(PrintWriter out, String type, boolean known, List<Step> steps) {
        out.println("# " + type + (known ? "" : ": not a plugin of Hawser; a runtime executes it from CNI_PATH"));
        Table table = new Table();
        for (Step step : steps) {
            table.add(step.toString(), "# " + undo(step));
        }
        out.print(table);
    }

    private static String undo(Step step) {
        return switch (step.undo()) {
            case Step.Undo.By(var side, var change) -> "undo: " + change.on(side);
            case Step.Undo.None(String reason) -> reason;
        };
    }

    private static Json document(String type, List<Step> steps) {
        List<Json> lines = new ArrayList<>();
        for (Step step : steps) {
            lines.add(Json.object()
                    .put("side", step.side().name())
                    .put("do", step.toString())
                    .put("undo", undo(step))
                    .build());
        }
        return Json.object().put("type", type).put("steps", new Json.Arr(lines)).build();
    }
}
