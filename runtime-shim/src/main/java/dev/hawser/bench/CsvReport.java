package dev.hawser.bench;

import java.util.Locale;

/** The report for a spreadsheet: a line for everybody who was measured in each row (RFC 4180, but for its line ends). */
final class CsvReport {

    private static final String HEADINGS = "id,work,who,p50_ms,p90_ms,p99_ms,min_ms,max_ms,runs,tasks\n";

    private CsvReport() {}

    static String of(Report report) {
        StringBuilder text = new StringBuilder(HEADINGS);
        for (Result result : report.results()) {
            for (Result.Entry entry : result.entries()) {
                text.append(line(result, entry));
            }
        }
        return text.toString();
    }

    private static String line(Result result, Result.Entry entry) {
        Figures figures = entry.figures();
        return String.format(
                Locale.ROOT,
                "%s,%s,%s,%.4f,%.4f,%.4f,%.4f,%.4f,%d,%s%n",
                quoted(result.id()),
                quoted(result.work()),
                quoted(entry.who()),
                figures.p50(),
                figures.p90(),
                figures.p99(),
                figures.percentile(0),
                figures.percentile(100),
                figures.runs(),
                figures.tasks() < 0 ? "" : figures.tasks());
    }

    private static String quoted(String text) {
        return text.matches("[^\",\n]*") ? text : "\"" + text.replace("\"", "\"\"") + "\"";
    }
}
