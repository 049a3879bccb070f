package dev.hawser.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Rows whose columns are as wide as their widest cell, two spaces apart, without spaces at the end of a line. */
public final class Table {

    private final List<List<String>> rows = new ArrayList<>();
    private Set<Integer> numbers = Set.of();

    /** A table with these headings, or with none. */
    public Table(String... headings) {
        if (headings.length > 0) {
            rows.add(List.of(headings));
        }
    }

    /** This table, with these columns flush right, so that digits of the same weight are below each other. */
    public Table withNumbersIn(Integer... columns) {
        numbers = Set.of(columns);
        return this;
    }

    /** One row. */
    public void add(String... cells) {
        rows.add(List.of(cells));
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < row.size(); column++) {
                String padding = " ".repeat(width(column) - row.get(column).length());
                line.append(numbers.contains(column) ? padding + row.get(column) : row.get(column) + padding)
                        .append("  ");
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private int width(int column) {
        return rows.stream()
                .filter(row -> column < row.size())
                .mapToInt(row -> row.get(column).length())
                .max()
                .orElse(0);
    }
}
