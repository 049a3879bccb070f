package dev.hawser.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Measures row by row. In each, everybody has a turn after the other (reference, hawser, floor, reference …), so that a
 * machine that is busy for a while is busy for all.
 */
final class Bench {

    private static final int UNCOUNTED_TURNS = 3;
    private static final int UNCOUNTED_ROUNDS = 1;

    private static final int FLOOR_WARM_UPS = 300;

    /** How many calls at once the helper is warmed up with. */
    private static final int WARM_UP_PARALLEL = 20;

    /** A launcher is one task, the helper may start one or two; a JVM in its place starts many more. */
    private static final int MOST_TASKS_OF_A_HELPED_CALL = 8;

    private static final List<String> PLUGINS =
            List.of("bridge", "host-local", "portmap", "firewall", "bandwidth", "tuning", "hawser");

    /** What the reference's plugins execute. */
    private static final List<String> FIREWALL_TOOLS = List.of(
            "nft", "iptables", "iptables-save", "iptables-restore", "ip6tables", "ip6tables-save", "ip6tables-restore");

    private static final String KERNEL = "kernel alone";
    private static final int LARGE_POOL = 50_000;

    private final Settings settings;
    private final Path scratch;
    private final Consumer<String> progress;
    private final Stage stage;
    private final ContainerRuntime runtime;
    private final KernelFloor floor;
    private final Optional<ResidentHelper> helper;
    private final String firewallTools;
    private final Contender hawser;
    private final Contender cold;
    private final List<Contender> contenders;

    private Bench(
            Settings settings,
            Path scratch,
            Consumer<String> progress,
            Stage stage,
            Stopwatch stopwatch,
            Optional<ResidentHelper> helper)
            throws IOException {
        this.settings = settings;
        this.scratch = scratch;
        this.progress = progress;
        this.stage = stage;
        this.runtime = new ContainerRuntime(stopwatch);
        this.floor = new KernelFloor(runtime);
        this.helper = helper;
        Path bin = pluginFiles(settings.home(), scratch);
        String path = nftAlone(scratch).toString();
        this.firewallTools = programs(scratch.resolve("tools"), FIREWALL_TOOLS).toString();
        String socket = helper.map(running -> running.socket().toString()).orElse("");
        this.hawser = new Contender("hawser", bin, variables(path, socket), 0);
        this.cold = new Contender("cold", bin, variables(path, ""), 2);
        this.contenders = settings.peer().isPresent()
                ? List.of(new Contender("reference", settings.peer().get(), Map.of("PATH", path), 1), hawser)
                : List.of(hawser);
    }

    /**
     * Measures everything, in namespaces that this process was started in and that are its own.
     *
     * @param scratch an empty directory of a real file system
     * @param progress is told what is being done
     */
    static Report measure(Settings settings, Path scratch, Consumer<String> progress) throws IOException {
        progress.accept("preparing namespaces");
        try (Stage stage = Stage.prepare(settings.parallel());
                Stopwatch stopwatch = Stopwatch.start(settings.home().resolve("lib/native/stopwatch"))) {
            if (!settings.helper()) {
                return new Bench(settings, scratch, progress, stage, stopwatch, Optional.empty()).report();
            }
            try (ResidentHelper helper = ResidentHelper.start(settings.home(), scratch)) {
                return new Bench(settings, scratch, progress, stage, stopwatch, Optional.of(helper)).report();
            }
        }
    }

    /** Our plugins under the reference's names, as {@code hawser install --drop-in} leaves them. */
    private static Path pluginFiles(Path home, Path scratch) throws IOException {
        Path bin = Files.createDirectory(scratch.resolve("bin"));
        for (String type : PLUGINS) {
            Files.createSymbolicLink(bin.resolve(type), home.resolve("bin/hawser"));
        }
        return bin;
    }

    /**
     * A PATH that has {@code nft} and nothing else. A node has either nftables or iptables in use; where both are installed, the
     * reference's DEL asks iptables too for what nftables made, and iptables 1.8.9 makes it fail.
     */
    private static Path nftAlone(Path scratch) throws IOException {
        return programs(scratch.resolve("path"), List.of("nft"));
    }

