package dev.hawser.shim.observe;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where spans are sent to and what is said of their origin, from the variables of OpenTelemetry's specification
 * ("OpenTelemetry Protocol Exporter", "Environment Variable Specification"). An empty variable is as good as none.
 *
 * @param endpoint of traces: {@code http://127.0.0.1:4318/v1/traces}
 * @param headers of each request
 * @param resource attributes, {@code service.name} among them
 * @param warnings what is not as the variables ask, and what to do about it
 */
record Otlp(String endpoint, Map<String, String> headers, Map<String, String> resource, List<String> warnings) {

    private static final String ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private static final String TRACES_ENDPOINT = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    private static final String TRACES_PATH = "/v1/traces";
    private static final String SPOKEN = "http/protobuf";
    private static final String SERVICE_NAME = "service.name";

    /** None if they name no endpoint, or want no traces. */
    static Optional<Otlp> of(Map<String, String> environment) {
        Variables variables = new Variables(environment, new ArrayList<>());
        return variables.wantTraces() ? variables.endpoint().map(variables::otlp) : Optional.empty();
    }

    private record Variables(Map<String, String> environment, List<String> warnings) {

        private Optional<String> find(String name) {
            return Optional.ofNullable(environment.get(name)).map(String::strip).filter(value -> !value.isEmpty());
        }

        /** What is said for traces goes before what is said for all signals. */
        private Optional<String> nameOf(String forTraces, String forAll) {
            return find(forTraces).map(_ -> forTraces).or(() -> find(forAll).map(_ -> forAll));
        }

        boolean wantTraces() {
            return !find("OTEL_SDK_DISABLED").orElse("").equalsIgnoreCase("true")
                    && !find("OTEL_TRACES_EXPORTER").orElse("").equals("none");
        }

        /** The general endpoint is a base, that of traces an address. */
        Optional<String> endpoint() {
            return find(TRACES_ENDPOINT).or(() -> find(ENDPOINT).map(base -> base.replaceAll("/+$", "") + TRACES_PATH));
        }

        Otlp otlp(String endpoint) {
            warnOfProtocol();
            return new Otlp(endpoint, headers(), resource(), List.copyOf(warnings));
        }

        private void warnOfProtocol() {
            nameOf("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
                    .filter(name -> !find(name).orElse("").equals(SPOKEN))
                    .ifPresent(name -> warnings.add(name + " asks for "
                            + find(name).orElse("")
                            + ", but spans are sent by " + SPOKEN + " only: set it to " + SPOKEN + ", and " + ENDPOINT
                            + " to where the collector takes that (port 4318, unless it was told otherwise)"));
        }

        private Map<String, String> headers() {
            return nameOf("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS")
                    .map(this::pairs)
                    .orElse(Map.of());
        }

        private Map<String, String> resource() {
            Map<String, String> resource = new LinkedHashMap<>();
            resource.put(SERVICE_NAME, "hawser");
            resource.putAll(pairs("OTEL_RESOURCE_ATTRIBUTES"));
            find("OTEL_SERVICE_NAME").ifPresent(service -> resource.put(SERVICE_NAME, service));
            return resource;
        }

        /** {@code key=value,key=value}, both as in an address. One fault spoils all of it, says the specification. */
        private Map<String, String> pairs(String name) {
            Map<String, String> pairs = new LinkedHashMap<>();
            try {
                for (String pair : find(name).orElse("").split(",", -1)) {
                    if (!pair.isBlank()) {
                        put(pair, pairs);
                    }
                }
                return pairs;
            } catch (IllegalArgumentException e) {
                warnings.add(name + " is left out: " + e.getMessage()
                        + ": write it as key=value,key=value, with %2C for" + " a comma and %3D for an equals sign");
                return Map.of();
            }
        }

        private static void put(String pair, Map<String, String> pairs) {
            int equals = pair.indexOf('=');
            if (equals <= 0 || pair.substring(0, equals).isBlank()) {
                // Not the text itself: headers are secrets.
                throw new IllegalArgumentException("there is a part without key and equals sign");
            }
            pairs.put(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
        }

        /** A plus sign is one: only forms write spaces so. */
        private static String decoded(String text) {
            return URLDecoder.decode(text.strip().replace("+", "%2B"), UTF_8);
        }
    }
}
