package dev.hawser.shim.observe;

import dev.hawser.run.PhaseClock;
import dev.hawser.shim.helper.FinishedCall;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Calls as OpenTelemetry's spans, sent by OTLP over HTTP: one for the call, and below it one for each stay in a phase. Only
 * loaded if that is configured.
 */
final class Spans implements Observation.Followers {

    private static final long LAST_SPANS_SECONDS = 2;

    /** The trace's variables are named like the W3C's headers, in capitals. */
    private static final TextMapGetter<Map<String, String>> VARIABLES = new TextMapGetter<>() {
        @Override
        public @Nullable String get(@Nullable Map<String, String> environment, String key) {
            return environment == null ? null : environment.get(key.toUpperCase(Locale.ROOT));
        }
    };

    private final SdkTracerProvider provider;
    private final Tracer tracer;

    private Spans(SdkTracerProvider provider, String version) {
        this.provider = provider;
        this.tracer = provider.get("dev.hawser", version);
    }

    /** Spans for the collector that the environment names, in the words of OpenTelemetry's specification. */
    static Spans exported(Map<String, String> environment, String version) {
        OtlpHttpSpanExporterBuilder exporter = OtlpHttpSpanExporter.builder().setEndpoint(endpoint(environment));
        pairs(environment.getOrDefault("OTEL_EXPORTER_OTLP_HEADERS", "")).forEach(exporter::addHeader);
        return of(exporter.build(), environment, version);
    }

    static Spans of(SpanExporter exporter, Map<String, String> environment, String version) {
        Attributes own = Attributes.builder()
                .put("service.name", environment.getOrDefault("OTEL_SERVICE_NAME", "hawser"))
                .put("service.version", version)
                .build();
        SdkTracerProvider provider = SdkTracerProvider.builder()
                .setResource(Resource.getDefault().merge(Resource.create(own)))
                .addSpanProcessor(BatchSpanProcessor.builder(exporter).build())
                .build();
        return new Spans(provider, version);
    }

    /** The general endpoint is a base, that of traces an address. */
    private static String endpoint(Map<String, String> environment) {
        return Optional.ofNullable(environment.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"))
                .filter(address -> !address.isEmpty())
                .orElseGet(() -> environment
                                .getOrDefault("OTEL_EXPORTER_OTLP_ENDPOINT", "")
                                .replaceAll("/+$", "") + "/v1/traces");
    }

    /** {@code key=value,key=value}, the values as in an address. */
    private static Map<String, String> pairs(String text) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String pair : text.split(",", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                String value = URLDecoder.decode(pair.substring(equals + 1).strip(), StandardCharsets.UTF_8);
                pairs.put(pair.substring(0, equals).strip(), value);
            }
        }
        return pairs;
    }

    @Override
    public void follow(FinishedCall call, CallRecord kept) {
        Context parent = W3CTraceContextPropagator.getInstance()
                .extract(Context.root(), call.frame().environment(), VARIABLES);
        Span span = tracer.spanBuilder("CNI " + kept.verb())
                .setParent(parent)
                .setSpanKind(SpanKind.SERVER)
                .setStartTimestamp(call.started())
                .setAllAttributes(attributes(kept))
                .startSpan();
        if (kept.failed()) {
            span.setStatus(StatusCode.ERROR, kept.message());
        }
        Context own = parent.with(span);
        call.intervals().forEach(interval -> follow(interval, call, own));
        span.end(call.started().plusNanos(kept.times().total()));
    }

    private static Attributes attributes(CallRecord call) {
        return Attributes.builder()
                .put("cni.command", call.verb())
                .put("cni.plugin", call.plugin())
                .put("cni.network", call.network())
                .put("cni.container_id", call.containerId())
                .put("cni.if_name", call.ifName())
                .put("cni.exit_status", call.exitStatus())
                .build();
    }

    private void follow(PhaseClock.Interval interval, FinishedCall call, Context parent) {
        tracer.spanBuilder(interval.phase().name().toLowerCase(Locale.ROOT))
                .setParent(parent)
                .setStartTimestamp(time(interval.fromNanos(), call))
                .startSpan()
                .end(time(interval.toNanos(), call));
    }

    private static Instant time(long nanos, FinishedCall call) {
        return call.started().plusNanos(nanos - call.startedNanos());
    }

    @Override
    public void close() {
        provider.shutdown().join(LAST_SPANS_SECONDS, TimeUnit.SECONDS);
    }
}
