package dev.hawser.netfilter;

/** linux/netfilter/nfnetlink.h, nf_tables.h and linux/netfilter.h; and libnftnl's udata.h. */
final class NfTables {

    static final int NFNL_SUBSYS_NFTABLES = 10;

    // nfnetlink's own messages: what is between the two is one transaction.
    static final int NFNL_MSG_BATCH_BEGIN = 0x10;
    static final int NFNL_MSG_BATCH_END = 0x11;

    // enum nf_tables_msg_types, with the subsystem.
    static final int NFT_MSG_DELTABLE = message(2);
    static final int NFT_MSG_GETCHAIN = message(4);
    static final int NFT_MSG_DELCHAIN = message(5);
    static final int NFT_MSG_GETRULE = message(7);
    static final int NFT_MSG_DELRULE = message(8);
    static final int NFT_MSG_GETSET = message(10);
    static final int NFT_MSG_DELSET = message(11);
    static final int NFT_MSG_NEWSETELEM = message(12);
    static final int NFT_MSG_GETSETELEM = message(13);
    static final int NFT_MSG_DELSETELEM = message(14);
    static final int NFT_MSG_GETGEN = message(16);
    static final int NFT_MSG_DESTROYTABLE = message(26);
    static final int NFT_MSG_DESTROYCHAIN = message(27);
    static final int NFT_MSG_DESTROYRULE = message(28);
    static final int NFT_MSG_DESTROYSET = message(29);
    static final int NFT_MSG_DESTROYSETELEM = message(30);

    // enum nft_chain_attributes.
    static final int NFTA_CHAIN_TABLE = 1;
    static final int NFTA_CHAIN_NAME = 3;
    static final int NFTA_CHAIN_USE = 6;

    // enum nft_rule_attributes.
    static final int NFTA_RULE_TABLE = 1;
    static final int NFTA_RULE_CHAIN = 2;
    static final int NFTA_RULE_HANDLE = 3;
    static final int NFTA_RULE_EXPRESSIONS = 4;
    static final int NFTA_RULE_USERDATA = 7;

    // enum nft_set_attributes.
    static final int NFTA_SET_TABLE = 1;
    static final int NFTA_SET_NAME = 2;

    // enum nft_set_elem_list_attributes.
    static final int NFTA_SET_ELEM_LIST_TABLE = 1;
    static final int NFTA_SET_ELEM_LIST_SET = 2;
    static final int NFTA_SET_ELEM_LIST_ELEMENTS = 3;

    // enum nft_list_attributes.
    static final int NFTA_LIST_ELEM = 1;

    // enum nft_set_elem_attributes.
    static final int NFTA_SET_ELEM_KEY = 1;
    static final int NFTA_SET_ELEM_DATA = 2;
    static final int NFTA_SET_ELEM_USERDATA = 6;

    // enum nft_data_attributes.
    static final int NFTA_DATA_VALUE = 1;
    static final int NFTA_DATA_VERDICT = 2;

    // enum nft_expr_attributes, enum nft_immediate_attributes, enum nft_verdict_attributes.
    static final int NFTA_EXPR_NAME = 1;
    static final int NFTA_EXPR_DATA = 2;
    static final int NFTA_IMMEDIATE_DATA = 2;
    static final int NFTA_VERDICT_CHAIN = 2;

    // enum nftnl_udata_set_elem_types, enum nftnl_udata_rule_types.
    static final int NFTNL_UDATA_COMMENT = 0;

    /** if.h: the size of an interface's name with the zeros after it, and so of a key of type ifname. */
    static final int IFNAMSIZ = 16;

    private NfTables() {}

    private static int message(int type) {
        return NFNL_SUBSYS_NFTABLES << 8 | type;
    }
}
