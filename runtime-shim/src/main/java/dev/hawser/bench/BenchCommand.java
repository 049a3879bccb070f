package dev.hawser.bench;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code hawser bench}: measures the tree that it belongs to, beside the reference's plugins and the kernel alone.
 *
 * <p>It runs twice: what the user started makes namespaces and a directory, and starts this command in them once more, as the
 * first process of a PID namespace. Whatever happens to either, the kernel ends all the other processes, and with them go
 * the namespaces and all that is in them.
 */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measure ADD and DEL as a container runtime sees them, beside the reference and the kernel alone.",
            "",
            "Everything happens in namespaces of its own and leaves nothing on this node. Needs root, and the programs"
                    + " ip, mount, unshare and, for ipMasq, nft. The defaults take about three minutes.",
            "",
            "Each time is from just before a plugin file is executed to its reaping. Everybody has turns, one after the"
                    + " other, in one run: a machine that is busy for a while is busy for all. Every ADD's answer is"
                    + " checked, and that every DEL leaves nothing. Goals are printed, and nothing fails for them.",
            "",
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  hawser bench --peer /opt/cni/bin                    everything, beside the reference",
            "  hawser bench --peer /opt/cni/bin --svg bench.svg    and a chart of it",
            "  hawser bench --rows serial,parallel --parallel 200  200 at once, and one after another",
            "  hawser bench --rows leases --leases 10,1000,50000   does the size of the pool matter?",
            "  hawser bench --rows cold --no-helper                a JVM for each call",
            "  hawser bench --rows serial --runs 10 --json         a quick look, for scripts",
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:measured, whether goals were met or not", "1:failed; stderr says why", "2:wrong usage"})
public final class BenchCommand implements Callable<Integer> {

