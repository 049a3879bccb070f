package dev.hawser.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The report as a picture: a bar to each median, a whisker to its p99, ours below the reference's, the floor as a line across
 * both. Time is on a logarithmic scale, for it spans from the kernel's tenth of a millisecond to seconds; so the figures stand
 * beside the bars, and how many times faster we are in a column of its own.
 *
 * <p>Plain SVG 1.1 without scripts, styles or fonts of its own: any browser shows it, and a README may hold it.
 */
final class SvgChart {

    private static final int WIDTH = 1000;
    private static final int MARGIN = 20;
    private static final int RIGHT = 750;
    private static final int RATIO_COLUMN = 915;
    private static final int FLOOR_COLUMN = WIDTH - MARGIN;
    private static final int TOP = 108;
    private static final int BAR_HEIGHT = 14;
    private static final int ROW_GAP = 16;
    private static final int LINE_HEIGHT = 17;

    /** Below the last row: the numbers of the axis and its name. */
    private static final int AXIS_HEIGHT = 60;

    /** Of the widest usual fonts, at the size of labels and of notes: no text may be cut. */
    private static final double LABEL_CHARACTER = 7.4;

    private static final int NOTE_CHARACTERS = 135;
    private static final int SHORTEST_LABELS = 140;

    private static final String INK = "#1f2328";
    private static final String PALE_INK = "#57606a";
    private static final String FAINT = "#c4cbd3";
    private static final String FAINTER = "#e9ecef";
    private static final String OURS = "#1f6feb";
    private static final String THEIRS = "#8c959f";
    private static final String FLOOR = "#d1242f";
    private static final String PAPER = "#ffffff";

    /** With more of them, the numbers of the weaker lines would run into each other. */
    private static final int MOST_DECADES = 3;

    /** Where a scale may begin and end, and where its weaker lines are, in each decade. */
    private static final List<Integer> STEPS = List.of(1, 2, 5);

    private final StringBuilder svg = new StringBuilder();
    private final int left;
    private final double lowest;
    private final double highest;

    private SvgChart(Report report) {
        List<Figures> all = report.results().stream()
                .flatMap(result -> result.entries().stream())
                .map(Result.Entry::figures)
                .toList();
        double least = all.stream().mapToDouble(Figures::p50).min().orElse(1);
        double most = all.stream().mapToDouble(Figures::p99).max().orElse(10);
        lowest = steps(least / 100, least * 0.8).getLast();
        highest = steps(Math.max(most, 2 * lowest), most * 100).getFirst();
        int longest = report.results().stream()
                .mapToInt(result -> result.work().length())
                .max()
                .orElse(0);
        left = (int) Math.max(SHORTEST_LABELS, MARGIN + LABEL_CHARACTER * longest + 12);
    }

    static String of(Report report) {
        return new SvgChart(report).draw(report);
    }

