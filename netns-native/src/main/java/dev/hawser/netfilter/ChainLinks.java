package dev.hawser.netfilter;

import static dev.hawser.netfilter.NfTables.NFTA_CHAIN_NAME;
import static dev.hawser.netfilter.NfTables.NFTA_CHAIN_TABLE;
import static dev.hawser.netfilter.NfTables.NFTA_CHAIN_USE;
import static dev.hawser.netfilter.NfTables.NFTA_DATA_VERDICT;
import static dev.hawser.netfilter.NfTables.NFTA_EXPR_DATA;
import static dev.hawser.netfilter.NfTables.NFTA_EXPR_NAME;
import static dev.hawser.netfilter.NfTables.NFTA_IMMEDIATE_DATA;
import static dev.hawser.netfilter.NfTables.NFTA_LIST_ELEM;
import static dev.hawser.netfilter.NfTables.NFTA_RULE_CHAIN;
import static dev.hawser.netfilter.NfTables.NFTA_RULE_EXPRESSIONS;
import static dev.hawser.netfilter.NfTables.NFTA_RULE_TABLE;
import static dev.hawser.netfilter.NfTables.NFTA_VERDICT_CHAIN;
import static dev.hawser.netfilter.NfTables.NFT_MSG_DELCHAIN;
import static dev.hawser.netfilter.NfTables.NFT_MSG_DELRULE;
import static dev.hawser.netfilter.NfTables.NFT_MSG_DESTROYCHAIN;
import static dev.hawser.netfilter.NfTables.NFT_MSG_DESTROYRULE;
import static dev.hawser.netfilter.NfTables.NFT_MSG_GETCHAIN;

import dev.hawser.kernel.NftChain;
import dev.hawser.netlink.AttrReader;
import dev.hawser.netlink.Request;
import java.util.List;
import java.util.Set;

/** How the chains of a table lead to each other: what can be known of the rules of iptables without running it. */
public final class ChainLinks {

    private static final String NOWHERE = "";

    private static final Set<Integer> RULE_LOSSES = Set.of(NFT_MSG_DELRULE, NFT_MSG_DESTROYRULE);
    private static final Set<Integer> CHAIN_LOSSES = Set.of(NFT_MSG_DELCHAIN, NFT_MSG_DESTROYCHAIN);

    private ChainLinks() {}

    /** Looks up a chain; {@link #uses} reads the answer. ENOENT if it or its table is missing. */
    public static Request lookUp(NftChain chain) {
        return Request.question(
                NFT_MSG_GETCHAIN,
                out -> out.fixed(new NfGenMsg(Family.of(chain).number, 0))
                        .string(NFTA_CHAIN_TABLE, chain.table())
                        .string(NFTA_CHAIN_NAME, chain.chain()));
    }

    /**
     * Whether this notification (NFNLGRP_NFTABLES) says that a chain of this name is gone, a rule of it, or one that jumps to it.
     * The kernel says of a rule that is deleted all that it was (nf_tables_api.c, nf_tables_rule_notify).
     */
    public static boolean isLoss(String chain, int type, AttrReader body) {
        return (RULE_LOSSES.contains(type) && isOfRule(chain, body))
                || (CHAIN_LOSSES.contains(type) && isOfChain(chain, body));
    }

    private static boolean isOfRule(String chain, AttrReader rule) {
        rule.fixed(NfGenMsg.BYTES);
        boolean found = false;
        while (rule.next()) {
            found |= switch (rule.type()) {
                case NFTA_RULE_CHAIN -> rule.string().equals(chain);
                case NFTA_RULE_EXPRESSIONS -> jumpIn(rule.nested()).equals(chain);
                default -> false;
            };
        }
        return found;
    }

    private static boolean isOfChain(String name, AttrReader chain) {
        chain.fixed(NfGenMsg.BYTES);
        boolean found = false;
        while (chain.next()) {
            found |= chain.type() == NFTA_CHAIN_NAME && chain.string().equals(name);
        }
        return found;
    }

    /** How many rules it has and how many jumps lead to it, together (nf_tables_api.c, nft_chain.use). */
    public static int uses(AttrReader answer) {
        answer.fixed(NfGenMsg.BYTES);
        int uses = 0;
        while (answer.next()) {
            uses = answer.type() == NFTA_CHAIN_USE ? answer.u32be() : uses;
        }
        return uses;
    }

    /**
     * Where each rule of this chain in one answer to {@link Nftables#rulesOf} jumps or goes to; {@code ""} for one that does
     * neither:
     *
     * {@snippet lang=text :
     *  NFTA_RULE_EXPRESSIONS
     *    NFTA_LIST_ELEM
     *      NFTA_EXPR_NAME              "immediate"
     *      NFTA_EXPR_DATA
     *        NFTA_IMMEDIATE_DATA
     *          NFTA_DATA_VERDICT
     *            NFTA_VERDICT_CODE     NFT_JUMP
     *            NFTA_VERDICT_CHAIN    "CNI-ADMIN"
     * }
     */
    public static List<String> jumps(NftChain chain, AttrReader answer) {
        answer.fixed(NfGenMsg.BYTES);
        String table = "";
        String name = "";
        String jump = NOWHERE;
        while (answer.next()) {
            switch (answer.type()) {
                case NFTA_RULE_TABLE -> table = answer.string();
                case NFTA_RULE_CHAIN -> name = answer.string();
                case NFTA_RULE_EXPRESSIONS -> jump = jumpIn(answer.nested());
                default -> {} // its handle and comment
            }
        }
        return table.equals(chain.table()) && name.equals(chain.chain()) ? List.of(jump) : List.of();
    }

    private static String jumpIn(AttrReader expressions) {
        String jump = NOWHERE;
        while (expressions.next()) {
            String found = expressions.type() == NFTA_LIST_ELEM ? jumpOf(expressions.nested()) : NOWHERE;
            jump = found.isEmpty() ? jump : found;
        }
        return jump;
    }

    /** The kernel writes the name first (nf_tables_api.c, nf_tables_fill_expr_info). */
    private static String jumpOf(AttrReader expression) {
        String kind = "";
        String jump = NOWHERE;
        while (expression.next()) {
            switch (expression.type()) {
                case NFTA_EXPR_NAME -> kind = expression.string();
                case NFTA_EXPR_DATA -> jump = kind.equals("immediate") ? target(expression.nested()) : NOWHERE;
                default -> {} // there is nothing else
            }
        }
        return jump;
    }

    private static String target(AttrReader immediate) {
        String target = NOWHERE;
        while (immediate.next()) {
            target = immediate.type() == NFTA_IMMEDIATE_DATA ? verdict(immediate.nested()) : target;
        }
        return target;
    }

    private static String verdict(AttrReader data) {
        String target = NOWHERE;
        while (data.next()) {
            target = data.type() == NFTA_DATA_VERDICT ? chain(data.nested()) : target;
        }
        return target;
    }

    private static String chain(AttrReader verdict) {
        String chain = NOWHERE;
        while (verdict.next()) {
            chain = verdict.type() == NFTA_VERDICT_CHAIN ? verdict.string() : chain;
        }
        return chain;
    }
}
