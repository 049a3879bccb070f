package dev.hawser.kernel;

import dev.hawser.ip.Cidr;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** nf_tables and iptables of a {@link FakeKernel}. */
final class FakeFirewall {

    private record Table(boolean ipv4, String name) {}

    final Map<Cidr, FirewallChange.AddMasquerade> masquerades = new LinkedHashMap<>();
    final Map<String, FirewallChange.AddMacGuard> macGuards = new LinkedHashMap<>();
    private final Map<NftChain, List<NftChain.Rule>> chains = new LinkedHashMap<>();
    private final Map<Table, FakeIptables> iptables = new LinkedHashMap<>();
    private long lastHandle;

    void apply(FirewallChange change) {
        switch (change) {
            case FirewallChange.AddMasquerade add -> add(add);
            case FirewallChange.DeleteMasquerade delete -> delete(delete);
            case FirewallChange.AddMacGuard add -> add(add);
            case FirewallChange.DeleteMacGuard delete -> macGuards.remove(delete.link());
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
        return iptables(chain.family().equals("ip"), chain.table()).stream()
                .anyMatch(line -> line.startsWith(":" + chain.chain() + " "));
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
