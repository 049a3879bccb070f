package dev.hawser.shim.observe;

import dev.hawser.run.PhaseClock;
import dev.hawser.shim.helper.FinishedCall;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
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
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
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

    /**
     * Spans for a collector.
     *
     * @throws IllegalArgumentException if its address is none
     */
    static Spans exported(Otlp otlp, String version) {
        OtlpHttpSpanExporterBuilder exporter = OtlpHttpSpanExporter.builder().setEndpoint(otlp.endpoint());
        otlp.headers().forEach(exporter::addHeader);
        SdkTracerProvider provider = SdkTracerProvider.builder()
                .setResource(Resource.getDefault().merge(Resource.create(origin(otlp, version))))
                .addSpanProcessor(BatchSpanProcessor.builder(exporter.build()).build())
                .build();
        return new Spans(provider, version);
    }

    private static Attributes origin(Otlp otlp, String version) {
        AttributesBuilder origin = Attributes.builder().put("service.version", version);
        otlp.resource().forEach(origin::put);
        return origin.build();
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
