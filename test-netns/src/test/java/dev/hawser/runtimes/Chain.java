package dev.hawser.runtimes;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A network as people have it with the reference plugins, and what it is expected to leave traces of while a pod runs.
 *
 * <p>In commands, plugins and traces {@code $n} is a number of the chain's own, {@code $bridge} and {@code $device} are links' names, and
 * {@code $ipam} is host-local with an address of each family.
 *
 * @param needs a command that succeeds in an empty namespace of a kernel that has what the plugins need; empty if every kernel has it
 * @param preparation a command that makes what must be there before each pod; it may be there already
 * @param traces regular expressions of lines in {@link Traces} that a pod of the reference adds
 * @param referenceFails whether its own DEL may fail, after it has taken everything away: with nftables it calls iptables too, whose release
 *     1.8.9 ends with a status that the reference does not know
 */
record Chain(
        String name,
        String needs,
        String preparation,
        List<String> plugins,
        List<Pattern> traces,
        boolean referenceFails) {

    /** Two published ports, for the plugins that take them. */
    private static final Map<String, String> CAPABILITIES = Map.of("portMappings", """
            [{"hostPort": 18080, "containerPort": 80, "protocol": "tcp"},
             {"hostPort": 15353, "containerPort": 53, "protocol": "udp"}]""");

    private static final String BRIDGE = """
            {"type": "bridge", "bridge": "$bridge", "isDefaultGateway": true, "hairpinMode": true, "ipam": $ipam""";

    private static final String PTP = "{\"type\": \"ptp\", \"ipam\": $ipam";

    private static final String BANDWIDTH = """
            {"type": "bandwidth", "ingressRate": 8000000, "ingressBurst": 80000,
             "egressRate": 8000000, "egressBurst": 80000}""";

    private static final String TUNING = """
            {"type": "tuning", "mac": "02:00:00:00:95:$n", "mtu": 1400, "promisc": true, "allmulti": true, "txQLen": 500,
             "sysctl": {"net.ipv4.conf.IFNAME.arp_filter": "1"}}""";

    /** Bridge, portmap, firewall, bandwidth, tuning. */
    static Chain usual() {
        return ALL.getFirst();
    }

    /** Every plugin that the reference ships, but for the daemon's {@code dhcp}, and both ways to filter and translate. */
    static final List<Chain> ALL = List.of(
            new Chain("the usual chain by iptables")
                    .of(BRIDGE + ", \"ipMasq\": true, \"ipMasqBackend\": \"iptables\"}")
                    .of(portmap("\"backend\": \"iptables\""))
                    .of("{\"type\": \"firewall\", \"backend\": \"iptables\"}")
                    .of(BANDWIDTH)
                    .of(TUNING)
                    .leaving("lease 10\\.95\\.", "lease fd95:", "link veth", "link bwp", "qdisc tbf", "qdisc ingress")
                    .leaving("iptables -A CNI-DN-.* 18080 ", "ip6tables -A CNI-DN-.* 18080 ")
                    .leaving("iptables .*-j MASQUERADE", "iptables -A CNI-FORWARD", "file /run/cni/tuning"),
            new Chain("the usual chain by nftables")
                    .of(BRIDGE + ", \"ipMasq\": true, \"ipMasqBackend\": \"nftables\"}")
                    .of(portmap("\"backend\": \"nftables\""))
                    .of("{\"type\": \"firewall\", \"backend\": \"iptables\"}")
                    .of(BANDWIDTH)
                    .of(TUNING)
                    .leaving("nft .* dport 18080 dnat", "nft .*cni_plugins_masquerade.* masquerade", "link bwp")
                    .whoseReferenceFails(),
            new Chain("conditions, and a chain that marks for masquerading")
                    .prepared("iptables -t nat -N KUBE-MARK-MASQ; ip6tables -t nat -N KUBE-MARK-MASQ")
                    .of(BRIDGE + "}")
                    .of(portmap("""
                            "externalSetMarkChain": "KUBE-MARK-MASQ", "conditionsV4": ["!", "-d", "192.0.2.0/24"],
                            "conditionsV6": ["!", "-d", "2001:db8::/32"]"""))
                    .leaving("iptables -A CNI-DN-.*KUBE-MARK-MASQ", "iptables .*192\\.0\\.2\\.0/24"),
            new Chain("a bridge that guards MACs, with ingressPolicy same-bridge")
                    .of(BRIDGE + ", \"macspoofchk\": true}")
                    .of("{\"type\": \"firewall\", \"ingressPolicy\": \"same-bridge\"}")
                    .leaving("nft table bridge nat chain cni-br-iface", "iptables -A CNI-FORWARD"),
            new Chain("ingressPolicy isolated")
                    .of(BRIDGE + "}")
                    .of("{\"type\": \"firewall\", \"ingressPolicy\": \"isolated\"}")
                    .leaving("iptables -A CNI-FORWARD"),
            new Chain("a bridge with VLANs")
                    .needing("ip link add hwneeds type bridge vlan_filtering 1")
                    .of(BRIDGE + ", \"vlan\": 100}")
                    .leaving("link veth", "lease 10\\.95\\."),
            new Chain("ptp by iptables")
                    .of(PTP + ", \"ipMasq\": true, \"ipMasqBackend\": \"iptables\"}")
                    .of(portmap("\"backend\": \"iptables\""))
                    .of(BANDWIDTH)
                    .leaving("link veth", "route 10\\.95\\.", "iptables .*-j MASQUERADE", "qdisc tbf"),
            new Chain("ptp by nftables")
                    .of(PTP + ", \"ipMasq\": true, \"ipMasqBackend\": \"nftables\"}")
                    .of(TUNING)
                    .leaving("nft .*cni_plugins_masquerade.* masquerade", "file /run/cni/tuning")
                    .whoseReferenceFails(),
            new Chain("macvlan with source routes")
                    .prepared("ip link add $device type veth peer name hwpeer$n && ip link set $device up")
                    .of("{\"type\": \"macvlan\", \"master\": \"$device\", \"ipam\": $ipam}")
                    .of("{\"type\": \"sbr\"}")
                    .leaving("pod link eth0 macvlan", "pod rule .*from 10\\.95\\.", "lease 10\\.95\\."),
            new Chain("ipvlan")
                    .needing("ip link add hwneeds type veth && ip link add link hwneeds name hwneeds1 type ipvlan")
                    .prepared("ip link add $device type veth peer name hwpeer$n && ip link set $device up")
                    .of("{\"type\": \"ipvlan\", \"master\": \"$device\", \"ipam\": $ipam}")
                    .leaving("pod link eth0 ipvlan", "lease 10\\.95\\."),
            new Chain("vlan")
                    .needing("ip link add hwneeds type veth && ip link add link hwneeds name hwneeds1 type vlan id 5")
                    .prepared("ip link add $device type veth peer name hwpeer$n && ip link set $device up")
                    .of("{\"type\": \"vlan\", \"master\": \"$device\", \"vlanId\": 5, \"ipam\": $ipam}")
                    .leaving("pod link eth0 vlan", "lease 10\\.95\\."),
            new Chain("dummy")
                    .needing("ip link add hwneeds type dummy")
                    .of("{\"type\": \"dummy\", \"ipam\": $ipam}")
                    .leaving("pod link eth0 dummy", "lease 10\\.95\\."),
            new Chain("a bridge's interface in a vrf")
                    .needing("ip link add hwneeds type vrf table 5")
                    .of(BRIDGE + "}")
                    .of("{\"type\": \"vrf\", \"vrfname\": \"blue\"}")
                    .leaving("pod link blue vrf", "lease 10\\.95\\."),
            new Chain("host-device")
                    .prepared("ip link add $device type veth peer name hwpeer$n")
                    .of("{\"type\": \"host-device\", \"device\": \"$device\", \"ipam\": $ipam}")
                    .leaving("pod link eth0 veth", "lease 10\\.95\\."),
            new Chain("tap")
                    .of("{\"type\": \"tap\", \"multiQueue\": true, \"ipam\": $ipam}")
                    .leaving("pod link eth0 tun", "lease 10\\.95\\."),
            new Chain("fixed addresses").of("""
                            {"type": "bridge", "bridge": "$bridge",
                             "ipam": {"type": "static", "addresses": [{"address": "10.95.$n.9/24"}]}}""").leaving("link veth"));

    private Chain(String name) {
        this(name, "", "", List.of(), List.of(), false);
    }

    /** The network on a node whose pools are in a directory. */
    Network on(Path pools) {
        return Network.chain(
                        "1.0.0",
                        network(),
                        plugins.stream().map(plugin -> here(plugin, pools)).toList())
                .with(CAPABILITIES);
    }

    /** The network's name. */
    String network() {
        return here("chain$n");
    }

    boolean isPossible() {
        try (Namespace trial = Namespace.create()) {
            return needs.isEmpty() || trial.command("sh", "-c", needs).attempt().exitCode() == 0;
        }
    }

    void prepare(Namespace host) {
        host.command("sh", "-c", here(preparation)).attempt();
    }

    @Override
    public String toString() {
        return name;
    }

    private String here(String text, Path pools) {
        String ipam = """
                {"type": "host-local", "dataDir": "%s", "ranges": [[{"subnet": "10.95.$n.0/24"}],
                 [{"subnet": "fd95:$n::/64"}]]}""".formatted(pools);
        return here(text.replace("$ipam", ipam));
    }

    private String here(String text) {
        String number = String.valueOf(10
                + IntStream.range(0, ALL.size())
                        .filter(index -> ALL.get(index).name.equals(name))
                        .findFirst()
                        .orElseThrow());
        return text.replace("$bridge", "hwbridge$n")
                .replace("$device", "hwdevice$n")
                .replace("$n", number);
    }

    private static String portmap(String keys) {
        return "{\"type\": \"portmap\", \"capabilities\": {\"portMappings\": true}, " + keys + "}";
    }

    private Chain needing(String command) {
        return new Chain(name, command, preparation, plugins, traces, referenceFails);
    }

    private Chain prepared(String command) {
        return new Chain(name, needs, command, plugins, traces, referenceFails);
    }

    private Chain of(String plugin) {
        return new Chain(name, needs, preparation, added(plugins, List.of(plugin)), traces, referenceFails);
    }

    private Chain leaving(String... lines) {
        List<Pattern> patterns = Stream.of(lines).map(Pattern::compile).toList();
        return new Chain(name, needs, preparation, plugins, added(traces, patterns), referenceFails);
    }

    private Chain whoseReferenceFails() {
        return new Chain(name, needs, preparation, plugins, traces, true);
    }

    private static <T> List<T> added(List<T> list, List<T> more) {
        return Stream.concat(list.stream(), more.stream()).toList();
    }
}
