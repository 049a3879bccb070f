package dev.hawser.linux;

import static dev.hawser.kernel.Errno.EBUSY;
import static dev.hawser.kernel.Errno.EEXIST;
import static dev.hawser.kernel.Errno.EINVAL;
import static dev.hawser.kernel.Errno.ENOENT;
import static dev.hawser.kernel.Errno.EOPNOTSUPP;
import static dev.hawser.kernel.Errno.EPERM;

import dev.hawser.ip.Cidr;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.KernelException;
import dev.hawser.kernel.NftChain;
import dev.hawser.netfilter.Nftables;
import dev.hawser.netfilter.Nftables.AllowedMac;
import dev.hawser.netfilter.Nftables.GuardedPort;
import dev.hawser.netfilter.Ruleset;
import dev.hawser.netlink.Ack;
import dev.hawser.netlink.AttrReader;
import dev.hawser.netlink.Request;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * nf_tables and iptables of the host.
 *
 * <p>Elements, chains and rules go to the kernel directly. Only two things run a process: loading the fixed ruleset, once
 * in the life of a node or of a subnet ({@code nft}), and what is named after iptables.
 */
final class Firewall {

    /** Each further attempt means that someone else changed the same thing meanwhile. */
    private static final int ATTEMPTS = 5;

    /** EPROTONOSUPPORT: this kernel has no nfnetlink. */
    private static final int NO_NFNETLINK = 93;

    /** As many as fit into one datagram, at some 250 bytes each. */
    private static final int ELEMENTS_AT_ONCE = 100;

    /** iptables waits for its lock, which another tool may hold for a while. */
    private static final Duration TOOL_TIMEOUT = Duration.ofSeconds(30);

    private final Namespace host;
    private final ElementChanges elements;
    private final List<Path> directories;
    private final Forwarding forwarding;

    /** Every part of a call asks, and the answer stays the same. */
    private Optional<Boolean> hasNftables = Optional.empty();

    Firewall(Namespace host) {
        this(host, Command.DIRECTORIES);
    }

    /**
     * The firewall of a host.
     *
     * @param directories where the tools are looked for
     */
    Firewall(Namespace host, List<Path> directories) {
        this(host, ElementChanges.alone(host), directories);
    }

    /** The firewall of a host, whose changes of elements go by {@code elements}. */
    Firewall(Namespace host, ElementChanges elements, List<Path> directories) {
        this.host = host;
        this.elements = elements;
        this.directories = directories;
        this.forwarding = new Forwarding(host, this);
    }

    /** What is forwarded, and what is not. */
    Forwarding forwarding() {
        return forwarding;
    }

    boolean hasNftables() {
        if (hasNftables.isEmpty()) {
            hasNftables = Optional.of(looksForNftables());
        }
        return hasNftables.get();
    }

    private boolean looksForNftables() {
        try {
            return host.netfilter().execute(Nftables.generation()).isOk()
                    && tool("nft").isPresent();
        } catch (KernelException e) {
            if (e.errno() == NO_NFNETLINK) {
                return false;
            }
            throw e;
        }
    }

    void apply(FirewallChange change) {
        switch (change) {
            case FirewallChange.AddMasquerade add -> apply(add);
            case FirewallChange.DeleteMasquerade delete -> apply(delete);
            case FirewallChange.AddMacGuard add -> apply(add);
            case FirewallChange.DeleteMacGuard delete -> apply(delete);
            case FirewallChange.AllowForwarding allow -> forwarding.apply(allow);
            case FirewallChange.DisallowForwarding disallow -> forwarding.apply(disallow);
            case FirewallChange.CloseBridge close -> forwarding.apply(close);
            case FirewallChange.OpenBridge open -> forwarding.apply(open);
            case FirewallChange.PublishPorts publish -> ports().apply(publish);
            case FirewallChange.UnpublishPorts unpublish -> ports().apply(unpublish);
            case FirewallChange.ForgetFlows forget -> new Flows(host).forget(forget);
            case FirewallChange.DeleteNftRule delete -> apply(delete);
            case FirewallChange.DeleteNftChain delete -> apply(delete);
            case FirewallChange.RestoreIptables restore -> apply(restore);
        }
    }

    // ---- Masquerading

    void apply(FirewallChange.AddMasquerade change) {
        Ack ack = withRuleset(() -> tryToAdd(change), Ruleset.masquerade(change.address()));
        require(ack, "masquerade", change.address() + " for " + change.owner());
    }

    /** The element of an address that was used before may be left from a pod that we were not asked to delete. */
    private Ack tryToAdd(FirewallChange.AddMasquerade change) {
        Ack ack = execute(List.of(Nftables.add(change)));
        if (!exists(ack)) {
            return ack;
        }
        return isOf(change.owner(), change.address())
                ? Ack.OK
                : execute(List.of(Nftables.deleteMasquerade(change.address()), Nftables.add(change)));
    }

