package dev.hawser.shim;

import dev.hawser.app.Commands;
import dev.hawser.app.Resident;
import dev.hawser.app.Version;
import dev.hawser.ipam.PoolException;
import dev.hawser.ipam.Pools;
import dev.hawser.shim.helper.Helper;
import dev.hawser.shim.helper.HelperSettings;
import dev.hawser.shim.helper.LaneLoad;
import dev.hawser.shim.helper.Pages;
import dev.hawser.shim.observe.LogWriter;
import dev.hawser.shim.observe.Observation;
import dev.hawser.shim.observe.Source;
import dev.hawser.sys.Fd;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code hawser helper run}. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Serve plugin calls until SIGTERM.",
        footerHeading = "%nEnvironment:%n",
        footer = {
            "  HAWSER_SOCKET   the socket, for the helper and for the plugin files (default: /run/hawser/hawser.sock);",
            "                  empty for a plugin file: do not ask a helper",
            "  LISTEN_FDS      set by systemd, which then owns the socket",
            "  OTEL_EXPORTER_OTLP_ENDPOINT",
            "                  where the spans of calls that have a TRACEPARENT are sent to: OTLP, http/protobuf only,",
            "                  such as http://127.0.0.1:4318",
            "  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS, OTEL_SERVICE_NAME,",
            "  OTEL_RESOURCE_ATTRIBUTES, OTEL_SDK_DISABLED",
            "                  as OpenTelemetry's specification says",
            "",
            "Metrics, status and the last calls are on a Unix socket beside it (HTTP): /run/hawser/hawser.sock.http;",
            "see hawser helper status, and hawser trace. A line for each call goes to stderr.",
            "",
            "When `hawser install` has put another release in its place, it ends as soon as its calls are done; systemd then",
            "starts the new one. At SIGTERM it waits the calls that run, and gives back those that wait (CNI error",
            "11, try again later).",
            "Everything works without a helper too, only slower.",
        })
final class HelperRunCommand implements Callable<Integer> {

    /** SD_LISTEN_FDS_START of sd_listen_fds(3). */
    private static final int FIRST_PASSED_DESCRIPTOR = 3;

    @Option(
            names = "--add-threads",
            paramLabel = "N",
            description = "How many ADDs at once, beside those that wait for a DHCP server.")
    private int addThreads = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());

    @Option(
            names = "--delete-threads",
            paramLabel = "N",
            description = "How many DELs at once: they share the kernel's wait.")
    private int deleteThreads = 128;

    @Option(names = "--queue", paramLabel = "N", description = "How many calls of a kind may wait.")
    private int queueLimit = 1024;

    @Option(names = "--deadline", paramLabel = "SECONDS", description = "When a call that is not done is given back.")
    private int deadlineSeconds = 120;

    @Option(names = "--drain", paramLabel = "SECONDS", description = "How long to wait for running calls at the end.")
    private int drainSeconds = 20;

    @Option(
            names = "--slow",
            paramLabel = "MILLISECONDS",
            description = "Calls that take longer are logged with what they spent their time on.")
    private int slowMillis = 1000;

    @Option(
            names = "--metrics-listen",
            paramLabel = "HOST:PORT",
            converter = HostAndPort.class,
            description = "Show metrics and status over TCP too, to anybody who can reach it.")
    private @Nullable InetSocketAddress metricsListen;

    @Override
    public Integer call() throws IOException, InterruptedException {
        CountDownLatch replaced = new CountDownLatch(1);
        HelperSettings settings = settings(System.getenv());
        LogWriter log = new LogWriter(System.err);
        Observation observation = Observation.open(observed(settings.build()), log, System.getenv());
        Resident resident = Resident.open(settings.deadline(), observation::committed, observation::restored, log);
        Helper helper = Helper.start(settings, new ResidentCalls(resident), replaced::countDown, observation, log);
        publish(helper, observation.pages(new ObservedHelper(helper, resident)), log);
        Thread atSigterm = Thread.ofPlatform().unstarted(() -> {
            end(helper, resident, log, true);
            observation.close();
            log.close();
            // The status of a helper that was asked to stop is 0, not that of a signal.
            Runtime.getRuntime().halt(0);
        });
        Runtime.getRuntime().addShutdownHook(atSigterm);
        replaced.await();
        if (Runtime.getRuntime().removeShutdownHook(atSigterm)) {
            log.accept("another release has taken the place of this one: ending when all calls are done");
            end(helper, resident, log, false);
            observation.close();
            log.close();
        }
        return 0;
    }

    private Observation.Settings observed(String build) {
        return new Observation.Settings(
                Version.TEXT,
                build,
                Set.copyOf(Resident.types()),
                Duration.ofMillis(slowMillis),
                Instant.now().truncatedTo(ChronoUnit.SECONDS));
    }

    /** Calls are worth more than figures: without them, the helper goes on. */
    private void publish(Helper helper, Pages pages, LogWriter log) {
        try {
            helper.publish(pages, Optional.ofNullable(metricsListen));
        } catch (IOException e) {
            log.accept("publish metrics and status: " + e.getMessage() + ": calls are made all the same");
        }
    }

    /** What there is to be seen of the two. */
    private record ObservedHelper(Helper helper, Resident resident) implements Source {

        @Override
        public List<LaneLoad> load() {
            return helper.load();
        }

        @Override
        public boolean isDraining() {
            return helper.isDraining();
        }

        @Override
        public List<Pools.Usage> pools() {
            return resident.pools();
        }
    }

    private static void end(Helper helper, Resident resident, LogWriter log, boolean giveBackWaiting) {
        try (resident) {
            helper.stop(giveBackWaiting);
        } catch (IOException | PoolException e) {
            log.accept("stop: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private HelperSettings settings(Map<String, String> environment) throws IOException {
        return new HelperSettings(
                HelperSocket.of(environment),
                activated(environment),
                Path.of(Commands.argv0()),
                Files.readString(Commands.home().resolve("BUILD")).strip(),
                addThreads,
                deleteThreads,
                queueLimit,
                Duration.ofSeconds(deadlineSeconds),
                Duration.ofSeconds(drainSeconds));
    }

    /** The variables may be inherited from a process that they were meant for: LISTEN_PID says whom they mean. */
    private static OptionalInt activated(Map<String, String> environment) {
        String own = Long.toString(ProcessHandle.current().pid());
        boolean meant = own.equals(environment.get("LISTEN_PID")) && "1".equals(environment.get("LISTEN_FDS"));
        if (!meant) {
            return OptionalInt.empty();
        }
        Fd.setNonBlocking(FIRST_PASSED_DESCRIPTOR);
        return OptionalInt.of(FIRST_PASSED_DESCRIPTOR);
    }

    /** {@code 127.0.0.1:9469}, {@code [::1]:9469}. */
    static final class HostAndPort implements CommandLine.ITypeConverter<InetSocketAddress> {
        @Override
        public InetSocketAddress convert(String text) {
            int colon = text.lastIndexOf(':');
            try {
                String host = text.substring(0, Math.max(0, colon)).replaceAll("^\\[|]$", "");
                InetSocketAddress address = new InetSocketAddress(host, Integer.parseInt(text.substring(colon + 1)));
                if (!host.isEmpty() && !address.isUnresolved()) {
                    return address;
                }
            } catch (IllegalArgumentException e) {
                throw new CommandLine.TypeConversionException("\"" + text + "\" is no host:port");
            }
            throw new CommandLine.TypeConversionException("\"" + text + "\" is no host:port that is known");
        }
    }
}
