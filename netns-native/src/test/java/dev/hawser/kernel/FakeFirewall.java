package dev.hawser.kernel;

import dev.hawser.ip.Cidr;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** nf_tables and iptables of a {@link FakeKernel}. */
final class FakeFirewall {

    private record Table(boolean ipv4, String name) {}

    final Map<Cidr, FirewallChange.AddMasquerade> masquerades = new LinkedHashMap<>();
    final Map<String, FirewallChange.AddMacGuard> macGuards = new LinkedHashMap<>();
    final Map<InetAddress, FirewallChange.AllowForwarding> forwarded = new LinkedHashMap<>();
    final Map<String, FirewallChange.CloseBridge> closedBridges = new LinkedHashMap<>();
    boolean hasIptables = true;
    boolean iptablesIsLegacy;
    final FakePorts ports = new FakePorts();
    private final Map<NftChain, List<NftChain.Rule>> chains = new LinkedHashMap<>();
    private final Map<Table, FakeIptables> iptables = new LinkedHashMap<>();
    private long lastHandle;

    void apply(FirewallChange change) {
        switch (change) {
            case FirewallChange.AddMasquerade add -> add(add);
            case FirewallChange.DeleteMasquerade delete -> delete(delete);
            case FirewallChange.AddMacGuard add -> add(add);
            case FirewallChange.DeleteMacGuard delete -> macGuards.remove(delete.link());
            case FirewallChange.AllowForwarding allow -> add(allow);
            case FirewallChange.DisallowForwarding disallow -> delete(disallow);
            case FirewallChange.CloseBridge close -> close(close);
            case FirewallChange.OpenBridge open -> closedBridges.remove(open.bridge());
            case FirewallChange.PublishPorts publish -> ports.publish(publish);
            case FirewallChange.UnpublishPorts unpublish -> ports.unpublish(unpublish.owner());
            case FirewallChange.ForgetFlows forget -> {} // nothing flows here
            case FirewallChange.DeleteNftRule delete -> delete(delete);
            case FirewallChange.DeleteNftChain delete -> delete(delete);
            case FirewallChange.RestoreIptables restore -> restore(restore);
        }
    }

    void add(FirewallChange.AddMasquerade change) {
        masquerades.put(
                change.address(),
                new FirewallChange.AddMasquerade(
                        change.address(), change.owner().abbreviated()));
    }

    void delete(FirewallChange.DeleteMasquerade change) {
        masquerades
                .values()
                .removeIf(found -> found.address().equals(change.address())
                        && found.owner().equals(change.owner().abbreviated()));
    }

    void add(FirewallChange.AddMacGuard change) {
        macGuards.put(
                change.link(),
                new FirewallChange.AddMacGuard(
                        change.link(), change.mac(), change.owner().abbreviated()));
    }

    void add(FirewallChange.AllowForwarding change) {
        load("forward", 4);
        load("forwarded", 1);
        forwarded.put(
                change.address(),
                new FirewallChange.AllowForwarding(
                        change.address(), change.owner().abbreviated()));
    }

    void delete(FirewallChange.DisallowForwarding change) {
        forwarded
                .values()
                .remove(new FirewallChange.AllowForwarding(
                        change.address(), change.owner().abbreviated()));
    }

    void close(FirewallChange.CloseBridge change) {
        load("ingress", 1);
        closedBridges.merge(
                change.bridge(),
                change,
                (before, now) -> new FirewallChange.CloseBridge(now.bridge(), before.isolated() || now.isolated()));
    }

    /** A chain of the ruleset has so many rules from when it is first needed. */
    private void load(String name, int rules) {
        NftChain chain = new NftChain("inet", "hawser", name);
        while (rules(chain).size() < rules) {
            addRule(chain, "");
        }
    }

    NftChain.Rule addRule(NftChain chain, String comment) {
        NftChain.Rule rule = new NftChain.Rule(++lastHandle, comment);
        addChain(chain);
        rulesIn(chain).add(rule);
        return rule;
    }

    void addChain(NftChain chain) {
        chains.putIfAbsent(chain, new ArrayList<>());
    }

    private List<NftChain.Rule> rulesIn(NftChain chain) {
        return Optional.ofNullable(chains.get(chain)).orElseGet(ArrayList::new);
    }

    void delete(FirewallChange.DeleteNftRule change) {
        rulesIn(change.chain()).removeIf(rule -> rule.handle() == change.handle());
    }

    void delete(FirewallChange.DeleteNftChain change) {
        chains.remove(change.chain());
    }

    boolean has(NftChain chain) {
        return chains.containsKey(chain) || hasIptablesChain(chain);
    }

    /** Chains of iptables are chains of nf_tables, whose front it is. */
    private boolean hasIptablesChain(NftChain chain) {
        return linesOf(chain).anyMatch(line -> line.startsWith(":" + chain.chain() + " "));
    }

    /** Of the table that the chain is in; nf_tables knows nothing of legacy iptables. */
    private Stream<String> linesOf(NftChain chain) {
        boolean ipv4 = chain.family().equals("ip");
        boolean visible = !iptablesIsLegacy && (ipv4 || chain.family().equals("ip6"));
        return visible ? iptables(ipv4, chain.table()).stream() : Stream.empty();
    }

    /** Rules, and jumps that lead here. */
    int uses(NftChain chain) {
        long jumpsToIt = linesOf(chain)
                .filter(line -> line.endsWith(" -j " + chain.chain()))
                .count();
        return (int) (rules(chain).size() + jumps(chain).size() + jumpsToIt);
    }

    List<String> jumps(NftChain chain) {
        return linesOf(chain)
                .filter(line -> line.startsWith("-A " + chain.chain() + " "))
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .map(target -> has(new NftChain(chain.family(), chain.table(), target)) ? target : "")
                .toList();
    }

    List<NftChain.Rule> rules(NftChain chain) {
        return List.copyOf(rulesIn(chain));
    }

    void restore(FirewallChange.RestoreIptables change) {
        Table table = new Table(change.ipv4(), change.table());
        iptables.put(table, iptables.getOrDefault(table, FakeIptables.empty()).after(change.lines()));
    }

    List<String> iptables(boolean ipv4, String table) {
        return iptables.getOrDefault(new Table(ipv4, table), FakeIptables.empty())
                .lines();
    }
}