    private static final String TABLE = "table";
    private static final String CSV = "csv";
    private static final String SVG = "svg";
    private static final String JSON = "json";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--peer",
            paramLabel = "DIR",
            description = "A directory with the reference's bridge and host-local, to measure beside ours.")
    private Optional<Path> peer = Optional.empty();

    @Option(
            names = "--rows",
            paramLabel = "ROW",
            split = ",",
            description = "What to measure (default: all): ${COMPLETION-CANDIDATES}.")
    private Set<Row> rows = EnumSet.allOf(Row.class);

    @Option(
            names = "--runs",
            paramLabel = "N",
            defaultValue = "100",
            description = "How often each is measured, one after another (default: ${DEFAULT-VALUE}).")
    private int runs;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "20",
            description = "A row ends after so many seconds, though not before 10 runs (default: ${DEFAULT-VALUE}).")
    private long seconds;

    @Option(
            names = "--parallel",
            paramLabel = "N",
            defaultValue = "100",
            description = "How many calls at once (default: ${DEFAULT-VALUE}).")
    private int parallel;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "How often so many calls at once are measured (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--leases",
            paramLabel = "N",
            split = ",",
            defaultValue = "10,50000",
            description = "Leases of others in the pool; the lowest serves all other rows (default: ${DEFAULT-VALUE}).")
    private List<Integer> leases = List.of();

    @Option(
            names = "--attachments",
            paramLabel = "N",
            split = ",",
            defaultValue = "5,1000",
            description =
                    "Attachments of others on the bridge; the lowest serves all other rows (default: ${DEFAULT-VALUE}).")
    private List<Integer> attachments = List.of();

    @Option(
            names = "--ports",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Ports published where there are many (default: ${DEFAULT-VALUE}).")
    private int ports;

    @Option(
            names = "--warm-ups",
            paramLabel = "N",
            defaultValue = "400",
            description = "Calls that the helper has had before the first figure (default: ${DEFAULT-VALUE}).")
    private int warmUps;

    @Option(names = "--no-helper", description = "Start no helper: every call starts a JVM.")
    private boolean noHelper;

    @Option(
            names = "--jdk",
            paramLabel = "DIR",
            defaultValue = "${env:JAVA_HOME}",
            description = "A JDK whose java with an empty main is measured beside cold calls (default: JAVA_HOME).")
    private Optional<Path> jdk = Optional.empty();

    @Option(names = "--csv", paramLabel = "FILE", description = "Write all figures there, for a spreadsheet.")
    private Optional<Path> csv = Optional.empty();

    @Option(names = "--svg", paramLabel = "FILE", description = "Write a chart there.")
    private Optional<Path> svg = Optional.empty();

    @Option(names = "--json", description = "Print JSON, for scripts, instead of tables.")
    private boolean json;

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            defaultValue = "${sys:java.io.tmpdir}",
            description =
                    "Where pools live while they are measured, in a directory that is deleted afterwards: the file"
                            + " system matters for leases (default: ${DEFAULT-VALUE}).")
    private Path directory = Path.of("");

    /** How the second run is told apart from the first, and where it leaves its report. */
    @Option(names = "--inside", paramLabel = "DIR", hidden = true)
    private Optional<Path> inside = Optional.empty();

    private final Path home;

    /** @param home the tree to measure */
    public BenchCommand(Path home) {
        this.home = home.toAbsolutePath().normalize();
    }

    /**
     * Measures and prints.
     *
     * @throws IOException if something cannot be measured; everything has been cleared away
     */
    @Override
    public Integer call() throws IOException {
        Settings settings = settings();
        if (inside.isPresent()) {
            measure(settings, inside.get());
        } else {
            try (Scratch scratch = Scratch.create(directory.toAbsolutePath())) {
                runInside(scratch);
                publish(scratch.directory());
            }
        }
        return 0;
    }

    private Settings settings() throws IOException {
        Settings settings = new Settings(
                home,
                peer.map(path -> path.toAbsolutePath().normalize()),
                jdk.filter(path -> Files.isExecutable(path.resolve("bin/java"))),
                runs,
                Duration.ofSeconds(seconds),
                rounds,
                parallel,
                leases,
                attachments,
                ports,
                warmUps,
                rows,
                !noHelper);
        List<String> faults = settings.faults();
        if (!faults.isEmpty()) {
            throw new ParameterException(spec.commandLine(), String.join("\n", faults));
        }
        if (!Files.isExecutable(launcher())) {
            throw new IOException("there is no " + launcher()
                    + ": run bin/hawser of a whole tree, as scripts/build.sh leaves it in target/hawser");
        }
        return settings;
    }

    private Path launcher() {
        return home.resolve("bin/hawser");
    }

    // --- Outside: namespaces, and what is left of them: a report. ---

    private void runInside(Scratch scratch) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "unshare",
                "--net",
                "--mount",
                "--propagation",
                "private",
                "--pid",
                "--fork",
                "--kill-child",
                "--mount-proc",
                launcher().toString(),
                spec.name(),
                "--inside",
                scratch.directory().toString()));
        command.addAll(arguments());
        Process process = scratch.start(new ProcessBuilder(command)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .redirectError(ProcessBuilder.Redirect.INHERIT));
        int exitStatus = Programs.waitFor(process);
        if (exitStatus != 0) {
            throw new IOException("ended with exit status " + exitStatus + ": what went wrong is said above; if nothing"
                    + " is: may it make namespaces here (root)?");
        }
    }

    /** As they were given, behind the command's name. */
    private List<String> arguments() {
        List<String> all = spec.root().commandLine().getParseResult().originalArgs();
        return all.subList(all.indexOf(spec.name()) + 1, all.size());
    }

    private void publish(Path directory) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        out.print(Files.readString(directory.resolve(json ? JSON : TABLE)));
        out.flush();
        if (csv.isPresent()) {
            Files.copy(directory.resolve(CSV), csv.get(), StandardCopyOption.REPLACE_EXISTING);
        }
        if (svg.isPresent()) {
            Files.copy(directory.resolve(SVG), svg.get(), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    // --- Inside. ---

    private void measure(Settings settings, Path directory) throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        Report report = Bench.measure(settings, directory, line -> {
            err.println("bench: " + line);
            err.flush();
        });
        Files.writeString(directory.resolve(TABLE), TextReport.of(report));
        Files.writeString(directory.resolve(CSV), CsvReport.of(report));
        Files.writeString(directory.resolve(SVG), SvgChart.of(report));
        Files.writeString(directory.resolve(JSON), JsonReport.of(report));
    }
}
