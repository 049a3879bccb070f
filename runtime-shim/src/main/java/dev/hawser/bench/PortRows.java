package dev.hawser.bench;

import dev.hawser.spec.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Publishing a port on a node that has many published already, and connecting through it. One backend after another, and never
 * two at a time: each has rules that every new connection of the node passes.
 */
final class PortRows {

    private static final int UNCOUNTED_TURNS = 3;

    /** How many containers are published at once by ours. */
    private static final int AT_ONCE = 100;

    /** Nothing is measured beside. */
    private static final String NO_FLOOR = "";

    private static final int PORT = 8080;

    /** One way to publish a port. */
    private enum Backend {
        REFERENCE_IPTABLES("iptables"),
        REFERENCE_NFTABLES("nftables"),
        OURS("nftables");

        private final String word;

        Backend(String word) {
            this.word = word;
        }
    }

    /** What was measured of one backend. */
    private record Measured(Contender contender, List<Batch> few, List<Batch> many, List<Long> first, List<Long> last) {

        static Measured of(Contender contender) {
            return new Measured(contender, new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }
    }

    private final Settings settings;
    private final Stage stage;
    private final ContainerRuntime runtime;
    private final Consumer<String> progress;
    private final int others;

    PortRows(Settings settings, Stage stage, ContainerRuntime runtime, Consumer<String> progress) {
        this.settings = settings;
        this.stage = stage;
        this.runtime = runtime;
        this.progress = progress;
        this.others = settings.ports() - 1;
    }

    /** The rows: publishing with few and with many, and connecting, against each backend of the reference. */
    List<Result> measure(Optional<Network> reference, Network ours) throws IOException {
        List<Measured> references = new ArrayList<>();
        if (reference.isPresent()) {
            references.add(measure(Backend.REFERENCE_IPTABLES, reference.get()));
            references.add(measure(Backend.REFERENCE_NFTABLES, reference.get()));
        }
        Measured hawser = measure(Backend.OURS, ours);
        List<Result> results = new ArrayList<>();
        if (references.isEmpty()) {
            rows(results, Optional.empty(), hawser, "");
        }
        for (int i = 0; i < references.size(); i++) {
            rows(results, Optional.of(references.get(i)), hawser, i == 0 ? "" : ".nftables");
        }
        return results;
    }

    private void rows(List<Result> results, Optional<Measured> reference, Measured hawser, String suffix) {
        String against = suffix.isEmpty() ? "" : " (reference: nftables)";
        String with = Numbers.count(settings.ports()) + " ports published";
        Comparison few = new Comparison(hawser.contender());
        Comparison many = new Comparison(hawser.contender());
        Comparison connections = new Comparison(hawser.contender());
        Comparison first = new Comparison(hawser.contender());
        for (Measured one : reference.isPresent() ? List.of(reference.get(), hawser) : List.of(hawser)) {
            one.few().forEach(batch -> few.add(one.contender(), batch));
            one.many().forEach(batch -> many.add(one.contender(), batch));
            one.first().forEach(nanos -> first.add(one.contender(), nanos));
            one.last().forEach(nanos -> connections.add(one.contender(), nanos));
        }
        Result alone = few.result("publish" + suffix, "portmap ADD, the first port" + against, NO_FLOOR, List.of());
        Result early = first.result("connect" + suffix, "connect through the first" + against, NO_FLOOR, List.of());
        results.add(alone);
        results.add(many.result(
                "publish.many" + suffix,
                "portmap ADD, " + with + against,
                NO_FLOOR,
                List.of(new Goal.Faster(20), new Goal.Flat(alone.hawser()))));
        results.add(early);
        results.add(connections.result(
                "connect.many" + suffix,
                "connect through the " + Numbers.count(settings.ports()) + "th" + against,
                NO_FLOOR,
                List.of(new Goal.Faster(1), new Goal.Flat(early.hawser()))));
    }

