package dev.hawser.kernel;

import dev.hawser.ip.Cidr;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One network namespace of a {@link FakeKernel}. */
final class FakeNetns {

    private static final Pattern OF_LINK = Pattern.compile("net/ipv[46]/(?:conf|neigh)/([^/]+)/[a-z0-9_]+");
    private static final Set<String> FOR_ALL = Set.of("all", "default");
    private static final int LOOPBACK_MTU = 65536;

    /** RT_TABLE_LOCAL of linux/rtnetlink.h. */
    private static final int LOCAL_TABLE = 255;

    final Map<String, FakeLink> links = new LinkedHashMap<>();
    final List<PolicyRule> rules = new ArrayList<>();
    private final Map<String, String> sysctls = new LinkedHashMap<>();
    private int lastIndex;

    FakeNetns() {
        sysctls.put("net/ipv4/ip_forward", "0");
        sysctls.put("net/core/somaxconn", "4096");
        sysctls.put("net/ipv4/ping_group_range", "1\t0");
        for (Cidr all : List.of(Cidr.parse("0.0.0.0/0"), Cidr.parse("::/0"))) {
            rules.add(new PolicyRule(all, LOCAL_TABLE));
            rules.add(new PolicyRule(all, Route.MAIN_TABLE));
        }
        add("lo", Optional.empty(), new MacAddress(0), LOOPBACK_MTU);
    }

    /** Before all others of its family, apart from that of table local. */
    void add(PolicyRule rule) {
        if (rules.contains(rule)) {
            return;
        }
        int place = 0;
        while (rules.get(place).source().isIpv4() != rule.source().isIpv4()
                || rules.get(place).table() == LOCAL_TABLE) {
            place++;
        }
        rules.add(place, rule);
    }

    FakeLink add(String name, Optional<String> kind, MacAddress mac, int mtuBytes) {
        FakeLink link = new FakeLink(this, ++lastIndex, name, kind, mac, mtuBytes);
        links.put(name, link);
        return link;
    }

    /** Takes in a link of another namespace, which forgets it. */
    void take(FakeLink link, String name) {
        link.netns.release(link);
        link.netns = this;
        link.index = ++lastIndex;
        link.name = name;
        link.up = false;
        link.master = Optional.empty();
        link.addresses.clear();
        link.clearRoutes();
        links.put(name, link);
    }

    Optional<FakeLink> find(String name) {
        return Optional.ofNullable(links.get(name));
    }

    FakeLink get(String name) {
        return find(name)
                .orElseThrow(() ->
                        new KernelException("look up link " + name + ": " + Errno.text(Errno.ENODEV), Errno.ENODEV));
    }

    /** The other end of a veth goes with it, and the ports of a bridge are free again. */
    void delete(FakeLink link) {
        release(link);
        link.peer.ifPresent(end -> end.netns.forget(end));
    }

    private void release(FakeLink link) {
        forget(link);
        links.values().stream()
                .filter(port -> port.master.filter(bridge -> bridge == link).isPresent())
                .forEach(port -> port.master = Optional.empty());
    }

    private void forget(FakeLink link) {
        links.remove(link.name);
        sysctls.keySet().removeIf(key -> key.contains("/" + link.name + "/"));
    }

    /** Everything that the kernel keeps for a link exists, and is 0 until it is set. */
    Optional<String> sysctl(String key) {
        Matcher ofLink = OF_LINK.matcher(key);
        boolean exists = ofLink.matches() && (FOR_ALL.contains(ofLink.group(1)) || links.containsKey(ofLink.group(1)));
        return exists ? Optional.of(sysctls.getOrDefault(key, "0")) : Optional.ofNullable(sysctls.get(key));
    }

    void set(Change.SetSysctl change) {
        if (sysctl(change.key()).isPresent()) {
            sysctls.put(change.key(), change.value());
        } else if (change.required()) {
            throw new KernelException(
                    "set kernel parameter " + change.key() + " to " + change.value() + ": there is no such parameter",
                    0);
        }
    }
}
