package dev.hawser.house;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The tables of the README, whose first column names a plugin. A cell lists keys, and behind a key the keys of the objects
 * that it stands for: {@code `vlanTrunk` (`id` `minID` `maxID`)}.
 */
final class Readme {

    private static final Pattern WORD = Pattern.compile("`([^`]+)`|[()]");

    private final List<String> lines;

    private Readme(List<String> lines) {
        this.lines = lines;
    }

    static Readme read() {
        try {
            return new Readme(Files.readAllLines(Path.of("..", "README.md")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The rows of a table by the plugin that they are about, each with its cells.
     *
     * @param header how the table begins
     */
    Map<String, List<String>> table(String header) {
        return lines.stream()
                .dropWhile(line -> !line.startsWith(header))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .map(Readme::cells)
                .collect(Collectors.toMap(cells -> cells.getFirst().replace("`", ""), Function.identity()));
    }

    private static List<String> cells(String row) {
        return Arrays.stream(row.substring(1).split("\\|", -1))
                .map(String::strip)
                .toList();
    }

    /** The keys of a cell with their paths: {@code vlanTrunk}, {@code vlanTrunk.id}. */
    static Set<String> keys(String cell, String path) {
        Set<String> keys = new TreeSet<>();
        Deque<String> paths = new ArrayDeque<>(List.of(path));
        String last = path;
        for (Matcher word = WORD.matcher(cell); word.find(); ) {
            switch (word.group()) {
                case "(" -> paths.push(last + ".");
                case ")" -> paths.pop();
                default -> {
                    last = paths.getFirst() + word.group(1);
                    keys.add(last);
                }
            }
        }
        return keys;
    }
}
