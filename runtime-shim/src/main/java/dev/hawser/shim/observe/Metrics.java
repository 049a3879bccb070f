package dev.hawser.shim.observe;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hawser.ipam.Pools;
import dev.hawser.run.Phases.Phase;
import dev.hawser.shim.helper.CallObserver.Refusal;
import dev.hawser.spec.Command;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/** The metrics of a helper, by the conventions of Prometheus. Thread-safe. */
final class Metrics {

    /** As a label: what was asked for is none of ours. A label's values must be few, whatever callers write. */
    private static final String OTHER = "other";

    /** As a label: the call had no answer, or nobody got it. */
    private static final String LOST = "lost";

    private static final double NANOS_PER_SECOND = 1e9;

    /** Seconds: from what a question takes to what nobody waits for. */
    private static final double[] DURATIONS = {
        0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10
    };

    private static final double[] SIZES = {1, 2, 4, 8, 16, 32, 64, 128};

    /**
     * How many groups there were, and of how much.
     *
     * @param groups how many
     * @param changes how many in all of them
     */
    record Groups(long groups, long changes) {}

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final PrometheusTextFormatWriter writer =
            PrometheusTextFormatWriter.builder().build();
    private final Set<String> plugins;

    private final Histogram calls = Histogram.builder()
            .name("hawser_call_duration_seconds")
            .help("From the start of a call's launcher to its answer.")
            .labelNames("verb", "plugin")
            .classicOnly()
            .classicUpperBounds(DURATIONS)
            .withoutExemplars()
            .register(registry);

    private final Histogram phases = Histogram.builder()
            .name("hawser_call_phase_duration_seconds")
            .help("What the time of calls is spent on; a call is in one phase at a time.")
            .labelNames("verb", "plugin", "phase")
            .classicOnly()
            .classicUpperBounds(DURATIONS)
            .withoutExemplars()
            .register(registry);

    private final Counter errors = Counter.builder()
            .name("hawser_call_errors_total")
            .help("Calls that failed, by the code of CNI's error; \"lost\" without one.")
            .labelNames("verb", "plugin", "code")
            .withoutExemplars()
            .register(registry);

    private final Counter refused = Counter.builder()
            .name("hawser_connections_refused_total")
            .help("Who was sent away at the socket, by reason; a launcher then starts a JVM.")
            .labelNames("reason")
            .withoutExemplars()
            .register(registry);

    private final Counter restored = Counter.builder()
            .name("hawser_nft_elements_restored_total")
            .help("Elements of nftables sets that somebody else had deleted, and that were made again.")
            .withoutExemplars()
            .register(registry);

    private final Histogram groups = Histogram.builder()
            .name("hawser_group_size")
            .help("How many changes that waited together were made together.")
            .labelNames("what")
            .classicOnly()
            .classicUpperBounds(SIZES)
            .withoutExemplars()
            .register(registry);

    /**
     * Begins to count.
     *
     * @param version of Hawser
     * @param build of the helper
     * @param plugins that there are
     * @param startedMillis when the helper began, in milliseconds since 1970
     */
    Metrics(String version, String build, Set<String> plugins, long startedMillis) {
        this.plugins = Set.copyOf(plugins);
        Info.builder()
                .name("hawser_build_info")
                .help("Which Hawser this is.")
                .labelNames("version", "build")
                .register(registry)
                .setLabelValues(version, build);
        gauge("process_start_time_seconds", "When the helper began, since 1970.", () -> startedMillis / 1e3);
        for (Refusal reason : Refusal.values()) {
            refused.initLabelValues(lower(reason));
        }
    }

    private interface Reading {
        double read();
    }

