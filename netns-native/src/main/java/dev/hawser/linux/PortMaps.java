package dev.hawser.linux;

import static dev.hawser.kernel.Errno.EEXIST;
import static dev.hawser.kernel.Errno.ENOENT;

import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.KernelException;
import dev.hawser.kernel.PublishedPort;
import dev.hawser.netfilter.Nftables;
import dev.hawser.netfilter.PublishedPorts;
import dev.hawser.netfilter.PublishedPorts.Entry;
import dev.hawser.netlink.Ack;
import dev.hawser.netlink.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Published ports as elements of maps of nf_tables, those of an attachment in one transaction. */
final class PortMaps {

    /** Each further attempt means that someone else changed the same thing meanwhile. */
    private static final int ATTEMPTS = 5;

    private final Namespace host;
    private final Firewall firewall;

    PortMaps(Namespace host, Firewall firewall) {
        this.host = host;
        this.firewall = firewall;
    }

    void apply(FirewallChange.PublishPorts change) {
        List<Entry> wanted = withIndex(change);
        String ruleset = PublishedPorts.ruleset(change.ports(), change.masqueraded());
        Ack ack = firewall.withRuleset(() -> publish(change.owner(), wanted), ruleset);
        Firewall.require(ack, "publish", subject(change.ports()));
    }

    private static List<Entry> withIndex(FirewallChange.PublishPorts change) {
        List<Entry> entries =
                new ArrayList<>(PublishedPorts.entries(change.owner(), change.ports(), change.masqueraded()));
        entries.add(PublishedPorts.index(change.owner(), entries.size()));
        return entries;
    }

    private static String subject(List<PublishedPort> ports) {
        return ports.stream().map(PublishedPort::hostSide).collect(Collectors.joining(", "));
    }

    private Ack publish(Attachment owner, List<Entry> wanted) {
        Ack ack = firewall.execute(PublishedPorts.add(wanted));
        for (int attempt = 1; Firewall.exists(ack) && attempt < ATTEMPTS; attempt++) {
            ack = replace(owner, wanted);
        }
        return ack;
    }

    /** Some are there already: perhaps all, from the same ADD; perhaps the owner's from an earlier one, or left by others. */
    private Ack replace(Attachment owner, List<Entry> wanted) {
        List<Entry> strays = new ArrayList<>();
        int alike = 0;
        for (Entry entry : wanted) {
            Optional<Entry> present = find(entry);
            present.ifPresent(found -> requireFree(owner, found));
            present.filter(found -> !found.isOf(owner)).ifPresent(strays::add);
            alike += present.filter(entry::isAlike).isPresent() ? 1 : 0;
        }
        if (alike == wanted.size()) {
            return Ack.OK;
        }
        strays.addAll(entriesOf(owner));
        List<Request> requests = new ArrayList<>(PublishedPorts.delete(strays));
        requests.addAll(PublishedPorts.add(wanted));
        return firewall.execute(requests);
    }

    private static void requireFree(Attachment owner, Entry present) {
        present.port().filter(port -> !present.isOf(owner)).ifPresent(port -> {
            throw new KernelException(
                    "publish " + port.hostSide() + ": it is taken by " + present.owner()
                            + ": choose another hostPort, or delete that container; if it is long gone, a GC of its"
                            + " network frees the port",
                    EEXIST);
        });
    }

    void apply(FirewallChange.UnpublishPorts change) {
        List<Entry> doomed = known(change);
        for (int attempt = 1; !doomed.isEmpty(); attempt++) {
            Ack ack = firewall.execute(PublishedPorts.delete(doomed));
            if (!ack.is(ENOENT) || attempt == ATTEMPTS) {
                Firewall.require(
                        ack.ignoring(ENOENT),
                        "stop publishing ports of",
                        change.owner().toString());
                return;
            }
            doomed = entriesOf(change.owner());
        }
    }

    /** What the change speaks of and is the owner's; everything of the owner's if that is more. */
    private List<Entry> known(FirewallChange.UnpublishPorts change) {
        Attachment owner = change.owner();
        List<Entry> found = PublishedPorts.entries(owner, change.ports(), change.masqueraded()).stream()
                .flatMap(entry -> find(entry).stream())
                .filter(entry -> entry.isOf(owner))
                .collect(Collectors.toCollection(ArrayList::new));
        Optional<Entry> index = find(PublishedPorts.index(owner, 0)).filter(entry -> entry.isOf(owner));
        if (index.isPresent() && index.get().count() > found.size()) {
            return entriesOf(owner);
        }
        index.ifPresent(found::add);
        return found;
    }

    List<String> missing(FirewallChange.PublishPorts wanted) {
        List<String> missing = new ArrayList<>();
        for (Entry entry : PublishedPorts.entries(wanted.owner(), wanted.ports(), wanted.masqueraded())) {
            Optional<Entry> present = find(entry);
            if (present.isEmpty()) {
                missing.add("there is no " + words(entry) + " any more");
            } else if (!present.get().isAlike(entry)) {
                missing.add(
                        words(entry) + " has become that of " + present.get().owner());
            }
        }
        return missing;
    }

    private static String words(Entry entry) {
        return entry.port()
                .map(port -> "way from " + PublishedPorts.words(port))
                .orElseGet(() -> "masquerade " + entry);
    }

    List<Attachment> publishers() {
        return firewall.dump(PublishedPorts.allPublishers(), PublishedPorts::publishers, "publishers of ports");
    }

    private Optional<Entry> find(Entry entry) {
        return host.netfilter()
                .find(entry.lookUp(), entry::found, ENOENT, entry.toString())
                .flatMap(found -> found);
    }

    private List<Entry> entriesOf(Attachment owner) {
        return firewall.dump(Nftables.allSets(), PublishedPorts::sets, "sets of published ports").stream()
                .flatMap(set -> firewall
                        .dump(
                                PublishedPorts.allElements(set),
                                answer -> PublishedPorts.entriesOf(owner, answer),
                                "published ports")
                        .stream())
                .toList();
    }
}
