package dev.hawser.run;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import dev.hawser.dhcp.Clocks;
import dev.hawser.dhcp.Dhcp;
import dev.hawser.dhcp.LeaseFiles;
import dev.hawser.ipam.Pools;
import dev.hawser.kernel.FakeKernel;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.Side;
import dev.hawser.plugin.Plugins;
import dev.hawser.spec.Invocation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Stream;

/** A node in memory: a fake kernel, files in jimfs, and programs that are functions. */
public final class TestNode {

    /** CNI_NETNS of a container whose namespace is there. */
    public static final String NETNS = "/var/run/netns/pod";

    /** What a call ended with. */
    public record Ended(int exitStatus, String stdout) {}

    public final FakeKernel kernel = new FakeKernel();
    public final FileSystem files = Jimfs.newFileSystem(
            Configuration.unix().toBuilder().setAttributeViews("basic", "posix").build());
    public final List<String> log = new ArrayList<>();
    public final Map<String, String> environment = new HashMap<>();
    public final Dhcp dhcp = new Dhcp(
            new LeaseFiles(files.getPath("/run/hawser/dhcp"), lockFile -> () -> {}, log::add),
            netns -> Optional.of(kernel),
            Clocks.SYSTEM,
            new Random(1),
            Duration.ofSeconds(10),
            () -> true);
    public Phases phases = Phases.NONE;
    public Path systemBus = files.getPath("/run/dbus/system_bus_socket");
    public Namespaces.State netnsState = Namespaces.State.PRESENT;
    public Programs programs = (program, variables, stdin) -> {
        throw new UncheckedIOException("execute " + program, new IOException("there are no programs here"));
    };

    public TestNode() {
        environment.put("CNI_CONTAINERID", "c1");
        environment.put("CNI_NETNS", NETNS);
        environment.put("CNI_IFNAME", "eth0");
        environment.put("CNI_PATH", "/opt/cni/bin");
    }

    public Node node() {
        Namespaces namespaces = new Namespaces() {
            @Override
            public State state(String netns) {
                return netnsState;
            }

            @Override
            public Kernel host() {
                return kernel;
            }

            @Override
            public Kernel withPod(String netns) {
                return kernel;
            }
        };
        return new Node(
                namespaces,
                (program, variables, stdin) -> programs.run(program, variables, stdin),
                Pools.perCall(lockFile -> () -> {}, Optional.empty()),
                () -> dhcp,
                files::getPath,
                systemBus,
                log::add,
                phases);
    }

    /** What the reference's plugins leave of a link: no name that says whose it is, and no alias. */
    public void addVethOfReference() {
        addVeth("vethdeadbeef");
    }

    /** A veth pair whose container's end is eth0. */
    public void addVeth(String hostEnd) {
        kernel.apply(
                Side.HOST,
                new LinkChange.AddVeth(
                        hostEnd,
                        MacAddress.parse("02:00:00:00:00:01"),
                        Optional.empty(),
                        Side.POD,
                        "eth0",
                        MacAddress.parse("02:00:00:00:00:02"),
                        OptionalInt.empty()));
    }

    /** Makes a call as a runtime does. */
    public Ended call(String command, String type, String conf) {
        return call(command, type, conf, new StringBuilder()::append);
    }

    /** Makes a call whose answer goes somewhere else too. */
    public Ended call(String command, String type, String conf, java.util.function.Consumer<String> reader) {
        Map<String, String> variables = new HashMap<>(environment);
        variables.put("CNI_COMMAND", command);
        StringBuilder stdout = new StringBuilder();
        try {
            int exitStatus = new Dispatcher(Plugins.ALL, node())
                    .dispatch(type, variables, () -> conf.getBytes(StandardCharsets.UTF_8), (status, document) -> {
                        String text = new String(document, StandardCharsets.UTF_8);
                        reader.accept(text);
                        stdout.append(text);
                    });
            return new Ended(exitStatus, stdout.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What an ADD would do. */
    public Plan plan(String type, String conf) {
        Map<String, String> variables = new HashMap<>(environment);
        variables.put("CNI_COMMAND", "ADD");
        Call call = Call.of(Invocation.of(variables, () -> conf.getBytes(StandardCharsets.UTF_8)));
        return Plugins.ALL.stream()
                .filter(plugin -> plugin.type().equals(type))
                .findFirst()
                .orElseThrow()
                .configure(call)
                .plan(node(), call.conf().prevResult());
    }

    /** The names of the lease files of a network, in order. */
    public List<String> leases(String network) {
        Path pool = files.getPath("/var/lib/cni/networks", network);
        if (Files.notExists(pool)) {
            return List.of();
        }
        try (Stream<Path> names = Files.list(pool)) {
            return names.map(file -> file.getFileName().toString())
                    .filter(name -> !name.startsWith("l"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