    private static Path programs(Path directory, List<String> names) throws IOException {
        Files.createDirectory(directory);
        for (String name : names) {
            Optional<Path> program = Programs.find(name);
            if (program.isPresent()) {
                Files.createSymbolicLink(directory.resolve(name), program.get());
            }
        }
        return directory;
    }

    private static Map<String, String> variables(String path, String socket) {
        return Map.of("PATH", path, ResidentHelper.SOCKET_VARIABLE, socket);
    }

    private Report report() throws IOException {
        contenders.forEach(contender -> stage.attachNeighbours(contender.bridge(), settings.smallNode()));
        stage.attachNeighbours(cold.bridge(), settings.smallNode());
        Networks small = networks(settings.smallPool(), Network.Form.BRIDGE);
        warmUp(small);
        List<Result> results = new ArrayList<>();
        addVersion(results);
        Optional<Pair> serial = addSerial(results, small);
        addMasquerade(results);
        addChain(results);
        addPorts(results);
        if (serial.isPresent()) {
            addLeases(results, serial.get());
        }
        addParallel(results, small);
        addCold(results);
        if (serial.isPresent()) {
            addAttachments(results, small, serial.get());
        }
        return new Report(about(), results);
    }

    /** A network for each contender. */
    private record Networks(Map<Contender, Network> of, Contender ours) {

