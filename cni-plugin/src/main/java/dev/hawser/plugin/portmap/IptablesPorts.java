package dev.hawser.plugin.portmap;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hawser.attach.ReferenceNames;
import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import dev.hawser.iptables.IptablesTable;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.NftChain;
import dev.hawser.kernel.Protocol;
import dev.hawser.kernel.PublishedPort.Masqueraded;
import dev.hawser.kernel.Side;
import dev.hawser.kernel.Step;
import dev.hawser.spec.CniException;
import dev.hawser.spec.ErrorCode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Ports published by iptables, in the chains of the reference plugin, so that a node can change between the two while pods run.
 * Table nat, where {@code CNI-DN-x} is {@code CNI-DN-} and 21 hex digits of SHA-512(network, containerId):
 *
 * <pre>{@code
 * -A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT      (and the same of OUTPUT)
 * -A POSTROUTING -m comment --comment "CNI portfwd requiring masquerade" -j CNI-HOSTPORT-MASQ      (the first one)
 * -A CNI-HOSTPORT-MASQ -m mark --mark 0x2000/0x2000 -j MASQUERADE
 * -A CNI-HOSTPORT-SETMARK -m comment --comment "CNI portfwd masquerade mark" -j MARK --set-xmark 0x2000/0x2000
 * -A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \"mynet\" id: \"c1\"" -m multiport --dports 8080 -j CNI-DN-x
 * -A CNI-DN-x -s 10.1.2.0/24 -p tcp -m tcp --dport 8080 -j CNI-HOSTPORT-SETMARK
 * -A CNI-DN-x -s 127.0.0.1/32 -p tcp -m tcp --dport 8080 -j CNI-HOSTPORT-SETMARK
 * -A CNI-DN-x -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.1.2.5:80
 * }</pre>
 *
 * <p>The interfaces of a container on one network share the chain, as with the reference.
 */
final class IptablesPorts {

    static final String NAT = "nat";

    private static final String DNAT = "CNI-HOSTPORT-DNAT";
    private static final String MASQ = "CNI-HOSTPORT-MASQ";
    private static final String SET_MARK = "CNI-HOSTPORT-SETMARK";
    private static final String OLD_SNAT = "CNI-HOSTPORT-SNAT";
    private static final String ENTRANCE = " -m addrtype --dst-type LOCAL -j " + DNAT;
    private static final int NAME_DIGITS = 21;

    /** What the match multiport takes. */
    private static final int PORTS_IN_RULE = 15;

    /** XT_MAX_COMMENT_LEN, with the zero that ends it. */
    private static final int COMMENT_BYTES = 256;

    private static final Pattern HOLDER = Pattern.compile("dnat name: \\\\\"(.*?)\\\\\" id: \\\\\"(.*?)\\\\\"");
    private static final Pattern DESTINATION = Pattern.compile(" -d (\\S+)");

    private final Attachment attachment;
    private final PortmapConf conf;
    private final Cidr address;
    private final IptablesTable nat;
    private final String chain;

    IptablesPorts(Attachment attachment, PortmapConf conf, Cidr address, IptablesTable nat) {
        this.attachment = attachment;
        this.conf = conf;
        this.address = address;
        this.nat = nat;
        this.chain = chain(attachment);
    }

    static String chain(Attachment attachment) {
        return "CNI-DN-" + digits(attachment);
    }

    private static String digits(Attachment attachment) {
        return ReferenceNames.digest(attachment.network() + attachment.containerId(), NAME_DIGITS);
    }

    /** The attachment's chain as nf_tables knows it. */
    static NftChain nftChain(Attachment attachment, boolean ipv4) {
        return IptablesTable.nftChain(ipv4, NAT, chain(attachment));
    }

    /** The chain that leads into those of containers. */
    static NftChain entrance(boolean ipv4) {
        return IptablesTable.nftChain(ipv4, NAT, DNAT);
    }

    /**
     * The one step that publishes the ports of this family.
     *
     * @throws CniException that names the holder of a port that is taken
     */
    Step step() {
        mappings().forEach(this::requireFree);
        List<String> additions = new ArrayList<>(sharedLines());
        additions.addAll(IptablesTable.deletions(nat.jumps(DNAT, chain)));
        additions.add(":" + chain + " - [0:0]");
        additions.addAll(rules());
        List<String> entrances = entrances();
        additions.addAll(entrances);
        List<String> inverse = new ArrayList<>(IptablesTable.deletions(entrances));
        inverse.add("-F " + chain);
        inverse.add("-X " + chain);
        return Step.owned(Side.HOST, nat.restore(additions), nat.restore(inverse));
    }

