package dev.hawser.netfilter;

import static dev.hawser.netfilter.NfTables.NFTA_DATA_VALUE;
import static dev.hawser.netfilter.NfTables.NFTA_DATA_VERDICT;
import static dev.hawser.netfilter.NfTables.NFTA_LIST_ELEM;
import static dev.hawser.netfilter.NfTables.NFTA_SET_ELEM_DATA;
import static dev.hawser.netfilter.NfTables.NFTA_SET_ELEM_KEY;
import static dev.hawser.netfilter.NfTables.NFTA_SET_ELEM_LIST_ELEMENTS;
import static dev.hawser.netfilter.NfTables.NFTA_SET_ELEM_USERDATA;
import static dev.hawser.netfilter.NfTables.NFTA_VERDICT_CHAIN;
import static dev.hawser.netfilter.NfTables.NFTA_VERDICT_CODE;
import static dev.hawser.netfilter.NfTables.NFT_GOTO;

import dev.hawser.netlink.AttrReader;
import dev.hawser.netlink.AttrWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * One element of a set or of a map.
 *
 * @param key in network byte order, a concatenation with each part padded to four bytes
 * @param chain the chain that a map of verdicts sends to, empty in a set
 * @param comment empty if there is none
 */
record Element(Key key, String chain, String comment) {

    /** An element as it is deleted or looked up: by its key. */
    static Element of(Key key) {
        return new Element(key, "", "");
    }

    /**
     * Writes it as NFTA_SET_ELEM_LIST_ELEMENTS:
     *
     * {@snippet lang=text :
     *  NFTA_SET_ELEM_LIST_ELEMENTS
     *    NFTA_LIST_ELEM                  // one for each element
     *      NFTA_SET_ELEM_KEY
     *        NFTA_DATA_VALUE             0a 01 00 05
     *      NFTA_SET_ELEM_DATA
     *        NFTA_DATA_VERDICT
     *          NFTA_VERDICT_CODE         NFT_GOTO
     *          NFTA_VERDICT_CHAIN        "subnet-10.1.0.0-16"
     *      NFTA_SET_ELEM_USERDATA        00 0c "net/c1/eth0" 00
     * }
     */
    void writeTo(AttrWriter out) {
        out.nested(
                NFTA_SET_ELEM_LIST_ELEMENTS,
                list -> list.nested(NFTA_LIST_ELEM, element -> {
                    element.nested(NFTA_SET_ELEM_KEY, data -> data.bytes(NFTA_DATA_VALUE, key.octets()));
                    if (!chain.isEmpty()) {
                        element.nested(
                                NFTA_SET_ELEM_DATA,
                                data -> data.nested(
                                        NFTA_DATA_VERDICT,
                                        verdict -> verdict.u32be(NFTA_VERDICT_CODE, NFT_GOTO)
                                                .string(NFTA_VERDICT_CHAIN, chain)));
                    }
                    if (!comment.isEmpty()) {
                        element.bytes(NFTA_SET_ELEM_USERDATA, Userdata.ofComment(comment));
                    }
                }));
    }

    /** The elements that an answer to NFT_MSG_GETSETELEM holds. */
    static List<Element> readAll(AttrReader body) {
        body.fixed(NfGenMsg.BYTES);
        List<Element> elements = new ArrayList<>();
        while (body.next()) {
            if (body.type() == NFTA_SET_ELEM_LIST_ELEMENTS) {
                AttrReader list = body.nested();
                while (list.next()) {
                    elements.add(read(list.nested()));
                }
            }
        }
        return elements;
    }

    private static Element read(AttrReader attrs) {
        Key key = Key.NONE;
        String chain = "";
        String comment = "";
        while (attrs.next()) {
            switch (attrs.type()) {
                case NFTA_SET_ELEM_KEY -> key = readKey(attrs.nested());
                case NFTA_SET_ELEM_DATA -> chain = readChain(attrs.nested());
                case NFTA_SET_ELEM_USERDATA -> comment = Userdata.comment(attrs.bytes());
                default -> {} // counters, timeouts, flags
            }
        }
        return new Element(key, chain, comment);
    }

    private static Key readKey(AttrReader data) {
        Key key = Key.NONE;
        while (data.next()) {
            if (data.type() == NFTA_DATA_VALUE) {
                key = new Key(data.bytes());
            }
        }
        return key;
    }

    private static String readChain(AttrReader data) {
        String chain = "";
        while (data.next()) {
            if (data.type() == NFTA_DATA_VERDICT) {
                AttrReader verdict = data.nested();
                while (verdict.next()) {
                    chain = verdict.type() == NFTA_VERDICT_CHAIN ? verdict.string() : chain;
                }
            }
        }
        return chain;
    }
}