    private boolean isOf(Attachment owner, Cidr address) {
        return masqueradeOwner(address).filter(owner.abbreviated()::equals).isPresent();
    }

    void apply(FirewallChange.DeleteMasquerade change) {
        if (isOf(change.owner(), change.address())) {
            Ack ack = execute(List.of(Nftables.deleteMasquerade(change.address())));
            require(ack.ignoring(ENOENT), "stop masquerading", change.address().toString());
        }
    }

    Optional<Attachment> masqueradeOwner(Cidr address) {
        return host.netfilter()
                .find(Nftables.masqueradeOf(address), Nftables::masquerades, ENOENT, "the masquerade of " + address)
                .flatMap(found -> found.stream().findFirst())
                .map(FirewallChange.AddMasquerade::owner);
    }

    List<FirewallChange.AddMasquerade> masquerades() {
        return dump(Nftables.allSets(), Nftables::masqueradeSets, "masqueraded subnets").stream()
                .flatMap(set -> dump(Nftables.allMasquerades(set), Nftables::masquerades, "masquerades").stream())
                .toList();
    }

    // ---- MAC guards

    void apply(FirewallChange.AddMacGuard change) {
        Ack ack = withRuleset(() -> tryToAdd(change), Ruleset.macGuard());
        require(ack, "guard", change.link() + " with " + change.mac());
    }

    /** A port that is guarded already keeps no other MAC than the one that is asked for now. */
    private Ack tryToAdd(FirewallChange.AddMacGuard change) {
        Ack ack = execute(Nftables.add(change));
        return exists(ack) ? replace(change) : ack;
    }

    private Ack replace(FirewallChange.AddMacGuard change) {
        List<Request> requests = new ArrayList<>(guardOf(change.link()));
        requests.addAll(Nftables.add(change));
        return execute(requests);
    }

    void apply(FirewallChange.DeleteMacGuard change) {
        Ack ack = execute(
                List.of(Nftables.deleteAllowed(change.link(), change.mac()), Nftables.deleteGuarded(change.link())));
        for (int attempt = 1; ack.is(ENOENT) && attempt < ATTEMPTS; attempt++) {
            List<Request> rest = guardOf(change.link());
            ack = rest.isEmpty() ? Ack.OK : execute(rest);
        }
        require(ack, "stop guarding", change.link());
    }

    /** The end of everything that guards this port. */
    private List<Request> guardOf(String link) {
        List<Request> requests = new ArrayList<>();
        allowedMacs().stream()
                .filter(allowed -> allowed.link().equals(link))
                .forEach(allowed -> requests.add(Nftables.deleteAllowed(link, allowed.mac())));
        guardedPorts().stream()
                .filter(guarded -> guarded.link().equals(link))
                .forEach(guarded -> requests.add(Nftables.deleteGuarded(link)));
        return requests;
    }

    List<FirewallChange.AddMacGuard> macGuards() {
        Map<String, Attachment> owners = new HashMap<>();
        guardedPorts().forEach(port -> port.owner().ifPresent(owner -> owners.put(port.link(), owner)));
        return allowedMacs().stream()
                .filter(allowed -> owners.containsKey(allowed.link()))
                .map(allowed -> new FirewallChange.AddMacGuard(allowed.link(), allowed.mac(), ownerOf(allowed, owners)))
                .toList();
    }

    private static Attachment ownerOf(AllowedMac allowed, Map<String, Attachment> owners) {
        return Optional.ofNullable(owners.get(allowed.link())).orElseThrow();
    }

    private List<GuardedPort> guardedPorts() {
        return dump(Nftables.allGuarded(), Nftables::guardedPorts, "guarded ports");
    }

    private List<AllowedMac> allowedMacs() {
        return dump(Nftables.allAllowed(), Nftables::allowedMacs, "MACs of guarded ports");
    }

    // ---- Published ports

    List<String> missing(FirewallChange.PublishPorts wanted) {
        return ports().missing(wanted);
    }

    List<Attachment> publishers() {
        return ports().publishers();
    }

    private PortMaps ports() {
        return new PortMaps(host, this);
    }

    // ---- Restoring

    /** Loads those of these parts of the ruleset of which rules are missing: a chain may be flushed and its sets be whole. */
    void loadMissing(Set<String> scripts) {
        String missing = scripts.stream().filter(script -> !isWhole(script)).collect(Collectors.joining());
        if (!missing.isEmpty()) {
            load(missing);
        }
    }

    private boolean isWhole(String script) {
        return Ruleset.rulesOfChains(script).entrySet().stream()
                .allMatch(chain -> rules(chain.getKey()).size() >= chain.getValue());
    }