    /** Those of this family. */
    private Stream<PortMapping> mappings() {
        return conf.mappings().stream().filter(mapping -> mapping.isOf(nat.ipv4()));
    }

    // ---- What all containers share

    /**
     * A chain that is there must not be declared, for that would flush it; and one that another ADD made meanwhile must not
     * either: so it is made by a command that fails then.
     */
    private List<String> sharedLines() {
        List<String> lines = new ArrayList<>();
        Stream.of(DNAT, MASQ, SET_MARK)
                .filter(name -> name.equals(DNAT) || marksItself())
                .filter(name -> !nat.hasChain(name))
                .forEach(name -> lines.add("-N " + name));
        lines.addAll(nat.missing(List.of(), List.of("-A PREROUTING" + ENTRANCE, "-A OUTPUT" + ENTRANCE)));
        if (marksItself()) {
            lines.addAll(nat.missing(List.of(), markRules()));
            if (nat.jumps("POSTROUTING", MASQ).isEmpty()) {
                lines.add("-I POSTROUTING 1 -m comment --comment \"CNI portfwd requiring masquerade\" -j " + MASQ);
            }
        }
        return lines;
    }

    private List<String> markRules() {
        String bit = "0x" + Integer.toHexString(1 << conf.markBit());
        return List.of(
                "-A " + SET_MARK + " -m comment --comment \"CNI portfwd masquerade mark\" -j MARK --set-xmark " + bit
                        + "/" + bit,
                "-A " + MASQ + " -m mark --mark " + bit + "/" + bit + " -j MASQUERADE");
    }

    private boolean marksItself() {
        return conf.masqueraded() != Masqueraded.NOBODY && conf.setMarkChain().isEmpty();
    }

    /** The names of the chains that all share, as far as they are there. */
    static List<String> sharedChains(IptablesTable nat) {
        return Stream.of(DNAT, MASQ, SET_MARK).filter(nat::hasChain).toList();
    }

    // ---- What the container has

    /** In the chain's order, as iptables-save writes them. */
    private List<String> rules() {
        List<String> rules = new ArrayList<>();
        mappings().forEach(mapping -> {
            marked().forEach(source -> rules.add(rule(mapping, source, setMarkChain())));
            rules.add(rule(mapping, "", "DNAT --to-destination " + target(mapping)));
        });
        return rules;
    }

    /** Whose packets are marked, as the words of a rule. */
    private List<String> marked() {
        return switch (conf.masqueraded()) {
            case NOBODY -> List.of();
            case EVERYBODY -> List.of("");
            case SUBNET ->
                nat.ipv4()
                        ? List.of(" -s " + address.network(), " -s 127.0.0.1/32")
                        : List.of(" -s " + address.network());
        };
    }

    private String setMarkChain() {
        return conf.setMarkChain().orElse(SET_MARK);
    }

    private String rule(PortMapping mapping, String source, String target) {
        String protocol = mapping.protocol().word();
        return "-A " + chain + source
                + mapping.hostAddress().map(host -> " -d " + Cidr.ofHost(host)).orElse("") + " -p " + protocol + " -m "
                + protocol + " --dport " + mapping.hostPort() + " -j " + target;
    }

    private String target(PortMapping mapping) {
        String host = IpMath.text(address.address());
        return (nat.ipv4() ? host : "[" + host + "]") + ":" + mapping.containerPort();
    }

    /** What leads into the chain: the ports of both families, for the reference's CHECK looks for them. */
    private List<String> entrances() {
        List<String> entrances = new ArrayList<>();
        for (Protocol protocol : List.of(Protocol.SCTP, Protocol.TCP, Protocol.UDP)) {
            List<String> ports = conf.mappings().stream()
                    .filter(mapping -> mapping.protocol() == protocol)
                    .map(mapping -> String.valueOf(mapping.hostPort()))
                    .toList();
            for (int start = 0; start < ports.size(); start += PORTS_IN_RULE) {
                List<String> group = ports.subList(start, Math.min(ports.size(), start + PORTS_IN_RULE));
                entrances.add("-A " + DNAT + " -p " + protocol.word() + " -m comment --comment \"" + comment()
                        + "\" -m multiport --dports " + String.join(",", group) + conditions() + " -j " + chain);
            }
        }
        return entrances;
    }

