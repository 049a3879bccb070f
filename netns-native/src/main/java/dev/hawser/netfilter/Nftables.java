package dev.hawser.netfilter;

import static dev.hawser.netfilter.NfTables.NFNL_MSG_BATCH_BEGIN;
import static dev.hawser.netfilter.NfTables.NFNL_MSG_BATCH_END;
import static dev.hawser.netfilter.NfTables.NFNL_SUBSYS_NFTABLES;
import static dev.hawser.netfilter.NfTables.NFTA_CHAIN_NAME;
import static dev.hawser.netfilter.NfTables.NFTA_CHAIN_TABLE;
import static dev.hawser.netfilter.NfTables.NFTA_RULE_CHAIN;
import static dev.hawser.netfilter.NfTables.NFTA_RULE_HANDLE;
import static dev.hawser.netfilter.NfTables.NFTA_RULE_TABLE;
import static dev.hawser.netfilter.NfTables.NFTA_RULE_USERDATA;
import static dev.hawser.netfilter.NfTables.NFTA_SET_NAME;
import static dev.hawser.netfilter.NfTables.NFTA_SET_TABLE;
import static dev.hawser.netfilter.NfTables.NFT_MSG_DELCHAIN;
import static dev.hawser.netfilter.NfTables.NFT_MSG_DELRULE;
import static dev.hawser.netfilter.NfTables.NFT_MSG_DELSET;
import static dev.hawser.netfilter.NfTables.NFT_MSG_DELSETELEM;
import static dev.hawser.netfilter.NfTables.NFT_MSG_DELTABLE;
import static dev.hawser.netfilter.NfTables.NFT_MSG_DESTROYCHAIN;
import static dev.hawser.netfilter.NfTables.NFT_MSG_DESTROYRULE;
import static dev.hawser.netfilter.NfTables.NFT_MSG_DESTROYSET;
import static dev.hawser.netfilter.NfTables.NFT_MSG_DESTROYSETELEM;
import static dev.hawser.netfilter.NfTables.NFT_MSG_DESTROYTABLE;
import static dev.hawser.netfilter.NfTables.NFT_MSG_GETCHAIN;
import static dev.hawser.netfilter.NfTables.NFT_MSG_GETGEN;
import static dev.hawser.netfilter.NfTables.NFT_MSG_GETRULE;
import static dev.hawser.netfilter.NfTables.NFT_MSG_GETSET;
import static dev.hawser.netlink.Netlink.NLM_F_REQUEST;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.FirewallChange.AddMacGuard;
import dev.hawser.kernel.FirewallChange.AddMasquerade;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.NftChain;
import dev.hawser.netlink.AttrReader;
import dev.hawser.netlink.AttrWriter;
import dev.hawser.netlink.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The requests to nf_tables, and the answers. What changes something is part of a {@link #batch}: the kernel carries out
 * all of one batch or nothing of it, and acknowledges each of its messages.
 */
public final class Nftables {

    /** What {@link FirewallChange#masqueradeSet} makes; the group is the length of the prefix. */
    private static final Pattern SUBNET = Pattern.compile("subnet-[0-9a-f._]+-([0-9]{1,3})");

    /** A notification bears the type of the request: {@code nft destroy} is {@code nft delete} that does not mind ENOENT. */
    private static final Set<Integer> LOSSES = Set.of(
            NFT_MSG_DELTABLE,
            NFT_MSG_DESTROYTABLE,
            NFT_MSG_DELCHAIN,
            NFT_MSG_DESTROYCHAIN,
            NFT_MSG_DELRULE,
            NFT_MSG_DESTROYRULE,
            NFT_MSG_DELSET,
            NFT_MSG_DESTROYSET);

    private static final Set<Integer> LOST_ELEMENTS = Set.of(NFT_MSG_DELSETELEM, NFT_MSG_DESTROYSETELEM);

    private Nftables() {}

    /**
     * These requests as one transaction, to be sent as one datagram:
     *
     * {@snippet lang=text :
     *  NFNL_MSG_BATCH_BEGIN   res_id = NFNL_SUBSYS_NFTABLES
     *  NFT_MSG_…              one or more, in order
     *  NFNL_MSG_BATCH_END
     * }
     */
    public static List<Request> batch(List<Request> changes) {
        List<Request> batch = new ArrayList<>(changes.size() + 2);
        batch.add(boundary(NFNL_MSG_BATCH_BEGIN));
        batch.addAll(changes);
        batch.add(boundary(NFNL_MSG_BATCH_END));
        return batch;
    }

    /** Answered if the kernel has nf_tables. */
    public static Request generation() {
        return Request.acknowledged(NFT_MSG_GETGEN, 0, out -> out.fixed(new NfGenMsg(0, 0)));
    }

    /**
     * Whether this notification (NFNLGRP_NFTABLES) says that a table, chain, set or rule of ours is gone. Elements are not
     * counted: they come and go.
     */
    public static boolean isLoss(int type, AttrReader body) {
        return LOSSES.contains(type) && table(body).equals(Ruleset.TABLE);
    }

    /** Whether this notification says that an element of a set of ours is gone. */
    public static boolean isLostElement(int type, AttrReader body) {
        return LOST_ELEMENTS.contains(type) && table(body).equals(Ruleset.TABLE);
    }

    /** NFTA_TABLE_NAME, NFTA_CHAIN_TABLE, NFTA_RULE_TABLE, NFTA_SET_TABLE and NFTA_SET_ELEM_LIST_TABLE are all 1. */
    private static String table(AttrReader body) {
        body.fixed(NfGenMsg.BYTES);
        String table = "";
        while (body.next()) {
            table = body.type() == NFTA_SET_TABLE ? body.string() : table;
        }
        return table;
    }

    // ---- Masquerading

    /** A new element of the set of its subnet. EEXIST if the address has one already; ENOENT if there is no such set. */
    public static Request add(AddMasquerade masquerade) {
        Element element = new Element(
                Key.of(masquerade.address().address()),
                masquerade.owner().abbreviated().toString());
        return masqueradeSet(masquerade.address()).add(element);
    }

    /** The end of an element of the set of its subnet; ENOENT if there is none. */
    public static Request deleteMasquerade(Cidr address) {
        return masqueradeSet(address).delete(Key.of(address.address()));
    }

    /** Looks up the element of one address; {@link #masquerades} reads the answer. ENOENT if there is none. */
    public static Request masqueradeOf(Cidr address) {
        return masqueradeSet(address).lookUp(Key.of(address.address()));
    }

    /** Dumps the names of the sets and maps in our table; ENOENT if there is no such table. */
    public static Request allSets() {
        return Request.dump(
                NFT_MSG_GETSET,
                out -> out.fixed(new NfGenMsg(Family.INET.number, 0)).string(NFTA_SET_TABLE, Ruleset.TABLE));
    }

    /** The names of the sets of one answer to {@link #allSets} that are those of subnets. */
    public static List<String> masqueradeSets(AttrReader answer) {
        return setNames(answer).stream()
                .filter(name -> SUBNET.matcher(name).matches())
                .toList();
    }

    /** The names of the sets of our table in one answer. */
    static List<String> setNames(AttrReader answer) {
        answer.fixed(NfGenMsg.BYTES);
        String table = "";
        String name = "";
        while (answer.next()) {
            switch (answer.type()) {
                case NFTA_SET_TABLE -> table = answer.string();
                case NFTA_SET_NAME -> name = answer.string();
                default -> {} // its types, flags and sizes
            }
        }
        return table.equals(Ruleset.TABLE) ? List.of(name) : List.of();
    }

    /** Dumps the set of a subnet; {@link #masquerades} reads the answers. ENOENT if there is no such set. */
    public static Request allMasquerades(String set) {
        return new SetName(Family.INET, set).dump();
    }

    /** The masqueraded sources of one answer. Elements that we could not have made are left out. */
    public static List<AddMasquerade> masquerades(AttrReader answer) {
        Elements found = Elements.read(answer);
        return found.elements().stream()
                .flatMap(element -> masquerade(found.set(), element).stream())
                .toList();
    }

    private static Optional<AddMasquerade> masquerade(String set, Element element) {
        return Attachment.parse(element.comment())
                .flatMap(owner -> address(set, element.key()).map(address -> new AddMasquerade(address, owner)));
    }

    /** The address with, from the end of the set's name, the length of its prefix; none if it is not of this subnet. */
    private static Optional<Cidr> address(String set, Key key) {
        Matcher subnet = SUBNET.matcher(set);
        return subnet.matches()
                ? key.address()
                        .filter(address -> Integer.parseInt(subnet.group(1)) <= IpMath.bits(address))
                        .map(address -> new Cidr(address, Integer.parseInt(subnet.group(1))))
                        .filter(address -> FirewallChange.masqueradeSet(address).equals(set))
                : Optional.empty();
    }

    private static SetName masqueradeSet(Cidr address) {
        return new SetName(Family.INET, FirewallChange.masqueradeSet(address));
    }

    // ---- MAC guards

    /**
     * A bridge port with one MAC that it may use: an element in each of two sets. EEXIST if the port is guarded already;
     * ENOENT if a set is missing.
     */
    public static List<Request> add(AddMacGuard guard) {
        String comment = guard.owner().abbreviated().toString();
        return List.of(
                GUARDED.add(new Element(Key.of(guard.link()), comment)),
                ALLOWED.ensure(Element.of(Key.of(guard.link(), guard.mac()))));
    }

    /** The end of a port's guard; ENOENT if it has none. */
    public static Request deleteGuarded(String link) {
        return GUARDED.delete(Key.of(link));
    }

    /** The end of a MAC that a port may use; ENOENT if it may not. */
    public static Request deleteAllowed(String link, MacAddress mac) {
        return ALLOWED.delete(Key.of(link, mac));
    }

    /** Dumps the guarded ports; {@link #guardedPorts} reads the answers. ENOENT if there is no such set. */
    public static Request allGuarded() {
        return GUARDED.dump();
    }

    /** Dumps the allowed MACs; {@link #allowedMacs} reads the answers. ENOENT if there is no such set. */
    public static Request allAllowed() {
        return ALLOWED.dump();
    }

    /** The guarded ports of one answer. */
    public static List<GuardedPort> guardedPorts(AttrReader answer) {
        return Elements.read(answer).elements().stream()
                .map(element -> new GuardedPort(element.key().link(), Attachment.parse(element.comment())))
                .toList();
    }

    /** The allowed MACs of one answer. */
    public static List<AllowedMac> allowedMacs(AttrReader answer) {
        return Elements.read(answer).elements().stream()
                .map(Element::key)
                .flatMap(key -> key.mac().map(mac -> new AllowedMac(key.link(), mac)).stream())
                .toList();
    }

    /**
     * An element of the set of guarded ports.
     *
     * @param owner whose it is, if its comment says so
     */
    public record GuardedPort(String link, Optional<Attachment> owner) {}

    /** An element of the set of allowed MACs. */
    public record AllowedMac(String link, MacAddress mac) {}

    // ---- Chains and rules of others

    /** Looks up a chain. ENOENT if it or its table is missing. */
    public static Request lookUp(NftChain chain) {
        return Request.acknowledged(NFT_MSG_GETCHAIN, 0, nameOf(chain));
    }

    /** Dumps the rules of a chain; {@link #rules} reads the answers. */
    public static Request rulesOf(NftChain chain) {
        return Request.dump(NFT_MSG_GETRULE, ruleOf(chain));
    }

    /** The rules of this chain in one answer. Kernels before 4.11 do not filter a dump by chain. */
    public static List<NftChain.Rule> rules(NftChain chain, AttrReader answer) {
        answer.fixed(NfGenMsg.BYTES);
        String table = "";
        String name = "";
        long handle = 0;
        String comment = "";
        while (answer.next()) {
            switch (answer.type()) {
                case NFTA_RULE_TABLE -> table = answer.string();
                case NFTA_RULE_CHAIN -> name = answer.string();
                case NFTA_RULE_HANDLE -> handle = answer.u64be();
                case NFTA_RULE_USERDATA -> comment = Userdata.comment(answer.bytes());
                default -> {} // its expressions
            }
        }
        boolean wanted = table.equals(chain.table()) && name.equals(chain.chain());
        return wanted ? List.of(new NftChain.Rule(handle, comment)) : List.of();
    }

    /** The end of one rule; ENOENT if it, its chain or its table is missing. */
    public static Request deleteRule(NftChain chain, long handle) {
        return Request.acknowledged(NFT_MSG_DELRULE, 0, out -> {
            ruleOf(chain).accept(out);
            out.u64be(NFTA_RULE_HANDLE, handle);
        });
    }

    /** The end of a chain and of its rules; ENOENT if it or its table is missing, EBUSY if a rule leads to it. */
    public static List<Request> delete(NftChain chain) {
        return List.of(
                Request.acknowledged(NFT_MSG_DELRULE, 0, ruleOf(chain)),
                Request.acknowledged(NFT_MSG_DELCHAIN, 0, nameOf(chain)));
    }

    private static Consumer<AttrWriter> ruleOf(NftChain chain) {
        return out -> out.fixed(new NfGenMsg(Family.of(chain).number, 0))
                .string(NFTA_RULE_TABLE, chain.table())
                .string(NFTA_RULE_CHAIN, chain.chain());
    }

    private static Consumer<AttrWriter> nameOf(NftChain chain) {
        return out -> out.fixed(new NfGenMsg(Family.of(chain).number, 0))
                .string(NFTA_CHAIN_TABLE, chain.table())
                .string(NFTA_CHAIN_NAME, chain.chain());
    }

    // ---- Messages

    private static final SetName GUARDED = new SetName(Family.BRIDGE, Ruleset.GUARDED);
    private static final SetName ALLOWED = new SetName(Family.BRIDGE, Ruleset.ALLOWED);

    private static Request boundary(int type) {
        return new Request(type, NLM_F_REQUEST, out -> out.fixed(new NfGenMsg(0, NFNL_SUBSYS_NFTABLES)));
    }
}
