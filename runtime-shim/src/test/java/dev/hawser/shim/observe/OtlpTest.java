package dev.hawser.shim.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OtlpTest {

    private static final String BASE = "http://collector:4318";

    @Test
    void withoutAnEndpointNothingIsSent() {
        assertEquals(Optional.empty(), Otlp.of(Map.of()));
        assertEquals(Optional.empty(), Otlp.of(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", " ", "OTEL_SERVICE_NAME", "x")));
    }

    @Test
    void aSwitchedOffSdkSendsNothing() {
        assertEquals(
                Optional.empty(), Otlp.of(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", BASE, "OTEL_SDK_DISABLED", "TRUE")));
        assertEquals(
                Optional.empty(), Otlp.of(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", BASE, "OTEL_TRACES_EXPORTER", "none")));
    }

    @Test
    void theGeneralEndpointIsABaseAndThatOfTracesAnAddress() {
        assertEquals(BASE + "/v1/traces", otlp(Map.of()).endpoint());
        assertEquals(
                "http://collector:4318/in/v1/traces",
                otlp(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", BASE + "/in/")).endpoint());
        assertEquals(
                "http://other/",
                otlp(Map.of("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://other/"))
                        .endpoint());
    }

    @Test
    void theServicesNameGoesBeforeThatInTheAttributes() {
        assertEquals(Map.of("service.name", "hawser"), otlp(Map.of()).resource());
        assertEquals(
                Map.of("service.name", "cni", "host.name", "n1"),
                otlp(Map.of("OTEL_RESOURCE_ATTRIBUTES", "service.name=cni,host.name=n1"))
                        .resource());
        assertEquals(
                Map.of("service.name", "mine", "host.name", "n1"),
                otlp(Map.of(
                                "OTEL_RESOURCE_ATTRIBUTES",
                                "service.name=cni, host.name = n1 ,",
                                "OTEL_SERVICE_NAME",
                                "mine"))
                        .resource());
    }

    @Test
    void pairsAreEncodedAsInAnAddress() {
        assertEquals(
                Map.of("service.name", "hawser", "a,b", "c=d, ü+e", "empty", ""),
                otlp(Map.of("OTEL_RESOURCE_ATTRIBUTES", "a%2Cb=c%3Dd%2C%20%C3%BC+e,empty="))
                        .resource());
    }

    @Test
    void oneFaultSpoilsAVariableAndIsSaid() {
        for (String wrong : List.of("host.name=n1,rest", "host.name=n1,=x", "host.name=%zz")) {
            Otlp otlp = otlp(Map.of("OTEL_RESOURCE_ATTRIBUTES", wrong));

            assertEquals(Map.of("service.name", "hawser"), otlp.resource());
            assertEquals(1, otlp.warnings().size());
            assertTrue(otlp.warnings().getFirst().startsWith("OTEL_RESOURCE_ATTRIBUTES is left out: "), wrong);
        }
    }

    @Test
    void theHeadersOfTracesGoBeforeTheGeneralOnesAndAreNoBusinessOfTheLogs() {
        assertEquals(
                Map.of("authorization", "Bearer x=="),
                otlp(Map.of("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer x=="))
                        .headers());
        assertEquals(
                Map.of("b", "2"),
                otlp(Map.of("OTEL_EXPORTER_OTLP_HEADERS", "a=1", "OTEL_EXPORTER_OTLP_TRACES_HEADERS", "b=2"))
                        .headers());
        List<String> warnings =
                otlp(Map.of("OTEL_EXPORTER_OTLP_HEADERS", "secret")).warnings();
        assertTrue(warnings.size() == 1 && !warnings.toString().contains("secret"), warnings::toString);
    }

    @Test
    void anotherProtocolIsAnsweredByWhatToSet() {
        String advice = " asks for grpc, but spans are sent by http/protobuf only: set it to http/protobuf, and "
                + "OTEL_EXPORTER_OTLP_ENDPOINT to where the collector takes that (port 4318, unless it was told otherwise)";

        assertEquals(
                List.of(),
                otlp(Map.of("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")).warnings());
        assertEquals(
                List.of("OTEL_EXPORTER_OTLP_PROTOCOL" + advice),
                otlp(Map.of("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")).warnings());
        assertEquals(
                List.of("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL" + advice),
                otlp(Map.of(
                                "OTEL_EXPORTER_OTLP_PROTOCOL",
                                "http/protobuf",
                                "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
                                "grpc"))
                        .warnings());
    }

    private static Otlp otlp(Map<String, String> more) {
        Map<String, String> environment = new java.util.HashMap<>(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", BASE));
        environment.putAll(more);
        return Otlp.of(environment).orElseThrow();
    }
}