    private String comment() {
        String comment = "dnat name: \"" + attachment.network() + "\" id: \"" + attachment.containerId() + "\"";
        boolean fits = comment.getBytes(UTF_8).length < COMMENT_BYTES;
        return (fits ? comment : comment.substring(0, COMMENT_BYTES - "...".length()) + "...").replace("\"", "\\\"");
    }

    private String conditions() {
        StringBuilder words = new StringBuilder();
        conf.conditions(nat.ipv4()).forEach(word -> words.append(' ').append(quoted(word)));
        return words.toString();
    }

    /** As iptables-restore(8) reads it. */
    private static String quoted(String word) {
        boolean plain = word.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '\'');
        return plain && !word.isEmpty()
                ? word
                : "\"" + word.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    // ---- Ports that are taken

    /** Rules are tried in their order: one that leads elsewhere and asks for no more than ours would leave ours nothing. */
    private void requireFree(PortMapping mapping) {
        String port = " -p " + mapping.protocol().word() + " -m "
                + mapping.protocol().word() + " --dport " + mapping.hostPort() + " -j DNAT ";
        nat.lines().stream()
                .filter(line -> line.startsWith("-A CNI-DN-") && line.contains(port))
                .filter(line -> !line.startsWith("-A " + chain + " "))
                .filter(isFor(mapping))
                .map(line -> line.split(" ", 3)[1])
                .flatMap(holder -> nat.jumps(DNAT, holder).stream())
                .filter(entrance -> !hasConditions(entrance))
                .findFirst()
                .ifPresent(entrance -> {
                    throw new CniException(
                            ErrorCode.INTERNAL,
                            "publish " + mapping.to(address, "").hostSide() + ": it is taken by " + holder(entrance)
                                    + ": choose another hostPort, or delete that container");
                });
    }

    private static Predicate<String> isFor(PortMapping mapping) {
        Optional<String> wanted =
                mapping.hostAddress().map(host -> Cidr.ofHost(host).toString());
        return line -> {
            Matcher destination = DESTINATION.matcher(line);
            return !destination.find() || Optional.of(destination.group(1)).equals(wanted);
        };
    }

    private static boolean hasConditions(String entrance) {
        return !entrance.matches(
                "-A " + DNAT + " -p \\w+ (-m comment --comment \".*\" )?-m multiport --dports [0-9,]+" + " -j \\S+");
    }

    private static String holder(String entrance) {
        Matcher holder = HOLDER.matcher(entrance);
        return holder.find() ? holder.group(1) + "/" + holder.group(2) : "a rule: " + entrance;
    }

    // ---- Afterwards

    /** What of all this is not there, each in words. */
    List<String> missing() {
        List<String> missing = new ArrayList<>();
        Stream.concat(rules().stream(), Stream.of("-A PREROUTING" + ENTRANCE, "-A OUTPUT" + ENTRANCE))
                .filter(rule -> !nat.lines().contains(rule))
                .forEach(rule -> missing.add("there is no rule " + rule + " any more"));
        if (nat.jumps(DNAT, chain).size() < entrances().size()) {
            missing.add("not all of the ports lead from " + DNAT + " to " + chain + " any more");
        }
        if (marksItself() && nat.jumps("POSTROUTING", MASQ).isEmpty()) {
            missing.add("nothing leads from POSTROUTING to " + MASQ + " any more");
        }
        return missing;
    }

    /**
     * What takes down the chains of a container on a network, whoever made them, whatever leads into them.
     *
     * @return the lines for iptables-restore; none if there is nothing to do
     */
    static List<String> removal(Attachment attachment, IptablesTable nat) {
        List<String> lines = new ArrayList<>();
        remove(chain(attachment), DNAT, nat, lines);
        remove("CNI-SN-" + digits(attachment), OLD_SNAT, nat, lines);
        return lines;
    }

    private static void remove(String chain, String from, IptablesTable nat, List<String> lines) {
        if (nat.hasChain(chain)) {
            lines.addAll(IptablesTable.deletions(nat.jumps(from, chain)));
            lines.add("-F " + chain);
            lines.add("-X " + chain);
        }
    }

    /** The ids of the containers on this network that have published ports. */
    static Set<String> containers(String network, IptablesTable nat) {
        Set<String> ids = new LinkedHashSet<>();
        for (String line : nat.rulesOf(DNAT)) {
            Matcher holder = HOLDER.matcher(line);
            if (holder.find() && holder.group(1).equals(network)) {
                ids.add(holder.group(2));
            }
        }
        return ids;
    }
}