        Network hawsers() {
            return of.values().stream()
                    .filter(network -> network.contender().equals(ours))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private Networks networks(int leases, Network.Form form) throws IOException {
        return networks(contenders, hawser, leases, form);
    }

    private Networks networks(List<Contender> all, Contender ours, int leases, Network.Form form) throws IOException {
        Map<Contender, Network> networks = new LinkedHashMap<>();
        for (Contender contender : all) {
            networks.put(contender, Network.create(contender, scratch, leases, form));
        }
        return new Networks(networks, ours);
    }

    // --- What comes before. ---

    private void warmUp(Networks networks) throws IOException {
        warmUpFloor(networks.hawsers());
        if (helper.isPresent()) {
            warmUpHelper(networks);
        }
    }

    /** It runs in this JVM, which compiles what it has run often. */
    private void warmUpFloor(Network network) throws IOException {
        progress.accept("warming up the floor");
        for (int adds = 0; adds < FLOOR_WARM_UPS; adds += stage.pods().size()) {
            floor.addAll(network, stage.pods());
            floor.deleteAll(stage.pods());
        }
    }

    /** A helper on a node has had calls before the ones that somebody looks at. */
    private void warmUpHelper(Networks networks) throws IOException {
        progress.accept("warming up the helper: " + settings.warmUps() + " calls");
        List<Pod> pods = stage.pods().subList(0, Math.min(WARM_UP_PARALLEL, settings.parallel()));
        for (int calls = 0; calls < settings.warmUps(); calls += 2 * pods.size()) {
            runtime.together(networks.hawsers(), pods);
        }
        requireHelped();
    }

    /** Else the launcher would start JVMs in its place without a word, and the figures would be of something else. */
    private void requireHelped() throws IOException {
        Samples samples = new Samples();
        for (int i = 0; i < 20; i++) {
            Batch batch = runtime.version(hawser);
            samples.add(batch.wallNanos(), batch.tasks());
        }
        if (samples.figures().tasks() > MOST_TASKS_OF_A_HELPED_CALL) {
            throw new IOException("the helper does not take the calls: each starts "
                    + samples.figures().tasks() + " tasks: is it of another build than bin/hawser?");
        }
    }

    // --- The rows. ---

    private void addVersion(List<Result> results) throws IOException {
        if (!settings.wants(Row.version)) {
            return;
        }
        progress.accept("VERSION");
        Comparison version = new Comparison(hawser);
        Turns turns = turns();
        while (turns.next()) {
            for (Contender contender : contenders) {
                Batch batch = runtime.version(contender);
                if (turns.counts()) {
                    version.add(contender, batch);
                }
            }
            Batch nothing = runtime.program(List.of("/bin/true"));
            if (turns.counts()) {
                version.addFloor(nothing);
            }
        }
        results.add(version.result("version", "VERSION", "/bin/true", List.of()));
    }

    private Optional<Pair> addSerial(List<Result> results, Networks networks) throws IOException {
        if (!settings.wantsSerial()) {
            return Optional.empty();
        }
        progress.accept("ADD and DEL, one after another");
        Pair pair = serial(
                networks,
                new Titles("", "ADD, one after another", "DEL, one alone"),
                new Goals(
                        List.of(new Goal.Faster(7), new Goal.NearFloor(2.5), new Goal.Steady(3)),
                        List.of(new Goal.AboveFloor(2))));
        pair.addTo(results);
        return Optional.of(pair);
    }

    private void addMasquerade(List<Result> results) throws IOException {
        if (!settings.wants(Row.masquerade)) {
            return;
        }
        progress.accept("ADD and DEL with ipMasq (nftables)");
        serial(
                        networks(settings.smallPool(), Network.Form.MASQUERADE),
                        new Titles(".masquerade", "ADD with ipMasq", "DEL with ipMasq"),
                        new Goals(List.of(new Goal.Faster(20)), List.of()))
                .addTo(results);
    }

    /** With iptables and nftables installed, and no backend named, as most nodes are. */
    private void addChain(List<Result> results) throws IOException {
        if (!settings.wants(Row.chain)) {
            return;
        }
        progress.accept("a chain of five plugins, and one plugin instead");
        if (hasLimitedNeighbours()) {
            contenders.forEach(contender -> stage.limitNeighbour(contender.bridge()));
        }
        Contender ours = hawser.with("PATH", firewallTools);
        List<Contender> all = contenders.stream()
                .map(contender -> contender.with("PATH", firewallTools))
                .toList();
        Networks chains = networks(all, ours, settings.smallPool(), Network.Form.CHAIN);
        Network fused = Network.create(ours, scratch, settings.smallPool(), Network.Form.FUSED);
        List<Comparison> chain = List.of(new Comparison(ours), new Comparison(ours));
        List<Comparison> one = List.of(new Comparison(ours), new Comparison(ours));
        Turns turns = turns();
        while (turns.next()) {
            for (Network network : chains.of().values()) {
                boolean reference = !network.contender().equals(ours);
                measure(network, turns, reference ? List.of(chain, one) : List.of(chain));
            }
            measure(fused, turns, List.of(one));
            long add = floor.add(chains.hawsers(), stage.pod());
            long delete = floor.delete(stage.pod());
            if (turns.counts()) {
                List.of(chain, one).forEach(pair -> {
                    pair.getFirst().addFloor(add);
                    pair.getLast().addFloor(delete);
                });
            }
        }
        List<Goal> deletes = List.of(new Goal.Faster(5), new Goal.AboveFloor(3));
        results.add(chain.getFirst().result("add.chain", "ADD by a chain of 5", KERNEL, List.of(new Goal.Faster(8))));
        results.add(chain.getLast().result("del.chain", "DEL by a chain of 5", KERNEL, deletes));
        results.add(one.getFirst().result("add.fused", "ADD, the same by one", KERNEL, List.of(new Goal.Faster(25))));
        results.add(one.getLast().result("del.fused", "DEL, the same by one", KERNEL, deletes));
    }

    /** @param comparisons each a pair: of ADDs, and of DELs */
    private void measure(Network network, Turns turns, List<List<Comparison>> comparisons) throws IOException {
        ContainerRuntime.Round round = runtime.alone(network, stage.pod());
        if (turns.counts()) {
            comparisons.forEach(pair -> {
                pair.getFirst().add(network.contender(), round.adds());
                pair.getLast().add(network.contender(), round.deletes());
            });
        }
    }

    private void addPorts(List<Result> results) throws IOException {
        if (!settings.wants(Row.ports)) {
            return;
        }
        Contender ours = hawser.with("PATH", firewallTools);
        Optional<Network> reference = Optional.empty();
        if (contenders.size() > 1) {
            Contender theirs = contenders.getFirst().with("PATH", firewallTools);
            reference = Optional.of(Network.create(theirs, scratch, 0, Network.Form.BRIDGE));
        }
        Network network = Network.create(ours, scratch, 0, Network.Form.BRIDGE);
        results.addAll(new PortRows(settings, stage, runtime, progress).measure(reference, network));
    }

    private void addLeases(List<Result> results, Pair small) throws IOException {
        if (!settings.wants(Row.leases)) {
            return;
        }
        for (int leases : settings.leases().subList(1, settings.leases().size())) {
            String with = Numbers.count(leases) + " leases";
            progress.accept("ADD and DEL with " + with);
            boolean large = leases >= LARGE_POOL;
            serial(
                            networks(leases, Network.Form.BRIDGE),
                            new Titles(".leases." + leases, "ADD with " + with, "DEL with " + with),
                            small.flat(
                                    large ? List.of(new Goal.Faster(200)) : List.of(),
                                    large ? List.of(new Goal.Faster(18)) : List.of()))
                    .addTo(results);
        }
    }

    private void addAttachments(List<Result> results, Networks networks, Pair small) throws IOException {
        if (!settings.wants(Row.attachments)) {
            return;
        }
        for (int attachments :
                settings.attachments().subList(1, settings.attachments().size())) {
            String with = Numbers.count(attachments) + " attachments";
            progress.accept("ADD and DEL with " + with);
            contenders.forEach(contender -> stage.attachNeighbours(contender.bridge(), attachments));
            serial(
                            networks,
                            new Titles(".attachments." + attachments, "ADD with " + with, "DEL with " + with),
                            small.flat(List.of(), List.of()))
                    .addTo(results);
        }
    }

    /** The rows of an ADD and of its DEL. */
    private record Pair(Result add, Result delete) {

        void addTo(List<Result> results) {
            results.add(add);
            results.add(delete);
        }

        /** These goals, and that larger is not slower. */
        Goals flat(List<Goal> addGoals, List<Goal> deleteGoals) {
            return new Goals(with(addGoals, add), with(deleteGoals, delete));
        }

        private static List<Goal> with(List<Goal> goals, Result small) {
            List<Goal> all = new ArrayList<>(goals);
            all.add(new Goal.Flat(small.hawser()));
            return all;
        }
    }

    /** @param suffix of both ids */
    private record Titles(String suffix, String add, String delete) {}

    private record Goals(List<Goal> add, List<Goal> delete) {}

    private Pair serial(Networks networks, Titles titles, Goals goals) throws IOException {
        Comparison adds = new Comparison(hawser);
        Comparison deletes = new Comparison(hawser);
        Pod pod = stage.pod();
        Turns turns = turns();
        while (turns.next()) {
            for (Network network : networks.of().values()) {
                ContainerRuntime.Round round = runtime.alone(network, pod);
                if (turns.counts()) {
                    adds.add(network.contender(), round.adds());
                    deletes.add(network.contender(), round.deletes());
                }
            }
            long add = floor.add(networks.hawsers(), pod);
            long delete = floor.delete(pod);
            if (turns.counts()) {
                adds.addFloor(add);
                deletes.addFloor(delete);
            }
        }
        return new Pair(
                adds.result("add" + titles.suffix(), titles.add(), KERNEL, goals.add()),
                deletes.result("del" + titles.suffix(), titles.delete(), KERNEL, goals.delete()));
    }

    private void addParallel(List<Result> results, Networks networks) throws IOException {
        if (!settings.wants(Row.parallel)) {
            return;
        }
        int count = settings.parallel();
        progress.accept(count + " ADDs at once, " + count + " DELs at once");
        Comparison allAdds = new Comparison(hawser);
        Comparison eachAdd = new Comparison(hawser);
        Comparison allDeletes = new Comparison(hawser);
        Comparison eachDelete = new Comparison(hawser);
        Turns turns = new Turns(UNCOUNTED_ROUNDS, settings.rounds(), settings.perRow());
        while (turns.next()) {
            for (Network network : networks.of().values()) {
                ContainerRuntime.Round round = runtime.together(network, stage.pods());
                if (turns.counts()) {
                    allAdds.add(network.contender(), round.adds());
                    eachAdd.addEach(network.contender(), round.adds());
                    allDeletes.add(network.contender(), round.deletes());
                    eachDelete.addEach(network.contender(), round.deletes());
                }
            }
            long add = floor.addAll(networks.hawsers(), stage.pods());
            long delete = floor.deleteAll(stage.pods());
            if (turns.counts()) {
                allAdds.addFloor(add);
                allDeletes.addFloor(delete);
            }
        }
        String adds = count + " ADDs at once, ";
        String deletes = count + " DELs at once, ";
        List<Goal> faster = List.of(new Goal.Faster(5));
        results.add(allAdds.result("add.parallel", adds + "all done", KERNEL + ", in turn", faster));
        results.add(eachAdd.result("add.parallel.each", adds + "each", KERNEL, List.of()));
        results.add(allDeletes.result(
                "del.parallel",
                deletes + "all done",
                KERNEL + ", by group",
                List.of(new Goal.Faster(5), new Goal.Each(count, 1))));
        results.add(eachDelete.result("del.parallel.each", deletes + "each", KERNEL, List.of()));
    }

    private void addCold(List<Result> results) throws IOException {
        if (!settings.wants(Row.cold)) {
            return;
        }
        progress.accept("cold: a JVM for each call");
        List<Contender> all = contenders.stream()
                .map(contender -> contender.equals(hawser) ? cold : contender)
                .toList();
        Networks networks = networks(all, cold, settings.smallPool(), Network.Form.BRIDGE);
        Optional<List<String>> empty = settings.jdk().isPresent()
                ? Optional.of(EmptyMain.write(settings.jdk().get(), scratch))
                : Optional.empty();
        Comparison versions = new Comparison(cold);
        Comparison adds = new Comparison(cold);
        Comparison deletes = new Comparison(cold);
        Turns turns = turns();
        while (turns.next()) {
            for (Network network : networks.of().values()) {
                Contender contender = network.contender();
                Batch version = runtime.version(contender);
                ContainerRuntime.Round round = runtime.alone(network, stage.pod());
                if (turns.counts()) {
                    versions.add(contender, version);
                    adds.add(contender, round.adds());
                    deletes.add(contender, round.deletes());
                }
            }
            if (empty.isPresent()) {
                Batch main = runtime.program(empty.get());
                if (turns.counts()) {
                    List.of(versions, adds, deletes).forEach(comparison -> comparison.addFloor(main));
                }
            }
        }
        String main = "empty main";
        results.add(versions.result("version.cold", "cold VERSION (no helper)", main, List.of()));
        results.add(adds.result("add.cold", "cold ADD (no helper)", main, List.of()));
        results.add(deletes.result("del.cold", "cold DEL (no helper)", main, List.of()));
    }

    private Turns turns() {
        return new Turns(UNCOUNTED_TURNS, settings.runs(), settings.perRow());
    }

    // --- What to say about it. ---

    private List<String> about() throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("hawser: " + settings.home() + helped());
        settings.peer().ifPresent(peer -> lines.add("reference: " + peer));
        lines.add("machine: Linux " + System.getProperty("os.version") + ", " + System.getProperty("os.arch") + ", "
                + Runtime.getRuntime().availableProcessors() + " processors");
        lines.add("unless a row says otherwise: " + leasesAndAttachments() + "; all have turns one after the other");
        if (hasLimitedNeighbours()) {
            lines.add("chains: one of the attachments on each bridge has a limited bandwidth, too");
        }
        lines.add("floor: the same links, address and route by netlink in a warm process with open sockets;"
                + " of VERSION /bin/true; of cold calls a Java main that does nothing");
        return lines;
    }

    private boolean hasLimitedNeighbours() {
        return settings.wants(Row.chain) && settings.smallNode() > 0;
    }

    private String helped() throws IOException {
        return helper.isPresent()
                ? " with its helper (" + helper.get().residentMemory().orElse("?") + " resident at the end)"
                : " without a helper";
    }

    private String leasesAndAttachments() {
        return Numbers.count(settings.smallPool()) + " leases in each pool, " + Numbers.count(settings.smallNode())
                + " attachments on each bridge";
    }
}
