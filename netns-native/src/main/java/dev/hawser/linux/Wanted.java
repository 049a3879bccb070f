package dev.hawser.linux;

import static java.util.stream.Collectors.toSet;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import dev.hawser.kernel.Alias;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.Link;
import dev.hawser.linux.RulesetMonitor.Doorway;
import dev.hawser.netfilter.PublishedPorts;
import dev.hawser.netfilter.Ruleset;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the aliases of the links speak of. An address that two links speak of belongs to the newer one; of two policies of one
 * bridge the stricter counts.
 *
 * @param closed by the name of the bridge, which is there
 * @param doorways for those who are let through
 */
record Wanted(
        Map<Cidr, FirewallChange.AddMasquerade> masquerades,
        Map<String, FirewallChange.AddMacGuard> guards,
        List<FirewallChange.PublishPorts> publications,
        Map<InetAddress, FirewallChange.AllowForwarding> forwarded,
        Map<String, FirewallChange.CloseBridge> closed,
        Set<Doorway> doorways) {

    /** What these links want, all of a node. */
    static Wanted of(List<Link> links) {
        Wanted wanted = new Wanted(
                new LinkedHashMap<>(),
                new LinkedHashMap<>(),
                new ArrayList<>(),
                new LinkedHashMap<>(),
                new LinkedHashMap<>(),
                new LinkedHashSet<>());
        links.stream()
                .filter(link -> link.is("veth"))
                .forEach(link -> Alias.parse(link.alias()).ifPresent(alias -> wanted.add(link.name(), alias)));
        wanted.closed.keySet().retainAll(links.stream().map(Link::name).collect(toSet()));
        return wanted;
    }

    private void add(String link, Alias alias) {
        alias.masquerades()
                .forEach(address ->
                        masquerades.put(address, new FirewallChange.AddMasquerade(address, alias.attachment())));
        alias.guard().ifPresent(mac -> guards.put(link, new FirewallChange.AddMacGuard(link, mac, alias.attachment())));
        alias.publication().ifPresent(publications::add);
        alias.forwarding().addresses().forEach(address -> letThrough(address, alias));
        alias.forwarding().closed().ifPresent(this::close);
    }

    private void letThrough(InetAddress address, Alias alias) {
        forwarded.put(address, new FirewallChange.AllowForwarding(address, alias.attachment()));
        doorways.add(new Doorway(IpMath.isIpv4(address), alias.forwarding().adminChain()));
    }

    private void close(FirewallChange.CloseBridge change) {
        closed.merge(change.bridge(), change, (one, other) -> one.isolated() ? one : other);
    }

    /** The parts of the ruleset around all that, each once. */
    Set<String> scripts() {
        Set<String> scripts = new LinkedHashSet<>();
        masquerades.keySet().forEach(address -> scripts.add(Ruleset.masquerade(address)));
        if (!guards.isEmpty()) {
            scripts.add(Ruleset.macGuard());
        }
        publications.forEach(change -> scripts.add(PublishedPorts.ruleset(change.ports(), change.masqueraded())));
        if (!forwarded.isEmpty()) {
            scripts.add(Ruleset.forwarding());
        }
        if (!closed.isEmpty()) {
            scripts.add(Ruleset.closedBridges());
        }
        return scripts;
    }
}