    private void gauge(String name, String help, Reading reading) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> callback.call(reading.read()))
                .register(registry);
    }

    /** Shows what there is to be seen of the helper at each look. */
    void show(Source source, LongSupplier droppedLines) {
        showLoad(source);
        showPools(source);
        gauge(
                "hawser_draining",
                "1 if the helper takes no more calls, and ends when those that run are done.",
                () -> source.isDraining() ? 1 : 0);
        CounterWithCallback.builder()
                .name("hawser_log_lines_dropped_total")
                .help("Lines of the log that were lost because nobody read them.")
                .callback(callback -> callback.call((double) droppedLines.getAsLong()))
                .register(registry);
        gauge(
                "process_resident_memory_bytes",
                "Resident memory of the helper.",
                () -> ProcessFigures.read().residentBytes());
        gauge(
                "process_open_fds",
                "Open descriptors of the helper.",
                () -> ProcessFigures.read().openFiles());
        gauge(
                "process_threads",
                "Threads of the helper.",
                () -> ProcessFigures.read().threads());
    }

    private void showLoad(Source source) {
        GaugeWithCallback.builder()
                .name("hawser_queue_depth")
                .help("Calls that wait for a thread, or for an earlier call of their container.")
                .labelNames("lane")
                .callback(callback -> source.load().forEach(lane -> callback.call(lane.waiting(), lane.lane())))
                .register(registry);
        GaugeWithCallback.builder()
                .name("hawser_calls_running")
                .help("Calls that are being carried out, those that wait for a DHCP server among them.")
                .labelNames("lane")
                .callback(callback -> source.load().forEach(lane -> callback.call(lane.running(), lane.lane())))
                .register(registry);
        GaugeWithCallback.builder()
                .name("hawser_call_threads")
                .help("How many calls may run at once, beside those that wait for a DHCP server.")
                .labelNames("lane")
                .callback(callback -> source.load().forEach(lane -> callback.call(lane.threads(), lane.lane())))
                .register(registry);
    }

    private void showPools(Source source) {
        GaugeWithCallback.builder()
                .name("hawser_pool_leases")
                .help("Addresses of a pool that are leased.")
                .labelNames("pool")
                .callback(callback -> source.pools().forEach(pool -> callback.call((double) pool.leases(), name(pool))))
                .register(registry);
        GaugeWithCallback.builder()
                .name("hawser_pool_addresses")
                .help("Addresses that a pool has to give.")
                .labelNames("pool")
                .callback(callback ->
                        source.pools().forEach(pool -> callback.call((double) pool.capacity(), name(pool))))
                .register(registry);
    }

    private static String name(Pools.Usage pool) {
        return pool.directory().toString();
    }

    void count(CallRecord call) {
        String verb = Command.parse(call.verb()).map(Command::name).orElse(OTHER);
        String plugin = plugins.contains(call.plugin()) ? call.plugin() : OTHER;
        calls.labelValues(verb, plugin).observe(call.times().total() / NANOS_PER_SECOND);
        for (Phase phase : Phase.values()) {
            long nanos = call.times().of(phase);
            if (nanos > 0) {
                phases.labelValues(verb, plugin, lower(phase)).observe(nanos / NANOS_PER_SECOND);
            }
        }
        if (call.failed()) {
            String code = call.code().isPresent() ? code(call.code().getAsInt()) : LOST;
            errors.labelValues(verb, plugin, code).inc();
        }
    }

    /** A delegate may say whatever it likes: codes from 100 on are a plugin's own (SPEC, "Error"), and of these 999 is ours. */
    private static String code(int code) {
        return (code >= 0 && code < 100) || code == 999 ? Integer.toString(code) : OTHER;
    }

    void countRefusal(Refusal why) {
        refused.labelValues(lower(why)).inc();
    }

    void countRestored(int elements) {
        restored.inc(elements);
    }

    void countGroup(String what, int size) {
        groups.labelValues(what).observe(size);
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** Calls since the start, by verb. */
    Map<String, Long> callsByVerb() {
        Map<String, Long> counts = new TreeMap<>();
        for (HistogramSnapshot.HistogramDataPointSnapshot point :
                calls.collect().getDataPoints()) {
            counts.merge(label(point, "verb"), point.getCount(), Long::sum);
        }
        return counts;
    }

    /** Errors since the start, by a label of {@code hawser_call_errors_total}. */
    Map<String, Long> errorsBy(String label) {
        return counts(errors.collect(), label);
    }

    /** Refused connections since the start, by reason. */
    Map<String, Long> refusals() {
        return counts(refused.collect(), "reason");
    }

    private static Map<String, Long> counts(CounterSnapshot counter, String label) {
        Map<String, Long> counts = new TreeMap<>();
        for (CounterSnapshot.CounterDataPointSnapshot point : counter.getDataPoints()) {
            counts.merge(label(point, label), (long) point.getValue(), Long::sum);
        }
        return counts;
    }

    Map<String, Groups> groups() {
        Map<String, Groups> counts = new TreeMap<>();
        for (HistogramSnapshot.HistogramDataPointSnapshot point :
                groups.collect().getDataPoints()) {
            counts.put(label(point, "what"), new Groups(point.getCount(), (long) point.getSum()));
        }
        return counts;
    }

    private static String label(DataPointSnapshot point, String name) {
        return Objects.requireNonNull(point.getLabels().get(name), name);
    }

    /** All of them, for Prometheus. */
    String text() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(16 * 1024);
        try {
            writer.write(bytes, registry.scrape(), EscapingScheme.ALLOW_UTF8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toString(UTF_8);
    }

    /** As HTTP's Content-Type. */
    String contentType() {
        return writer.getContentType();
    }
}
