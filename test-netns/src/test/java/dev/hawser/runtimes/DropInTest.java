package dev.hawser.runtimes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.hawser.resident.RunningHelper;
import dev.hawser.resident.ThisRun;
import dev.hawser.runtimes.ChainRuntime.Attached;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A node's own CNI bin directory with the reference's plugins, which Hawser takes over and gives back while pods run. */
@Timeout(120)
class DropInTest {

    private final Namespace host = Namespace.create();
    private final Namespace red = Namespace.create();
    private final Namespace green = Namespace.create();
    private final Workspace workspace = Workspace.create("hawser-dropin");
    private final Path bin = workspace.path("bin");
    private final Path prefix = workspace.path("opt");
    private final Path pools = workspace.path("networks");
    private final Pool pool = new Pool(pools.resolve(Chain.usual().network()));
    private final ChainRuntime runtime =
            new ChainRuntime(host, Map.of(RunningHelper.SOCKET_VARIABLE, socket().toString()));
    private Optional<RunningHelper> helper = Optional.empty();

    @BeforeEach
    void copyTheReference() {
        Command.of("cp", "-a", Plugins.reference().toString(), bin.toString()).run();
    }

    @AfterEach
    void cleanUp() {
        try (host;
                red;
                green;
                workspace) {
            helper.ifPresent(RunningHelper::close);
        }
    }

    @Test
    void podsOutliveTheInstallationAndTheUninstallationAndAreDeletedByWhoeverIsThereThen() {
        Attached shared = add(red, 18080);
        delete(shared);
        Traces quiet = Traces.of(host, pool);

        Attached older = add(red, 18080);
        install();
        Attached ours = add(green, 18081);
        delete(older);
        Traces onlyOurs = Traces.of(host, pool, older).since(quiet);
        uninstall();
        delete(ours);

        assertEquals(
                Set.copyOf(ours.addresses()),
                onlyOurs.lines().stream()
                        .filter(line -> line.startsWith("lease "))
                        .map(line -> line.substring("lease ".length()))
                        .collect(Collectors.toSet()));
        assertEquals("", Traces.of(host, pool, older).since(quiet).toString());
        assertEquals("", Traces.of(host, pool, ours).since(quiet).toString());
    }

    @Test
    void everyNameThatHawserHasIsTakenOverAndGivenBackByteForByte() {
        Map<String, String> before = digests();

        install();
        Map<String, String> during = digests();
        uninstall();

        String launcher = during.getOrDefault("hawser", "");
        Set<String> taken = during.entrySet().stream()
                .filter(file ->
                        file.getValue().equals(launcher) && !file.getKey().startsWith("hawser"))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        assertFalse(taken.isEmpty());
        Set<String> types = new HashSet<>(Plugins.hawserNames());
        types.remove("hawser"); // which is installed under its own name in any case
        assertEquals(types, taken);
        assertEquals(before, digests());
    }

    /** With a helper as a service manager would run it, in the run that is about helpers; it is there until the test ends. */
    private void install() {
        hawser(Plugins.built(), "install", "--drop-in");
        if (ThisRun.isThroughHelper()) {
            ThisRun.forbidColdCalls(prefix);
            helper = Optional.of(
                    RunningHelper.start(Path.of(host.path()), bin.resolve("hawser"), workspace.directory("helper")));
        }
    }

    private void uninstall() {
        hawser(bin.resolve("hawser"), "uninstall");
    }

    private void hawser(Path program, String command, String... options) {
        Command.of(Stream.concat(
                                Stream.of(
                                        program.toString(),
                                        command,
                                        "--prefix",
                                        prefix.toString(),
                                        "--cni-bin",
                                        bin.toString()),
                                Stream.of(options))
                        .toList())
                .run();
    }

    /** Each pod has a port of the host for itself: two that live side by side cannot have the same. */
    private Attached add(Namespace pod, int hostPort) {
        String ports = "[{\"hostPort\": " + hostPort + ", \"containerPort\": 80, \"protocol\": \"tcp\"}]";
        return runtime.add(bin, Chain.usual().on(pools).with(Map.of("portMappings", ports)), pod);
    }

    private void delete(Attached pod) {
        Command.Outcome deleted = runtime.delete(bin, pod);
        assertEquals(0, deleted.exitCode(), deleted::toString);
    }

    private Path socket() {
        return ThisRun.isThroughHelper() ? workspace.path("helper/hawser.sock") : Path.of("");
    }

    /** All files of the bin directory, hidden ones too, by name. */
    private Map<String, String> digests() {
        Map<String, String> digests = new TreeMap<>();
        Command.of("find", bin.toString(), "-type", "f", "-exec", "sha256sum", "{}", "+")
                .run()
                .lines()
                .map(line -> line.split(" +", 2))
                .forEach(line -> digests.put(bin.relativize(Path.of(line[1])).toString(), line[0]));
        return digests;
    }
}