    private Measured measure(Backend backend, Network network) throws IOException {
        progress.accept("portmap: " + (backend == Backend.OURS ? "hawser" : "reference, " + backend.word));
        Contender contender = network.contender();
        Measured measured = Measured.of(contender);
        Pod pod = stage.pod();
        Map<String, Json.Obj> attachment = Map.of("published", network.plugins().getFirst());
        Json.Obj result = runtime.addAll(contender, attachment, pod).getFirst();
        Json.Obj portmap = plugin(network, backend, result, PORT);
        try (Connections connections = Connections.listen(pod)) {
            turns(contender, portmap, pod, measured.few());
            connect(network, portmap, pod, connections, measured.first());
            publishOthers(backend, network, result, pod);
            turns(contender, portmap, pod, measured.many());
            connect(network, portmap, pod, connections, measured.last());
        }
        clear(backend, network, result, pod);
        runtime.deleteAll(contender, attachment, pod);
        return measured;
    }

    private static Json.Obj plugin(Network network, Backend backend, Json.Obj result, int port) {
        return Json.object()
                .put("cniVersion", "1.0.0")
                .put("name", network.name())
                .put("type", "portmap")
                .put("backend", backend.word)
                .put("runtimeConfig", Published.capability(port))
                .put("prevResult", result)
                .build();
    }

    private void turns(Contender contender, Json.Obj portmap, Pod pod, List<Batch> adds) throws IOException {
        Turns turns = new Turns(UNCOUNTED_TURNS, settings.runs(), settings.perRow());
        while (turns.next()) {
            ContainerRuntime.Round round = runtime.chained(contender, portmap, pod);
            if (turns.counts()) {
                adds.add(round.adds());
            }
        }
    }

    private void connect(Network network, Json.Obj portmap, Pod pod, Connections connections, List<Long> nanos)
            throws IOException {
        Map<String, Json.Obj> server = Map.of("server", portmap);
        runtime.addAll(network.contender(), server, pod);
        Turns turns = new Turns(UNCOUNTED_TURNS, settings.runs(), settings.perRow());
        while (turns.next()) {
            long each = connections.nanosEach(network.gateway(), PORT);
            if (turns.counts()) {
                nanos.add(each);
            }
        }
        runtime.deleteAll(network.contender(), server, pod);
    }

    private void publishOthers(Backend backend, Network network, Json.Obj result, Pod pod) throws IOException {
        String address = network.spareAddress();
        switch (backend) {
            case REFERENCE_IPTABLES ->
                Programs.feed(
                        Published.iptables(others, address, network.gateway() + "/" + Network.prefixLength()),
                        "iptables-restore",
                        "--noflush");
            case REFERENCE_NFTABLES -> Programs.feed(Published.nftables(others, address), "nft", "-f", "-");
            case OURS -> eachOfOurs(network, result, plugins -> runtime.addAll(network.contender(), plugins, pod));
        }
    }

    private void clear(Backend backend, Network network, Json.Obj result, Pod pod) throws IOException {
        switch (backend) {
            case REFERENCE_IPTABLES -> Programs.feed("*nat\nCOMMIT\n", "iptables-restore");
            case REFERENCE_NFTABLES -> {
                Programs.run("nft", "delete", "table", "ip", "cni_hostport");
                Programs.feed("table ip6 cni_hostport\ndelete table ip6 cni_hostport\n", "nft", "-f", "-");
            }
            case OURS -> eachOfOurs(network, result, plugins -> runtime.deleteAll(network.contender(), plugins, pod));
        }
    }

    /** What is done with some of them. */
    private interface Some {
        void accept(Map<String, Json.Obj> plugins) throws IOException;
    }

    private void eachOfOurs(Network network, Json.Obj result, Some action) throws IOException {
        for (int start = 0; start < others; start += AT_ONCE) {
            Map<String, Json.Obj> plugins = new LinkedHashMap<>();
            for (int i = start; i < Math.min(others, start + AT_ONCE); i++) {
                plugins.put("other" + i, plugin(network, Backend.OURS, result, Published.portOfOther(i)));
            }
            action.accept(plugins);
        }
    }
}
