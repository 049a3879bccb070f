package dev.hawser.shim.observe;

import dev.hawser.shim.helper.Pages;
import dev.hawser.spec.Json;
import java.util.List;
import java.util.Optional;

/** The pages of an observed helper, by their paths. */
record ObservedPages(Source source, Status status, Metrics metrics, LastCalls last) implements Pages {

    private static final String PLAIN = "text/plain; charset=utf-8";
    private static final int SERVICE_UNAVAILABLE = 503;
    private static final String TRACE = "/trace/";

    @Override
    public Optional<Page> find(String path) {
        return switch (path) {
            case "/metrics" -> Optional.of(new Page(metrics.contentType(), metrics.text()));
            case "/healthz" -> Optional.of(health());
            case "/status" -> Optional.of(json(status.document()));
            default -> path.startsWith(TRACE) ? Optional.of(trace(path.substring(TRACE.length()))) : Optional.empty();
        };
    }

    private Page health() {
        return source.isDraining()
                ? new Page(SERVICE_UNAVAILABLE, PLAIN, "draining: no new calls, ending when those that run are done\n")
                : new Page(PLAIN, "ok\n");
    }

    private Page trace(String containerId) {
        List<Json> calls =
                last.of(containerId).stream().map(TracedCall::document).toList();
        return json(new Json.Arr(calls));
    }

    private static Page json(Json document) {
        return new Page("application/json", document.pretty() + "\n");
    }
}
