package dev.hawser.linux;

import static java.util.stream.Collectors.toSet;

import dev.hawser.ip.Cidr;
import dev.hawser.kernel.Alias;
import dev.hawser.kernel.Errno;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.KernelException;
import dev.hawser.kernel.Link;
import dev.hawser.linux.RulesetMonitor.Restored;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes the rules again that the aliases of the links speak of, as far as they are missing. */
final class Restoration {

    private final Namespace host;
    private final Firewall firewall;

    Restoration(Namespace host) {
        this.host = host;
        this.firewall = new Firewall(host);
    }

    /** What the links want. An address that two links speak of belongs to the newer one. */
    private record Wanted(
            Map<Cidr, FirewallChange.AddMasquerade> masquerades,
            Map<String, FirewallChange.AddMacGuard> guards,
            List<FirewallChange.PublishPorts> publications) {

        static Wanted of(List<Link> links) {
            Wanted wanted = new Wanted(new LinkedHashMap<>(), new LinkedHashMap<>(), new ArrayList<>());
            links.stream()
                    .filter(link -> link.is("veth"))
                    .forEach(link -> Alias.parse(link.alias()).ifPresent(alias -> wanted.add(link.name(), alias)));
            return wanted;
        }

        private void add(String link, Alias alias) {
            alias.masquerades()
                    .forEach(address ->
                            masquerades.put(address, new FirewallChange.AddMasquerade(address, alias.attachment())));
            alias.guard()
                    .ifPresent(mac -> guards.put(link, new FirewallChange.AddMacGuard(link, mac, alias.attachment())));
            alias.publication().ifPresent(publications::add);
        }
    }

    Restored run() {
        Wanted wanted = wanted();
        firewall.loadMissing(wanted.masquerades().keySet(), !wanted.guards().isEmpty());
        List<FirewallChange.AddMasquerade> masquerades = missingMasquerades(wanted);
        List<FirewallChange.AddMacGuard> guards = missingGuards(wanted);
        firewall.addAll(masquerades);
        guards.forEach(firewall::apply);
        List<FirewallChange.PublishPorts> publications = publishMissing(wanted);
        if (!masquerades.isEmpty() || !guards.isEmpty() || !publications.isEmpty()) {
            takeBackWhatIsGone(masquerades, guards, publications);
        }
        return new Restored(masquerades.size(), guards.size(), publications.size());
    }

    /** Those that were made again; a port that has become somebody else's meanwhile stays theirs. */
    private List<FirewallChange.PublishPorts> publishMissing(Wanted wanted) {
        firewall.loadMissingOf(wanted.publications());
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

    private Wanted wanted() {
        return Wanted.of(new Links(host).all());
    }

    private List<FirewallChange.AddMasquerade> missingMasquerades(Wanted wanted) {
        Set<Cidr> present = firewall.masquerades().stream()
                .map(FirewallChange.AddMasquerade::address)
                .collect(toSet());
        return wanted.masquerades().values().stream()
                .filter(masquerade -> !present.contains(masquerade.address()))
                .toList();
    }

    private List<FirewallChange.AddMacGuard> missingGuards(Wanted wanted) {
        Set<String> present = firewall.macGuards().stream()
                .map(FirewallChange.AddMacGuard::link)
                .collect(toSet());
        return wanted.guards().values().stream()
                .filter(guard -> !present.contains(guard.link()))
                .toList();
    }

    /** A DEL that came meanwhile deleted the link, and then looked for elements that were not there yet. */
    private void takeBackWhatIsGone(
            List<FirewallChange.AddMasquerade> masquerades,
            List<FirewallChange.AddMacGuard> guards,
            List<FirewallChange.PublishPorts> publications) {
        Wanted still = wanted();
        publications.stream()
                .filter(added -> !still.publications().contains(added))
                .forEach(added -> firewall.apply(
                        new FirewallChange.UnpublishPorts(added.owner(), added.ports(), added.masqueraded())));
        masquerades.stream()
                .filter(added -> !still.masquerades().containsKey(added.address()))
                .forEach(added -> firewall.apply(new FirewallChange.DeleteMasquerade(added.address(), added.owner())));
        guards.stream()
                .filter(added -> !still.guards().containsKey(added.link()))
                .forEach(added -> firewall.apply(new FirewallChange.DeleteMacGuard(added.link(), added.mac())));
    }
}
