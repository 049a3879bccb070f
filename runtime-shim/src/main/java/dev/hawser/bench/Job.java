package dev.hawser.bench;

import java.util.List;
import java.util.Map;

/**
 * One execution of a program, as a container runtime makes it.
 *
 * @param arguments the program's path first, which is also its {@code argv[0]}
 * @param environment all of it: nothing is inherited
 */
record Job(List<String> arguments, Map<String, String> environment, String stdin) {

    Job {
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
    }
}
