package dev.hawser.bench;

import java.util.List;

/**
 * What the bench found.
 *
 * @param about the machine, who was measured, and how, in lines
 * @param results a row each
 */
record Report(List<String> about, List<Result> results) {

    Report {
        about = List.copyOf(about);
        results = List.copyOf(results);
    }
}