    /**
     * Makes many changes that each are one request, a hundred in one transaction where nobody else makes the same.
     *
     * @param request the request that one of them is if its ruleset is loaded
     */
    <C extends FirewallChange> void applyAll(List<C> changes, Function<C, Request> request) {
        for (int start = 0; start < changes.size(); start += ELEMENTS_AT_ONCE) {
            List<C> some = changes.subList(start, Math.min(changes.size(), start + ELEMENTS_AT_ONCE));
            if (!execute(some.stream().map(request).toList()).isOk()) {
                some.forEach(change -> apply(change));
            }
        }
    }

    // ---- Chains and rules of others

    boolean hasChain(NftChain chain) {
        Ack ack = host.netfilter().execute(Nftables.lookUp(chain));
        require(ack.ignoring(ENOENT), "look up chain", chain.toString());
        return ack.isOk();
    }

    List<NftChain.Rule> rules(NftChain chain) {
        return dump(Nftables.rulesOf(chain), answer -> Nftables.rules(chain, answer), "the rules of " + chain);
    }

    void apply(FirewallChange.DeleteNftRule change) {
        Ack ack = execute(List.of(Nftables.deleteRule(change.chain(), change.handle())));
        require(ack.ignoring(ENOENT), "delete rule", change.chain() + " handle " + change.handle());
    }

    void apply(FirewallChange.DeleteNftChain change) {
        Ack ack = execute(Nftables.delete(change.chain()));
        require(ack.ignoring(ENOENT), "delete chain", change.chain().toString());
    }

    // ---- iptables

    void apply(FirewallChange.RestoreIptables change) {
        String input = "*" + change.table() + "\n" + String.join("\n", change.lines()) + "\nCOMMIT\n";
        run(toolOrThrow(iptablesRestore(change.ipv4()), "iptables"), List.of("--noflush", "--wait"), input);
    }

    static String iptablesRestore(boolean ipv4) {
        return ipv4 ? "iptables-restore" : "ip6tables-restore";
    }

    List<String> iptables(boolean ipv4, String table) {
        return tool(ipv4 ? "iptables-save" : "ip6tables-save")
                .map(tool -> run(tool, List.of("-t", table), ""))
                .map(Firewall::rulesOnly)
                .orElse(List.of());
    }

    private static List<String> rulesOnly(String saved) {
        return saved.lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#") && !line.startsWith("*"))
                .filter(line -> !line.equals("COMMIT"))
                .toList();
    }

    // ---- Talking to the kernel and to tools

    /** Loads the ruleset if the kernel misses a part of it, and tries again. */
    Ack withRuleset(Supplier<Ack> adding, String script) {
        Ack ack = adding.get();
        return ack.is(ENOENT) ? elements.loading(() -> loadAndAdd(adding, script)) : ack;
    }

    /** Tries first: while we waited for our turn, another may have loaded it. */
    private Ack loadAndAdd(Supplier<Ack> adding, String script) {
        Ack ack = adding.get();
        for (int attempt = 1; ack.is(ENOENT) && attempt < ATTEMPTS; attempt++) {
            load(script);
            ack = adding.get();
        }
        return ack;
    }

    private void load(String script) {
        run(toolOrThrow("nft", "nftables"), List.of("-f", "-"), script);
    }

    /** One transaction, perhaps with the changes of others in it. */
    Ack execute(List<Request> changes) {
        return elements.execute(changes);
    }

    /** All that is found; nothing if there is no such table, set or chain. */
    <T> List<T> dump(Request request, Function<AttrReader, List<T>> decoder, String subject) {
        try {
            return host.netfilter().dump(request, decoder, subject).stream()
                    .flatMap(List::stream)
                    .toList();
        } catch (KernelException e) {
            if (e.errno() == ENOENT) {
                return List.of(); // no such table, set or chain
            }
            throw e;
        }
    }

    static boolean exists(Ack ack) {
        return ack.is(EEXIST) || ack.is(EBUSY);
    }

    static void require(Ack ack, String verb, String subject) {
        if (!ack.isOk()) {
            throw new KernelException(verb + " " + subject + ": " + ack.text() + advice(ack.errno()), ack.errno());
        }
    }

    private static String advice(int errno) {
        return switch (errno) {
            case EPERM -> ": this takes CAP_NET_ADMIN";
            case EOPNOTSUPP, EINVAL -> ": has this kernel nf_tables (CONFIG_NF_TABLES, NF_TABLES_INET, NFT_MASQ)?";
            case EBUSY -> ": something still refers to it";
            default -> "";
        };
    }

    Optional<Path> tool(String name) {
        return Command.find(name, directories);
    }

    private Path toolOrThrow(String name, String packageName) {
        return tool(name)
                .orElseThrow(() -> new KernelException(
                        "run " + name + ": it is not installed: install the package " + packageName, ENOENT));
    }

    private String run(Path tool, List<String> arguments, String input) {
        Command command = new Command(tool, arguments, TOOL_TIMEOUT);
        return host.inside(() -> command.run(input));
    }
}
