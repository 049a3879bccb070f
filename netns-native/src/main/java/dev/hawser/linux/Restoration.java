package dev.hawser.linux;

import static java.util.stream.Collectors.toSet;

import dev.hawser.kernel.Errno;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.KernelException;
import dev.hawser.kernel.Link;
import dev.hawser.linux.RulesetMonitor.Doorway;
import dev.hawser.linux.RulesetMonitor.Restored;
import dev.hawser.netfilter.ForwardedPods;
import dev.hawser.netfilter.Nftables;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/** Makes the rules again that the aliases of the links speak of, as far as they are missing. */
final class Restoration {

    private final Namespace host;
    private final Firewall firewall;
    private final Wanted wanted;

    /** Of what the links of the host want now. */
    Restoration(Namespace host) {
        this.host = host;
        this.firewall = new Firewall(host);
        this.wanted = Wanted.of(links());
    }

    private List<Link> links() {
        return new Links(host).all();
    }

    /** What was missing and is made again. */
    private record Made(
            List<FirewallChange.AddMasquerade> masquerades,
            List<FirewallChange.AddMacGuard> guards,
            List<FirewallChange.PublishPorts> publications,
            List<FirewallChange.AllowForwarding> forwarded,
            List<FirewallChange.CloseBridge> closed) {

        Restored counts() {
            return new Restored(
                    masquerades.size(), guards.size(), publications.size(), forwarded.size(), closed.size(), 0);
        }
    }

    /** Our elements and the rules around them. */
    Restored run() {
        firewall.loadMissing(wanted.scripts());
        Made made = new Made(masquerade(), guard(), publish(), letThrough(), close());
        if (!made.counts().isNothing()) {
            takeBackWhatIsGone(made);
        }
        return made.counts();
    }

    /**
     * The way through the filters of iptables.
     *
     * @param mend makes good what is missing of it, if something is
     */
    Restored mendDoorways(Predicate<Doorway> mend) {
        return new Restored(
                0, 0, 0, 0, 0, (int) wanted.doorways().stream().filter(mend).count());
    }

    /** What is wanted under a key that nothing present has. */
    private static <K, C> List<C> missing(Map<K, C> wanted, List<C> present, Function<C, K> key) {
        Set<K> keys = present.stream().map(key).collect(toSet());
        return wanted.entrySet().stream()
                .filter(entry -> !keys.contains(entry.getKey()))
                .map(Map.Entry::getValue)
                .toList();
    }

    private List<FirewallChange.AddMasquerade> masquerade() {
        List<FirewallChange.AddMasquerade> missing =
                missing(wanted.masquerades(), firewall.masquerades(), FirewallChange.AddMasquerade::address);
        firewall.applyAll(missing, Nftables::add);
        return missing;
    }

    private List<FirewallChange.AddMacGuard> guard() {
        List<FirewallChange.AddMacGuard> missing =
                missing(wanted.guards(), firewall.macGuards(), FirewallChange.AddMacGuard::link);
        missing.forEach(firewall::apply);
        return missing;
    }

    /** A port that has become somebody else's meanwhile stays theirs. */
    private List<FirewallChange.PublishPorts> publish() {
        return wanted.publications().stream()
                .filter(publication -> !firewall.missing(publication).isEmpty())
                .filter(this::publish)
                .toList();
    }

    private boolean publish(FirewallChange.PublishPorts publication) {
        try {
            firewall.apply(publication);
            return true;
        } catch (KernelException e) {
            if (e.errno() == Errno.EEXIST) {
                return false;
            }
            throw e;
        }
    }

    private List<FirewallChange.AllowForwarding> letThrough() {
        List<FirewallChange.AllowForwarding> missing =
                missing(wanted.forwarded(), firewall.forwarding().forwarded(), FirewallChange.AllowForwarding::address);
        firewall.applyAll(missing, ForwardedPods::add);
        return missing;
    }

    /** A bridge that is closed more strictly than the links want stays so: a pod that has gone may have wanted that. */
    private List<FirewallChange.CloseBridge> close() {
        Set<FirewallChange.CloseBridge> present =
                Set.copyOf(firewall.forwarding().closedBridges());
        List<FirewallChange.CloseBridge> missing = wanted.closed().values().stream()
                .filter(closed -> !present.contains(closed)
                        && !present.contains(new FirewallChange.CloseBridge(closed.bridge(), true)))
                .toList();
        missing.forEach(firewall::apply);
        return missing;
    }

    /** A DEL that came meanwhile deleted the link, and then looked for elements that were not there yet. */
    private void takeBackWhatIsGone(Made made) {
        List<Link> links = links();
        Wanted still = Wanted.of(links);
        made.publications().stream()
                .filter(added -> !still.publications().contains(added))
                .forEach(added -> firewall.apply(
                        new FirewallChange.UnpublishPorts(added.owner(), added.ports(), added.masqueraded())));
        made.masquerades().stream()
                .filter(added -> !still.masquerades().containsKey(added.address()))
                .forEach(added -> firewall.apply(new FirewallChange.DeleteMasquerade(added.address(), added.owner())));
        made.guards().stream()
                .filter(added -> !still.guards().containsKey(added.link()))
                .forEach(added -> firewall.apply(new FirewallChange.DeleteMacGuard(added.link(), added.mac())));
        made.forwarded().stream()
                .filter(added -> !still.forwarded().containsKey(added.address()))
                .forEach(
                        added -> firewall.apply(new FirewallChange.DisallowForwarding(added.address(), added.owner())));
        made.closed().stream()
                .filter(added -> !still.closed().containsKey(added.bridge()) && !isBridge(added.bridge(), links))
                .forEach(added -> firewall.apply(new FirewallChange.OpenBridge(added.bridge())));
    }

    /** What pods share stays, as after any DEL; the host's end of a ptp is one pod's own. */
    private static boolean isBridge(String name, List<Link> links) {
        return links.stream().anyMatch(link -> link.is("bridge") && link.name().equals(name));
    }
}
