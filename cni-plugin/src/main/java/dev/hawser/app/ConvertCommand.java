package dev.hawser.app;

import dev.hawser.plugin.fused.Folding;
import dev.hawser.spec.Json;
import dev.hawser.spec.Settings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hawser convert}: a chain of plugins as one. */
@Command(
        name = "convert",
        mixinStandardHelpOptions = true,
        description = {
            "Print a network configuration list with its plugins folded into one.",
            "",
            "A runtime executes each plugin of a list, one after another. The printed list does the same in one call, one "
                    + "transaction and one rollback, by the plugin \"hawser\". What cannot be folded stays a plugin of its own, "
                    + "and stderr says why. The file itself is left alone.",
        },
        footerHeading = "%nExample:%n",
        footer = "  hawser convert /etc/cni/net.d/87-podman.conflist > fused.conflist")
final class ConvertCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "<conflist>", description = "A network configuration list, or a single configuration.")
    private Path file = Path.of("");

    @Override
    public Integer call() throws IOException {
        NetworkList list = NetworkList.read(file);
        // Only what the list itself holds: files beside it are still read beside the new one.
        Folding folding = Folding.of(Settings.of(list.document()).objects("plugins").stream()
                .map(Settings::object)
                .toList());
        PrintWriter err = spec.commandLine().getErr();
        folding.remarks().forEach(remark -> err.println("not folded: " + remark));
        err.flush();
        PrintWriter out = spec.commandLine().getOut();
        out.println(list.document()
                .with(
                        "plugins",
                        new Json.Arr(folding.plugins().stream()
                                .<Json>map(plugin -> plugin)
                                .toList()))
                .pretty());
        out.flush();
        return 0;
    }
}
