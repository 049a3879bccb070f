package dev.hawser.netns;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * All that the plugins may leave on a node. Two of these are equal when nothing that belongs to a pod came or went between
 * them.
 *
 * @param links the host's links, with their addresses
 * @param rules what nf_tables holds, iptables' rules included
 * @param leases each network's leases
 */
record Remains(Map<String, List<String>> links, List<String> rules, Map<String, Map<String, String>> leases) {

    static Remains of(TestNode node) {
        Map<String, List<String>> links = new TreeMap<>();
        node.ip().linkNames().forEach(name -> links.put(name, node.ip().addresses(name)));
        Map<String, Map<String, String>> leases = new TreeMap<>();
        new Pool(node.pools())
                .directories()
                .forEach(name -> leases.put(name, node.pool(name).leases()));
        return new Remains(links, node.nft().ruleset(), leases);
    }
}
