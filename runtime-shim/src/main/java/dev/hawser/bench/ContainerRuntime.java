package dev.hawser.bench;

import dev.hawser.spec.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a container runtime does with a plugin: every ADD is judged by its answer, and every DEL by what it left. */
final class ContainerRuntime {

    private final Stopwatch stopwatch;
    private int containers;

    ContainerRuntime(Stopwatch stopwatch) {
        this.stopwatch = stopwatch;
    }

    /** An ADD for each pod, and then a DEL for each. */
    record Round(Batch adds, Batch deletes) {}

    /** Attaches and detaches one container. */
    Round alone(Network network, Pod pod) throws IOException {
        return together(network, List.of(pod));
    }

    /** Attaches all pods at once and, when all are, detaches all at once. */
    Round together(Network network, List<Pod> pods) throws IOException {
        Contender contender = network.contender();
        List<String> names =
                pods.stream().map(pod -> "container" + ++containers).toList();
        List<Job> adds = new ArrayList<>();
        for (int i = 0; i < pods.size(); i++) {
            adds.add(Calls.add(network, pods.get(i), names.get(i)));
        }
        Batch added = run(adds);
        List<Job> deletes = new ArrayList<>();
        for (int i = 0; i < pods.size(); i++) {
            Json result = Calls.result(contender, added.outcomes().get(i));
            deletes.add(Calls.delete(network, pods.get(i), names.get(i), result));
        }
        Batch deleted = run(deletes);
        for (Outcome outcome : deleted.outcomes()) {
            Calls.requireSuccess("DEL", contender, outcome);
        }
        pods.forEach(Pod::requireNoLink);
        return new Round(added, deleted);
    }

    /** Asks for the versions that a plugin speaks: the least that a call can be. */
    Batch version(Contender contender) throws IOException {
        Batch batch = stopwatch.run(Calls.version(contender));
        Calls.requireSuccess("VERSION", contender, batch.only());
        return batch;
    }

    /** Executes any other program that must succeed. */
    Batch program(List<String> arguments) throws IOException {
        Batch batch = stopwatch.run(new Job(arguments, Map.of(), ""));
        if (!batch.only().succeeded()) {
            throw new IOException(
                    String.join(" ", arguments) + ": " + batch.only().words());
        }
        return batch;
    }

    private Batch run(List<Job> jobs) throws IOException {
        return jobs.size() == 1 ? stopwatch.run(jobs.getFirst()) : stopwatch.together(jobs);
    }
}
