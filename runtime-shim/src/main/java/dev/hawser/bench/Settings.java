package dev.hawser.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What to measure.
 *
 * @param home the tree that is measured
 * @param peer the directory of the reference's plugins
 * @param jdk a whole JDK: its {@code java} with an empty main is what cold calls are held against
 * @param runs how often each figure is measured
 * @param perRow after this a row ends early
 * @param rounds how often many calls at once are measured
 * @param parallel how many calls at once
 * @param leases in the pools; sorted by the constructor, the lowest serving all rows that do not speak of leases
 * @param attachments on the bridges, likewise
 * @param ports how many ports are published where there are many
 * @param warmUps calls that the helper has had before the first figure
 * @param helper whether a helper is used at all
 */
record Settings(
        Path home,
        Optional<Path> peer,
        Optional<Path> jdk,
        int runs,
        Duration perRow,
        int rounds,
        int parallel,
        List<Integer> leases,
        List<Integer> attachments,
        int ports,
        int warmUps,
        Set<Row> rows,
        boolean helper) {

    /** BR_MAX_PORTS of the kernel's net/bridge/br_private.h. */
    private static final int MOST_PORTS = 1 << 10;

    /** A descriptor each for stdin, stdout, and stderr of a call, within the usual limit of 1024. */
    private static final int MOST_AT_ONCE = 300;

    /** Ports of the host from 20000 on. */
    private static final int MOST_PUBLISHED = 40_000;

    Settings {
        leases = leases.stream().distinct().sorted().toList();
        attachments = attachments.stream().distinct().sorted().toList();
        rows = Set.copyOf(rows);
    }

    /** All that is wrong with it, a sentence each. */
    List<String> faults() {
        List<String> faults = new ArrayList<>();
        within(faults, "--runs", runs, 1, 1_000_000);
        within(faults, "--rounds", rounds, 1, 10_000);
        within(faults, "--parallel", parallel, 1, MOST_AT_ONCE);
        within(faults, "--warm-ups", warmUps, 0, 1_000_000);
        within(faults, "--ports", ports, 2, MOST_PUBLISHED);
        within(faults, "--seconds", perRow.toSeconds(), 1, 86_400);
        leases.forEach(count -> within(faults, "--leases", count, 0, Network.MOST_LEASES));
        // A bridge has room for the neighbours, the floor's link and the measured ones.
        attachments.forEach(count -> within(faults, "--attachments", count, 0, MOST_PORTS - 2));
        within(faults, "--parallel and the lowest --attachments together", parallel + smallNode(), 1, MOST_PORTS - 1);
        peer.ifPresent(directory -> requirePlugin(faults, directory, "bridge"));
        peer.ifPresent(directory -> requirePlugin(faults, directory, "host-local"));
        if (wants(Row.ports)) {
            peer.ifPresent(directory -> requirePlugin(faults, directory, "portmap"));
        }
        if (wants(Row.chain)) {
            List.of("portmap", "firewall", "bandwidth", "tuning")
                    .forEach(type -> peer.ifPresent(directory -> requirePlugin(faults, directory, type)));
        }
        if (wants(Row.masquerade) && Programs.find("nft").isEmpty()) {
            faults.add("--rows masquerade: there is no nft: install nftables, or choose other rows");
        }
        return faults;
    }

    private static void within(List<String> faults, String option, long value, long least, long most) {
        if (value < least || value > most) {
            faults.add(option + " " + value + ": choose " + least + " to " + Numbers.count(most));
        }
    }

    private static void requirePlugin(List<String> faults, Path directory, String type) {
        if (!Files.isExecutable(directory.resolve(type))) {
            faults.add("--peer " + directory + ": there is no program " + type + " in it");
        }
    }

    int smallPool() {
        return leases.getFirst();
    }

    int smallNode() {
        return attachments.getFirst();
    }

    boolean wants(Row row) {
        return rows.contains(row);
    }

    /** Whether ADD and DEL one after another are measured: what large pools and bridges are compared with is. */
    boolean wantsSerial() {
        return wants(Row.serial) || wants(Row.leases) || wants(Row.attachments);
    }
}
