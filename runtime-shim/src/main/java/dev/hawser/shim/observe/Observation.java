package dev.hawser.shim.observe;

import dev.hawser.shim.helper.CallObserver;
import dev.hawser.shim.helper.FinishedCall;
import dev.hawser.shim.helper.Pages;
import dev.hawser.shim.wire.CallFrame;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Keeps book of a helper's calls, and tells about them. Thread-safe. */
public final class Observation implements CallObserver, AutoCloseable {

    private static final int MOST_CALLS = 1000;

    /**
     * Whom a helper is observed for.
     *
     * @param version of Hawser
     * @param build of the helper
     * @param plugins that there are
     * @param slow calls that take longer are told with their phases
     * @param started when the helper began
     */
    public record Settings(String version, String build, Set<String> plugins, Duration slow, Instant started) {

        public Settings {
            plugins = Set.copyOf(plugins);
        }
    }

    /** Who wants to know each stay of a call in a phase. */
    interface Followers extends AutoCloseable {

        void follow(FinishedCall call, CallRecord kept);

        @Override
        void close();
    }

    private final Settings settings;
    private final LogWriter log;
    private final Metrics metrics;
    private final LastCalls last = new LastCalls(MOST_CALLS);
    private final Optional<Followers> followers;

    private Observation(Settings settings, LogWriter log, Optional<Followers> followers) {
        this.settings = settings;
        this.log = log;
        this.followers = followers;
        this.metrics = new Metrics(
                settings.version(),
                settings.build(),
                settings.plugins(),
                settings.started().toEpochMilli());
    }

    /**
     * Begins to keep book.
     *
     * @param log takes a line for each call
     * @param environment says where spans are sent to, if anywhere ({@code OTEL_EXPORTER_OTLP_ENDPOINT})
     */
    public static Observation open(Settings settings, LogWriter log, Map<String, String> environment) {
        Optional<Followers> followers = Otlp.of(environment).flatMap(otlp -> followers(otlp, settings.version(), log));
        return new Observation(settings, log, followers);
    }

    /** Calls are worth more than spans: without them, the helper goes on. */
    private static Optional<Followers> followers(Otlp otlp, String version, LogWriter log) {
        otlp.warnings().forEach(log);
        try {
            return Optional.of(Spans.exported(otlp, version));
        } catch (IllegalArgumentException e) {
            log.accept("send spans to " + otlp.endpoint() + ": " + e.getMessage()
                    + ": going on without: OTEL_EXPORTER_OTLP_ENDPOINT is an address such as http://127.0.0.1:4318");
            return Optional.empty();
        }
    }

    /** What the helper is to tell over HTTP. */
    public Pages pages(Source source) {
        metrics.show(source, log::dropped);
        return new ObservedPages(source, new Status(settings, metrics, last, source), metrics, last);
    }

    @Override
    public boolean follows(CallFrame call) {
        return followers.isPresent() && !call.variable("TRACEPARENT").isEmpty();
    }

    @Override
    public void finished(FinishedCall call) {
        CallRecord kept = CallRecord.of(call);
        last.add(kept);
        metrics.count(kept);
        log.accept(CallLine.of(kept, settings.slow()));
        if (follows(call.frame())) {
            followers.ifPresent(followers -> followers.follow(call, kept));
        }
    }

    @Override
    public void refused(Refusal why) {
        metrics.countRefusal(why);
    }

    /**
     * Some changes that waited together are made together.
     *
     * @param what they are
     * @param size how many
     */
    public void committed(String what, int size) {
        metrics.countGroup(what.replace(' ', '_'), size);
    }

    /** Somebody had deleted nftables elements of ours, and they are there again. */
    public void restored(int elements) {
        metrics.countRestored(elements);
    }

    /** Sends what is left to send. */
    @Override
    public void close() {
        followers.ifPresent(Followers::close);
    }
}
