package dev.hawser.bench;

import dev.hawser.spec.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a container runtime does with a plugin: every ADD is judged by its answer, and every DEL by what it left. */
final class ContainerRuntime {

    private final Stopwatch stopwatch;
    private int containers;

    ContainerRuntime(Stopwatch stopwatch) {
        this.stopwatch = stopwatch;
    }

    /** An ADD for each pod, and then a DEL for each. */
    record Round(Batch adds, Batch deletes) {}

    /** Attaches one container by each plugin of the network in turn, and detaches it the other way round. */
    Round alone(Network network, Pod pod) throws IOException {
        Contender contender = network.contender();
        String name = "container" + ++containers;
        List<Batch> adds = new ArrayList<>();
        Optional<Json.Obj> result = Optional.empty();
        for (Json.Obj plugin : network.plugins()) {
            Batch added = stopwatch.run(Calls.add(contender, after(result, plugin), pod, name));
            adds.add(added);
            result = Optional.of(Calls.result(contender, plugin, added.only()));
        }
        List<Batch> deletes = new ArrayList<>();
        for (Json.Obj plugin : network.plugins().reversed()) {
            Batch deleted = stopwatch.run(Calls.delete(contender, after(result, plugin), pod, name));
            deletes.add(deleted);
            Calls.requireSuccess("DEL", contender, Calls.typeOf(plugin), deleted.only());
        }
        pod.requireNoLink();
        return new Round(Batch.inTurn(adds), Batch.inTurn(deletes));
    }

    /** Adds and deletes by one plugin what it adds to a container that stays attached. */
    Round chained(Contender contender, Json.Obj plugin, Pod pod) throws IOException {
        String name = "container" + ++containers;
        Batch added = stopwatch.run(Calls.add(contender, plugin, pod, name));
        Calls.result(contender, plugin, added.only());
        Batch deleted = stopwatch.run(Calls.delete(contender, plugin, pod, name));
        Calls.requireSuccess("DEL", contender, Calls.typeOf(plugin), deleted.only());
        return new Round(added, deleted);
    }

    /**
     * Adds all containers at once.
     *
     * @param plugins the configuration of each, by its name; all of one type
     */
    List<Json.Obj> addAll(Contender contender, Map<String, Json.Obj> plugins, Pod pod) throws IOException {
        List<Job> adds = new ArrayList<>();
        plugins.forEach((name, plugin) -> adds.add(Calls.add(contender, plugin, pod, name)));
        List<Json.Obj> results = new ArrayList<>();
        for (Outcome outcome : stopwatch.together(adds).outcomes()) {
            results.add(Calls.result(contender, any(plugins), outcome));
        }
        return results;
    }

    /** Deletes all containers at once; as {@link #addAll}. */
    void deleteAll(Contender contender, Map<String, Json.Obj> plugins, Pod pod) throws IOException {
        List<Job> deletes = new ArrayList<>();
        plugins.forEach((name, plugin) -> deletes.add(Calls.delete(contender, plugin, pod, name)));
        for (Outcome outcome : stopwatch.together(deletes).outcomes()) {
            Calls.requireSuccess("DEL", contender, Calls.typeOf(any(plugins)), outcome);
        }
    }

    private static Json.Obj any(Map<String, Json.Obj> plugins) {
        return plugins.values().iterator().next();
    }

    private static Json.Obj after(Optional<Json.Obj> result, Json.Obj plugin) {
        return result.isPresent() ? plugin.with("prevResult", result.get()) : plugin;
    }

    /** Attaches all pods at once to a network of one plugin and, when all are, detaches all at once. */
    Round together(Network network, List<Pod> pods) throws IOException {
        Contender contender = network.contender();
        Json.Obj plugin = network.plugins().getFirst();
        List<String> names =
                pods.stream().map(pod -> "container" + ++containers).toList();
        List<Job> adds = new ArrayList<>();
        for (int i = 0; i < pods.size(); i++) {
            adds.add(Calls.add(contender, plugin, pods.get(i), names.get(i)));
        }
        Batch added = stopwatch.together(adds);
        List<Job> deletes = new ArrayList<>();
        for (int i = 0; i < pods.size(); i++) {
            Json.Obj result = Calls.result(contender, plugin, added.outcomes().get(i));
            deletes.add(Calls.delete(contender, after(Optional.of(result), plugin), pods.get(i), names.get(i)));
        }
        Batch deleted = stopwatch.together(deletes);
        for (Outcome outcome : deleted.outcomes()) {
            Calls.requireSuccess("DEL", contender, Calls.typeOf(plugin), outcome);
        }
        pods.forEach(Pod::requireNoLink);
        return new Round(added, deleted);
    }

    /** Asks for the versions that a plugin speaks: the least that a call can be. */
    Batch version(Contender contender) throws IOException {
        Batch batch = stopwatch.run(Calls.version(contender));
        Calls.requireSuccess("VERSION", contender, Calls.BRIDGE, batch.only());
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
}