    private String draw(Report report) {
        List<String> notes =
                report.about().stream().flatMap(line -> wrapped(line).stream()).toList();
        int bottom =
                TOP + report.results().stream().mapToInt(SvgChart::rowHeight).sum();
        int height = bottom + AXIS_HEIGHT + LINE_HEIGHT * (notes.size() + 1);
        String title = "How long a container runtime waits for its CNI plugin";
        svg.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
                        + " font-family=\"sans-serif\" font-size=\"13\">%n<title>%s</title>%n",
                WIDTH,
                height,
                WIDTH,
                height,
                title));
        rectangle(0, 0, WIDTH, height, PAPER);
        text(MARGIN, 34, "start", 20, INK, title);
        legend();
        axis(bottom);
        columns();
        int y = TOP;
        for (Result result : report.results()) {
            row(result, y);
            y += rowHeight(result);
        }
        notes(notes, bottom + AXIS_HEIGHT);
        return svg.append("</svg>\n").toString();
    }

    private static int rowHeight(Result result) {
        return barsHeight(result) + ROW_GAP;
    }

    private static int barsHeight(Result result) {
        return BAR_HEIGHT * (result.reference().isPresent() ? 2 : 1);
    }

    private void legend() {
        int y = 64;
        rectangle(MARGIN, y - 10, 12, 11, OURS);
        text(38, y, "start", 13, INK, "hawser");
        rectangle(108, y - 10, 12, 11, THEIRS);
        text(126, y, "start", 13, INK, "reference");
        line(220, y - 12, 220, y + 3, FLOOR, 2);
        text(228, y, "start", 13, INK, "floor: what nobody can do without");
        rectangle(492, y - 10, 22, 11, FAINT);
        line(514, y - 5, 534, y - 5, INK, 1);
        line(534, y - 9, 534, y - 1, INK, 1);
        text(544, y, "start", 13, INK, "bar: median, whisker: p99");
    }

    private void axis(int bottom) {
        boolean hasRoom = Math.log10(highest / lowest) <= MOST_DECADES;
        for (double value : steps(lowest, highest)) {
            double x = x(value);
            boolean decade = isDecade(value);
            line(x, TOP - 8, x, bottom, decade ? FAINT : FAINTER, 1);
            if (decade || hasRoom) {
                text(x, bottom + 18, "middle", decade ? 12 : 10, decade ? INK : PALE_INK, tick(value));
            }
        }
        text(
                (left + RIGHT) / 2.0,
                bottom + 38,
                "middle",
                12,
                INK,
                "milliseconds, on a logarithmic scale: less is better");
    }

    /** 0.1, 0.2, 0.5, 1, 2 … as far as they are between these two. */
    private static List<Double> steps(double from, double to) {
        List<Double> steps = new ArrayList<>();
        for (int decade = (int) Math.floor(Math.log10(from)); decade <= Math.log10(to); decade++) {
            for (int step : STEPS) {
                double value = step * Math.pow(10, decade);
                if (value >= from * 0.999 && value <= to * 1.001) {
                    steps.add(value);
                }
            }
        }
        return steps;
    }

    private static boolean isDecade(double value) {
        double exponent = Math.log10(value);
        return Math.abs(exponent - Math.rint(exponent)) < 1e-6;
    }

    private static String tick(double value) {
        return value >= 1 ? Numbers.count(Math.round(value)) : Numbers.plain(Math.round(value * 1e4) / 1e4);
    }

    private void columns() {
        text(RATIO_COLUMN, TOP - 16, "end", 11, PALE_INK, "times faster");
        text(FLOOR_COLUMN, TOP - 16, "end", 11, FLOOR, "floor");
    }

    private void row(Result result, int top) {
        double middle = top + barsHeight(result) / 2.0 + 4.5;
        text(left - 12, middle, "end", 13, INK, result.work());
        int y = top;
        if (result.reference().isPresent()) {
            bar(result.reference().get(), y, THEIRS);
            y += BAR_HEIGHT;
        }
        bar(result.hawser(), y, OURS);
        result.ratio().ifPresent(ratio -> text(RATIO_COLUMN, middle, "end", 13, INK, Numbers.factor(ratio) + "x"));
        result.floor().ifPresent(floor -> floor(floor.figures().p50(), top, barsHeight(result), middle));
    }

    private void floor(double millis, int top, int height, double middle) {
        double x = x(millis);
        line(x, top - 3, x, top + height + 3, PAPER, 4);
        line(x, top - 3, x, top + height + 3, FLOOR, 2);
        text(FLOOR_COLUMN, middle, "end", 12, FLOOR, Numbers.millis(millis));
    }

    private void bar(Figures figures, int y, String colour) {
        double median = x(figures.p50());
        double p99 = x(figures.p99());
        double middle = y + BAR_HEIGHT / 2.0;
        rectangle(left, y + 1, median - left, BAR_HEIGHT - 2, colour);
        line(median, middle, p99, middle, INK, 1);
        line(p99, middle - 4, p99, middle + 4, INK, 1);
        String value = Numbers.millis(figures.p50());
        String spread = "p99 " + Numbers.millis(figures.p99());
        double width = 6.6 * value.length() + 5.6 * spread.length() + 10;
        rectangle(p99 + 4, y + 1, width, BAR_HEIGHT - 2, PAPER);
        text(p99 + 6, middle + 4, "start", 11, INK, value);
        text(p99 + 12 + 6.6 * value.length(), middle + 4, "start", 9, PALE_INK, spread);
    }

    private void notes(List<String> lines, int top) {
        int y = top + LINE_HEIGHT / 2;
        for (String line : lines) {
            text(MARGIN, y, "start", 12, PALE_INK, line);
            y += LINE_HEIGHT;
        }
    }

    /** A line in pieces that are not cut at the edge, broken between words where that can be. */
    private static List<String> wrapped(String line) {
        List<String> pieces = new ArrayList<>();
        String rest = line;
        while (rest.length() > NOTE_CHARACTERS) {
            int space = rest.lastIndexOf(' ', NOTE_CHARACTERS);
            int end = space > NOTE_CHARACTERS / 2 ? space : NOTE_CHARACTERS;
            pieces.add(rest.substring(0, end));
            rest = "    " + rest.substring(end).strip();
        }
        pieces.add(rest);
        return pieces;
    }

    private double x(double millis) {
        double share = Math.log10(millis / lowest) / Math.log10(highest / lowest);
        return left + Math.clamp(share, 0, 1) * (RIGHT - left);
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
