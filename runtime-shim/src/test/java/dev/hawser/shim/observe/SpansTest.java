package dev.hawser.shim.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Spans on their way to a collector. */
class SpansTest {

    private static final String TRACE_ID = "0af7651916cd43dd8448eb211c80319c";

    /** What came to a collector. */
    private record Sent(String path, String body) {}

    @Test
    void aCallAndItsPhasesAreSentToTheCollector() throws Exception {
        BlockingQueue<Sent> sent = new LinkedBlockingQueue<>();
        HttpServer collector = collector(sent);
        try {
            Map<String, String> environment = Map.of(
                    "OTEL_EXPORTER_OTLP_ENDPOINT",
                    "http://127.0.0.1:" + collector.getAddress().getPort() + "/");
            Spans spans = Spans.exported(environment, "0.1.0");

            var call = Finished.call(Map.of("TRACEPARENT", "00-" + TRACE_ID + "-b7ad6b7169203331-01"), "", "");
            spans.follow(call, CallRecord.of(call));
            spans.close();

            Sent first = sent.poll(10, TimeUnit.SECONDS);
            assertTrue(first != null, "nothing was sent");
            assertEquals("/v1/traces", first.path());
            assertTrue(first.body().contains("CNI ADD"), first.body());
            assertTrue(first.body().contains("launcher"), first.body());
            assertTrue(first.body().contains("kernel"), first.body());
            assertTrue(first.body().contains(traceId()), "the trace goes on");
        } finally {
            collector.stop(0);
        }
    }

    /** As protobuf writes it: its bytes. */
    private static String traceId() {
        byte[] bytes = java.util.HexFormat.of().parseHex(TRACE_ID);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static HttpServer collector(BlockingQueue<Sent> sent) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1);
            sent.add(new Sent(exchange.getRequestURI().getPath(), body));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        return server;
    }
}
