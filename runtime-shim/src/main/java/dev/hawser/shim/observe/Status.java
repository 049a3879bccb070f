package dev.hawser.shim.observe;

import dev.hawser.spec.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The state of a helper as one JSON document: {@code hawser helper status --json} prints it. Percentiles are those of the calls
 * that are remembered, counts go back to the start.
 */
record Status(Observation.Settings settings, Metrics metrics, LastCalls last, Source source) {

    Json document() {
        ProcessFigures process = ProcessFigures.read();
        return Json.object()
                .put("pid", ProcessHandle.current().pid())
                .put("version", settings.version())
                .put("build", settings.build())
                .put("started", settings.started().toString())
                .put("state", source.isDraining() ? "draining" : "serving")
                .put(
                        "process",
                        Json.object()
                                .put("residentBytes", process.residentBytes())
                                .put("threads", process.threads())
                                .put("openFiles", process.openFiles())
                                .build())
                .put("calls", calls())
                .put("errors", counts("code", metrics.errorsBy("code")))
                .put("lanes", lanes())
                .put("pools", pools())
                .put("groups", groups())
                .put("refused", counts("reason", metrics.refusals()))
                .build();
    }

    private Json calls() {
        List<CallRecord> remembered = last.all();
        Map<String, Long> failed = metrics.errorsBy("verb");
        List<Json> verbs = new ArrayList<>();
        metrics.callsByVerb().forEach((verb, count) -> {
            long[] nanos = remembered.stream()
                    .filter(call -> call.verb().equals(verb))
                    .mapToLong(call -> call.times().total())
                    .sorted()
                    .toArray();
            verbs.add(Json.object()
                    .put("verb", verb)
                    .put("count", count)
                    .put("failed", failed.getOrDefault(verb, 0L))
                    .put("remembered", nanos.length)
                    .put("p50Nanos", percentile(nanos, 0.5))
                    .put("p99Nanos", percentile(nanos, 0.99))
                    .build());
        });
        return new Json.Arr(verbs);
    }

    /** The smallest that so many are not above; 0 of none. */
    static long percentile(long[] sorted, double share) {
        return sorted.length == 0 ? 0 : sorted[(int) Math.ceil(share * sorted.length) - 1];
    }

    private static Json counts(String key, Map<String, Long> counts) {
        List<Json> items = new ArrayList<>();
        counts.forEach((name, count) ->
                items.add(Json.object().put(key, name).put("count", count).build()));
        return new Json.Arr(items);
    }

    private Json lanes() {
        List<Json> lanes = source.load().stream()
                .<Json>map(lane -> Json.object()
                        .put("lane", lane.lane())
                        .put("waiting", lane.waiting())
                        .put("running", lane.running())
                        .put("threads", lane.threads())
                        .build())
                .toList();
        return new Json.Arr(lanes);
    }

    private Json pools() {
        List<Json> pools = source.pools().stream()
                .<Json>map(pool -> Json.object()
                        .put("directory", pool.directory().toString())
                        .put("leases", pool.leases())
                        .put("addresses", pool.capacity())
                        .build())
                .toList();
        return new Json.Arr(pools);
    }

    private Json groups() {
        List<Json> groups = new ArrayList<>();
        metrics.groups()
                .forEach((what, sizes) -> groups.add(Json.object()
                        .put("what", what)
                        .put("groups", sizes.groups())
                        .put("changes", sizes.changes())
                        .build()));
        return new Json.Arr(groups);
    }
}
