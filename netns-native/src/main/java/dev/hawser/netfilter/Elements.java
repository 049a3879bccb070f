package dev.hawser.netfilter;

import static dev.hawser.netfilter.NfTables.NFTA_SET_ELEM_LIST_ELEMENTS;
import static dev.hawser.netfilter.NfTables.NFTA_SET_ELEM_LIST_SET;

import dev.hawser.netlink.AttrReader;
import java.util.ArrayList;
import java.util.List;

/**
 * Some elements of a set, as an answer to NFT_MSG_GETSETELEM has them.
 *
 * @param set the name of the set
 */
record Elements(String set, List<Element> elements) {

    static Elements read(AttrReader body) {
        body.fixed(NfGenMsg.BYTES);
        String set = "";
        List<Element> elements = new ArrayList<>();
        while (body.next()) {
            switch (body.type()) {
                case NFTA_SET_ELEM_LIST_SET -> set = body.string();
                case NFTA_SET_ELEM_LIST_ELEMENTS -> readAll(body.nested(), elements);
                default -> {} // the table, which was asked for
            }
        }
        return new Elements(set, elements);
    }

    private static void readAll(AttrReader list, List<Element> elements) {
        while (list.next()) {
            elements.add(Element.read(list.nested()));
        }
    }
}
