package dev.hawser.bench;

import java.util.List;
import java.util.Locale;

/**
 * The report as a picture: a bar to each median, a whisker to its p99, ours below the reference's, the floor as a line across
 * both. Time is on a logarithmic scale, for it spans from the kernel's tenth of a millisecond to seconds.
 *
 * <p>Plain SVG 1.1 without scripts, styles or fonts of its own: any browser shows it, and a README may hold it.
 */
final class SvgChart {

    private static final int WIDTH = 1000;
    private static final int LEFT = 330;
    private static final int RIGHT = 900;
    private static final int TOP = 96;
    private static final int BAR_HEIGHT = 13;
    private static final int ROW_GAP = 14;
    private static final int LINE_HEIGHT = 17;

    private static final String INK = "#24292f";
    private static final String FAINT = "#d0d7de";
    private static final String OURS = "#1f6feb";
    private static final String THEIRS = "#9aa4af";
    private static final String FLOOR = "#d1242f";

    private final StringBuilder svg = new StringBuilder();
    private final double lowestDecade;
    private final double highestDecade;

    private SvgChart(Report report) {
        List<Figures> all = report.results().stream()
                .flatMap(result -> result.entries().stream())
                .map(Result.Entry::figures)
                .toList();
        double least = all.stream().mapToDouble(Figures::p50).min().orElse(1);
        double most = all.stream().mapToDouble(Figures::p99).max().orElse(10);
        lowestDecade = Math.floor(Math.log10(least));
        highestDecade = Math.max(lowestDecade + 1, Math.ceil(Math.log10(most)));
    }

    static String of(Report report) {
        return new SvgChart(report).draw(report);
    }

    private String draw(Report report) {
        int bottom =
                TOP + report.results().stream().mapToInt(SvgChart::rowHeight).sum();
        int height = bottom + 56 + LINE_HEIGHT * report.about().size();
        svg.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
                        + " font-family=\"sans-serif\" font-size=\"13\">%n",
                WIDTH,
                height,
                WIDTH,
                height));
        rectangle(0, 0, WIDTH, height, "#ffffff");
        text(20, 34, "start", 20, INK, "How long a container runtime waits");
        legend();
        axis(bottom);
        int y = TOP;
        for (Result result : report.results()) {
            row(result, y);
            y += rowHeight(result);
        }
        about(report.about(), bottom + 56);
        return svg.append("</svg>\n").toString();
    }

    private static int rowHeight(Result result) {
        return BAR_HEIGHT * (result.reference().isPresent() ? 2 : 1) + ROW_GAP;
    }

    private void legend() {
        int y = 62;
        rectangle(20, y - 10, 12, 11, OURS);
        text(38, y, "start", 13, INK, "hawser");
        rectangle(104, y - 10, 12, 11, THEIRS);
        text(122, y, "start", 13, INK, "reference");
        line(206, y - 12, 206, y + 3, FLOOR, 2);
        text(214, y, "start", 13, INK, "floor: what nobody can do without");
        line(440, y - 5, 470, y - 5, INK, 1);
        line(470, y - 9, 470, y - 1, INK, 1);
        text(478, y, "start", 13, INK, "bar: median; whisker: p99; milliseconds, logarithmic");
    }

    private void axis(int bottom) {
        for (double decade = lowestDecade; decade <= highestDecade; decade++) {
            double value = Math.pow(10, decade);
            double x = x(value);
            line(x, TOP - 8, x, bottom, FAINT, 1);
            text(x, bottom + 18, "middle", 12, INK, tick(value));
        }
        text((LEFT + RIGHT) / 2.0, bottom + 36, "middle", 12, INK, "milliseconds");
    }

    private static String tick(double value) {
        return value >= 1 ? Numbers.count(Math.round(value)) : Numbers.plain(Math.round(value * 1e4) / 1e4);
    }

    private void row(Result result, int top) {
        int y = top;
        int middle = top + (rowHeight(result) - ROW_GAP) / 2;
        text(LEFT - 12, middle + 4.5, "end", 13, INK, result.work());
        if (result.reference().isPresent()) {
            bar(result.reference().get(), y, THEIRS);
            y += BAR_HEIGHT;
        }
        bar(result.hawser(), y, OURS);
        result.floor().ifPresent(floor -> {
            double x = x(floor.figures().p50());
            line(x, top - 3, x, top + rowHeight(result) - ROW_GAP + 3, FLOOR, 2);
        });
    }

    private void bar(Figures figures, int y, String colour) {
        double median = x(figures.p50());
        double p99 = x(figures.p99());
        double middle = y + BAR_HEIGHT / 2.0;
        rectangle(LEFT, y + 1, median - LEFT, BAR_HEIGHT - 2, colour);
        line(median, middle, p99, middle, INK, 1);
        line(p99, middle - 4, p99, middle + 4, INK, 1);
        text(p99 + 6, middle + 4, "start", 11, INK, Numbers.millis(figures.p50()));
    }

    private void about(List<String> lines, int top) {
        int y = top + LINE_HEIGHT / 2;
        for (String line : lines) {
            text(20, y, "start", 12, "#57606a", line);
            y += LINE_HEIGHT;
        }
    }

    private double x(double millis) {
        double share = (Math.log10(millis) - lowestDecade) / (highestDecade - lowestDecade);
        return LEFT + Math.clamp(share, 0, 1) * (RIGHT - LEFT);
    }

    private void rectangle(double x, double y, double width, double height, String fill) {
        svg.append(String.format(
                Locale.ROOT,
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>%n",
                x,
                y,
                width,
                height,
                fill));
    }

    private void line(double x1, double y1, double x2, double y2, String colour, int width) {
        svg.append(String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"%d\"/>%n",
                x1,
                y1,
                x2,
                y2,
                colour,
                width));
    }

    private void text(double x, double y, String anchor, int size, String fill, String content) {
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\" fill=\"%s\">%s</text>%n",
                x,
                y,
                anchor,
                size,
                fill,
                escaped(content)));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
