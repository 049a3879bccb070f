package dev.hawser.shim.observe;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import dev.hawser.shim.helper.FinishedCall;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Spans on their way to a collector, which is ours. */
class SpansTest {

    private static final String TRACE_ID = "0af7651916cd43dd8448eb211c80319c";

    /** What came to a collector. */
    private record Sent(String path, Headers headers, String body) {}

    private final BlockingQueue<Sent> sent = new LinkedBlockingQueue<>();
    private final ByteArrayOutputStream lines = new ByteArrayOutputStream();
    private final HttpServer collector = server();

    private static HttpServer server() {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @BeforeEach
    void start() {
        collector.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), ISO_8859_1);
            sent.add(new Sent(exchange.getRequestURI().getPath(), exchange.getRequestHeaders(), body));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
    }

    @AfterEach
    void stop() {
        collector.stop(0);
    }

    @Test
    void aCallAndItsPhasesAreSentToTheCollector() throws Exception {
        Sent first = send(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", address() + "/"));

        assertEquals("/v1/traces", first.path());
        assertEquals("application/x-protobuf", first.headers().getFirst("Content-Type"));
        assertContains(first, "CNI ADD", "launcher", "kernel", "service.name", "hawser", "service.version", "0.1.0");
        String traceId = new String(HexFormat.of().parseHex(TRACE_ID), ISO_8859_1);
        assertTrue(first.body().contains(traceId), "the trace goes on");
        assertEquals("", lines.toString(UTF_8).replaceAll(".*msg=call .*\n", ""));
    }

    @Test
    void whatTheEnvironmentSaysOfTheOriginIsSentAlong() throws Exception {
        Sent first = send(Map.of(
                "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", address() + "/in/traces",
                "OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=pods%20of%20mine,x-key=a+b",
                "OTEL_RESOURCE_ATTRIBUTES", "service.name=cni,host.name=node-7,deployment.environment.name=t%2C1",
                "OTEL_SERVICE_NAME", "the-hawser"));

        assertEquals("/in/traces", first.path());
        assertEquals("pods of mine", first.headers().getFirst("X-Tenant"));
        assertEquals("a+b", first.headers().getFirst("X-Key"));
        assertContains(first, "host.name", "node-7", "deployment.environment.name", "t,1", "the-hawser");
        assertFalse(first.body().contains("unknown_service"), first.body());
    }

    @Test
    void whoAsksForGrpcIsToldWhatToSetAndServedByHttp() throws Exception {
        Sent first = send(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", address(), "OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"));

        assertContains(first, "CNI ADD");
        String said = lines.toString(UTF_8);
        assertTrue(
                said.startsWith("OTEL_EXPORTER_OTLP_PROTOCOL asks for grpc, but spans are sent by http/protobuf only"),
                said);
    }

    @Test
    void anEndpointThatIsNoAddressCostsTheSpansAndNotTheHelper() {
        try (LogWriter log = new LogWriter(lines);
                Observation observation =
                        Observation.open(settings(), log, Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"))) {
            assertFalse(observation.follows(call().frame()));
        }
        String said = lines.toString(UTF_8);
        assertTrue(said.startsWith("send spans to collector:4318/v1/traces: "), said);
        assertTrue(said.contains(" such as http://127.0.0.1:4318"), said);
    }

    /** What comes to the collector of a call that an observed helper has made. */
    private Sent send(Map<String, String> variables) throws InterruptedException {
        Map<String, String> environment = new HashMap<>(variables);
        try (LogWriter log = new LogWriter(lines);
                Observation observation = Observation.open(settings(), log, environment)) {
            observation.finished(call());
        }
        return Objects.requireNonNull(sent.poll(10, TimeUnit.SECONDS), "nothing was sent");
    }

    private static Observation.Settings settings() {
        return new Observation.Settings("0.1.0", "b", Set.of("bridge"), Duration.ofSeconds(1), Instant.now());
    }

    private static FinishedCall call() {
        return Finished.call(Map.of("TRACEPARENT", "00-" + TRACE_ID + "-b7ad6b7169203331-01"), "", "");
    }

    private String address() {
        return "http://127.0.0.1:" + collector.getAddress().getPort();
    }

    private static void assertContains(Sent sent, String... texts) {
        for (String text : texts) {
            assertTrue(sent.body().contains(text), () -> text + " is not in " + sent.body());
        }
    }
}
