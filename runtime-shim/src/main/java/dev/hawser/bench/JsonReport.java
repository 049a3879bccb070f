package dev.hawser.bench;

import dev.hawser.spec.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The report for scripts.
 *
 * <pre>{@code
 * {"about": ["…"],
 *  "results": [{"id": "add", "work": "ADD, one after another", "ratio": 9.31,
 *               "measured": [{"who": "reference", "p50Millis": 13.1, …, "runs": 100, "tasks": 17}, …],
 *               "goals": ["≥ 7x: met"]}]}
 * }</pre>
 */
final class JsonReport {

    private JsonReport() {}

    static String of(Report report) {
        return Json.object()
                        .put("about", Json.texts(report.about()))
                        .put(
                                "results",
                                new Json.Arr(report.results().stream()
                                        .map(JsonReport::of)
                                        .toList()))
                        .build()
                        .pretty()
                + "\n";
    }

    private static Json of(Result result) {
        List<Json> measured = new ArrayList<>();
        result.entries().forEach(entry -> measured.add(of(entry)));
        Json.Builder row = Json.object().put("id", result.id()).put("work", result.work());
        result.ratio().ifPresent(ratio -> row.put("ratio", number(ratio)));
        result.timesFloor().ifPresent(times -> row.put("timesFloor", number(times)));
        return row.put("measured", new Json.Arr(measured))
                .put(
                        "goals",
                        Json.texts(result.goals().stream()
                                .map(goal -> goal.verdict(result))
                                .toList()))
                .build();
    }

    private static Json of(Result.Entry entry) {
        Figures figures = entry.figures();
        Json.Builder row = Json.object()
                .put("who", entry.who())
                .put("p50Millis", number(figures.p50()))
                .put("p90Millis", number(figures.p90()))
                .put("p99Millis", number(figures.p99()))
                .put("runs", figures.runs());
        if (figures.tasks() >= 0) {
            row.put("tasks", figures.tasks());
        }
        return row.build();
    }

    private static Json number(double number) {
        return new Json.Num(String.format(Locale.ROOT, "%.4f", number));
    }
}
