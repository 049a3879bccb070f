package dev.hawser.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** The report as two aligned tables: who is how much faster, and how steady and costly each is. */
final class TextReport {

    private TextReport() {}

    static String of(Report report) {
        return String.join("\n", report.about())
                + "\n\nMedians in milliseconds\n\n"
                + table(comparison(report), 1)
                + "\nSpread in milliseconds; tasks are the processes and threads that one run starts\n\n"
                + table(spread(report), 2);
    }

    private static List<List<String>> comparison(Report report) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("WORK", "REFERENCE", "HAWSER", "RATIO", "FLOOR", "x FLOOR", "GOAL"));
        report.results().forEach(result -> rows.add(comparison(result)));
        return rows;
    }

    private static List<String> comparison(Result result) {
        return List.of(
                result.work(),
                result.reference().map(figures -> Numbers.millis(figures.p50())).orElse("-"),
                Numbers.millis(result.hawser().p50()),
                factor(result.ratio()) + (result.ratio().isPresent() ? "x" : ""),
                result.floor()
                        .map(floor -> Numbers.millis(floor.figures().p50()))
                        .orElse("-"),
                factor(result.timesFloor()),
                result.goals().stream().map(goal -> goal.verdict(result)).collect(Collectors.joining("; ")));
    }

    private static String factor(OptionalDouble factor) {
        return factor.isPresent() ? Numbers.factor(factor.getAsDouble()) : "-";
    }

    private static List<List<String>> spread(Report report) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("WORK", "WHO", "P50", "P90", "P99", "P99/P50", "RUNS", "TASKS"));
        for (Result result : report.results()) {
            String work = result.work();
            for (Result.Entry entry : result.entries()) {
                rows.add(spread(work, entry));
                work = "";
            }
        }
        return rows;
    }

    private static List<String> spread(String work, Result.Entry entry) {
        Figures figures = entry.figures();
        return List.of(
                work,
                entry.who(),
                Numbers.millis(figures.p50()),
                Numbers.millis(figures.p90()),
                Numbers.millis(figures.p99()),
                Numbers.factor(figures.p99() / figures.p50()),
                Integer.toString(figures.runs()),
                figures.tasks() < 0 ? "-" : Long.toString(figures.tasks()));
    }

    /** The first columns are words, which begin together; numbers end together; a last column of words runs free. */
    private static String table(List<List<String>> rows, int wordColumns) {
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < row.size(); column++) {
                String cell = row.get(column);
                String pad = " ".repeat(width(rows, column) - cell.length());
                boolean words =
                        column < wordColumns || rows.getFirst().get(column).equals("GOAL");
                line.append(words ? cell + pad : pad + cell).append("  ");
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private static int width(List<List<String>> rows, int column) {
        return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
    }
}
