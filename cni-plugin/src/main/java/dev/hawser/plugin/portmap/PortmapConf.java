package dev.hawser.plugin.portmap;

import dev.hawser.kernel.PublishedPort.Masqueraded;
import dev.hawser.run.Call;
import dev.hawser.spec.Command;
import dev.hawser.spec.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The configuration of one attachment, in order.
 *
 * <pre>{@code
 * { "cniVersion": "1.0.0", "name": "mynet", "type": "portmap", "capabilities": { "portMappings": true }, "snat": true,
 *   "runtimeConfig": { "portMappings": [ { "hostPort": 8080, "containerPort": 80, "protocol": "tcp" } ] } }
 * }</pre>
 *
 * @param backend how ports are published
 * @param masqueraded whose connections come from the host's own address
 * @param markBit the bit of a packet's mark that says that it is masqueraded ({@code markMasqBit}; iptables)
 * @param setMarkChain the chain of somebody else's that sets a mark instead ({@code externalSetMarkChain}; iptables)
 * @param conditionsIpv4 what else must be true of a packet, in words of iptables or nft as the backend is
 * @param conditionsIpv6 the same for IPv6
 * @param mappings the ports
 */
record PortmapConf(
        Backend backend,
        Masqueraded masqueraded,
        int markBit,
        Optional<String> setMarkChain,
        List<String> conditionsIpv4,
        List<String> conditionsIpv6,
        List<PortMapping> mappings) {

    /** {@code backend}. */
    enum Backend {
        /** nftables where the kernel has it, else iptables. */
        AUTOMATIC,
        NFTABLES,
        IPTABLES
    }

    private static final String BACKEND = "backend";
    private static final String CONDITIONS4 = "conditionsV4";
    private static final String CONDITIONS6 = "conditionsV6";
    private static final String MARK_BIT = "markMasqBit";
    private static final String SET_MARK_CHAIN = "externalSetMarkChain";
    private static final int DEFAULT_MARK_BIT = 13;
    private static final int LARGEST_BIT = 31;

    /** DEL needs no mapping to be right: whatever the owner has published, goes. */
    static PortmapConf of(Call call) {
        Settings settings = call.conf().settings();
        PortmapConf conf = read(settings);
        if (call.invocation().command() != Command.DEL) {
            settings.throwIfFaulty();
        }
        return conf;
    }

    private static PortmapConf read(Settings settings) {
        List<String> conditions4 = settings.texts(CONDITIONS4);
        List<String> conditions6 = settings.texts(CONDITIONS6);
        Optional<String> chain = settings.text(SET_MARK_CHAIN);
        return new PortmapConf(
                backend(settings, conditions4, conditions6, chain.isPresent()),
                masqueraded(settings),
                markBit(settings, chain.isPresent()),
                chain,
                conditions4,
                conditions6,
                PortMapping.list(settings.section("runtimeConfig")));
    }

    private static Masqueraded masqueraded(Settings settings) {
        boolean everybody = settings.flag("masqAll");
        return !settings.flag("snat", true)
                ? Masqueraded.NOBODY
                : everybody ? Masqueraded.EVERYBODY : Masqueraded.SUBNET;
    }

    private static int markBit(Settings settings, boolean hasChain) {
        if (hasChain && settings.isSet(MARK_BIT)) {
            settings.fault(SET_MARK_CHAIN, "Cannot specify externalSetMarkChain and markMasqBit");
        }
        return settings.whole(MARK_BIT, 0, LARGEST_BIT).orElse(DEFAULT_MARK_BIT);
    }

    /** What only one backend understands decides, unless the configuration names the other one. */
    private static Backend backend(
            Settings settings, List<String> conditions4, List<String> conditions6, boolean hasChain) {
        List<String> ofIptables = new ArrayList<>(hasChain ? List.of(SET_MARK_CHAIN) : List.of());
        List<String> ofNftables = new ArrayList<>();
        sort(settings, CONDITIONS4, conditions4, ofIptables, ofNftables);
        sort(settings, CONDITIONS6, conditions6, ofIptables, ofNftables);
        return switch (settings.text(BACKEND, "")) {
            case "" -> {
                if (!ofIptables.isEmpty()) {
                    refuse(settings, "iptables", "nftables", ofNftables);
                }
                boolean iptables = !ofIptables.isEmpty() || (settings.isSet(MARK_BIT) && ofNftables.isEmpty());
                yield iptables ? Backend.IPTABLES : ofNftables.isEmpty() ? Backend.AUTOMATIC : Backend.NFTABLES;
            }
            case "nftables" -> {
                refuse(settings, "nftables", "iptables", ofIptables);
                yield Backend.NFTABLES;
            }
            case "iptables" -> {
                refuse(settings, "iptables", "nftables", ofNftables);
                yield Backend.IPTABLES;
            }
            default -> {
                settings.fault(
                        BACKEND,
                        "unrecognized backend \"" + settings.text(BACKEND, "") + "\", want iptables or nftables");
                yield Backend.AUTOMATIC;
            }
        };
    }

    /** Options of iptables begin with a dash, or with the exclamation mark before one. */
    private static void sort(
            Settings settings, String key, List<String> conditions, List<String> ofIptables, List<String> ofNftables) {
        if (conditions.isEmpty()) {
            return;
        }
        boolean iptables =
                conditions.getFirst().startsWith("-") || conditions.getFirst().startsWith("!");
        (iptables ? ofIptables : ofNftables).add(key);
        if (conditions.stream().anyMatch(word -> word.contains("\n") || word.contains(";"))) {
            settings.fault(key, "a condition has neither semicolons nor line ends: " + conditions);
        }
    }

    private static void refuse(Settings settings, String backend, String other, List<String> keys) {
        if (!keys.isEmpty()) {
            settings.fault(
                    BACKEND,
                    backend + " backend was requested but configuration contains " + other + "-specific options "
                            + keys.toString().replace(",", ""));
        }
    }

    List<String> conditions(boolean ipv4) {
        return ipv4 ? conditionsIpv4 : conditionsIpv6;
    }

    /** The conditions as words of a rule of nft(8). */
    String nftConditions(boolean ipv4) {
        return String.join(" ", conditions(ipv4));
    }
}
