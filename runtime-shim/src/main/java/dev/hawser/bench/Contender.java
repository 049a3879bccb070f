package dev.hawser.bench;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * One of those that are compared. Each has a bridge, addresses and pools of its own: a pool in which another program writes is
 * read anew by ours, which is not what is measured here.
 *
 * @param name a word for files
 * @param bin the directory with its plugins
 * @param variables what its plugins find in their environment besides CNI's variables
 * @param place a number of its own, from 0 to 2
 */
record Contender(String name, Path bin, Map<String, String> variables, int place) {

    Contender {
        variables = Map.copyOf(variables);
    }

    String bridge() {
        return "bench" + place;
    }

    /** The file of one of its plugins. */
    Path plugin(String type) {
        return bin.resolve(type);
    }

    /** The same with another variable in the environment. */
    Contender with(String variable, String value) {
        Map<String, String> changed = new HashMap<>(variables);
        changed.put(variable, value);
        return new Contender(name, bin, changed, place);
    }
}
